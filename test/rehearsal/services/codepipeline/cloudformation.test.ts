import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import { CICD, MEMBER, PipelineWorld, REGION, sourceAction, stackAction, stackRoles } from './world';

const EXECUTION = `arn:aws:iam::${MEMBER}:role/execution`;
const template = (value: unknown, parameters: object = {}): string => JSON.stringify({
  Parameters: parameters,
  Resources: {
    Release: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/release', Type: 'String', Value: value } },
  },
  Outputs: { Release: { Value: { Ref: 'Release' } } },
});
const PARAMETER = { Version: { Type: 'String', Default: 'none' } };
const FILES = {
  'one.json': template('1'),
  'given.json': template({ Ref: 'Version' }, PARAMETER),
  'large.json': template('1').replace('{', `{"Description":"large",${' '.repeat(60_000)}`),
  'role.json': JSON.stringify({
    Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } } },
  }),
  'bad.json': JSON.stringify({
    Resources: { Bad: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'x', Size: 'large' } } },
  }),
  'configuration.json': '{"Parameters":{"Version":"2"},"Tags":{"team":"shop"}}',
  'versions.json': '{"current":"3"}',
};
const UPDATE = { ActionMode: 'CREATE_UPDATE', TemplatePath: 'Source::one.json', RoleArn: EXECUTION };
const CHANGE_SET = { ...UPDATE, ActionMode: 'CHANGE_SET_REPLACE', ChangeSetName: 'change' };
const EXECUTE = { ActionMode: 'CHANGE_SET_EXECUTE', ChangeSetName: 'change' };

let world: PipelineWorld;
beforeEach(async () => { world = await PipelineWorld.start({ files: FILES }); });
afterEach(() => world.stop());

type Actions = Parameters<typeof stackAction>[];

/** Runs a pipeline with a stage of CloudFormation actions, one after the other, and returns the last one that ran. */
async function run(actions: Actions, resources = stackRoles()): Promise<ActionExecutionDetail> {
  const stage = actions.map(([name, configuration, change], index) => (
    stackAction(name, configuration, { RunOrder: index + 1, ...change })
  ));
  await world.pipeline([{ Name: 'Deploy', Actions: stage }], { resources });
  await world.ended();
  return (await world.actions())[0];
}

const messageOf = ({ output }: ActionExecutionDetail): string | undefined =>
  output?.executionResult?.errorDetails?.message;
const release = (): string | undefined => world.simulation.ssm.value(MEMBER, REGION, '/release');
const stack = (): ReturnType<typeof world.simulation.cloudformation.find> =>
  world.simulation.cloudformation.find(MEMBER, REGION, 'shop');

test('CREATE_UPDATE creates a stack, and does nothing when it is the same', async () => {
  const again = await run([['Create', UPDATE], ['Again', UPDATE, { Namespace: 'Shop' }]]);
  expect(again).toMatchObject({ actionName: 'Again', status: 'Succeeded' });
  expect(again.output?.outputVariables).toEqual({ Release: '/release' });
  expect([release(), stack()?.status, stack()?.roleArn]).toEqual(['1', 'CREATE_COMPLETE', EXECUTION]);
});

test('a change set is replaced and executed, and one without changes counts as executed', async () => {
  const last = await run([
    ['Prepare', CHANGE_SET], ['Deploy', EXECUTE, { InputArtifacts: [] }],
    ['PrepareAgain', CHANGE_SET], ['DeployAgain', EXECUTE, { InputArtifacts: [] }],
  ]);
  expect(last).toMatchObject({ actionName: 'DeployAgain', status: 'Succeeded' });
  expect([release(), stack()?.status]).toEqual(['1', 'CREATE_COMPLETE']);
});

test('a change set is not prepared without permission to describe it', async () => {
  const deployer = ['cloudformation:DescribeStacks', 'cloudformation:CreateChangeSet', 's3:GetObject', 'iam:PassRole'];
  const last = await run([['Prepare', CHANGE_SET]], stackRoles(deployer));
  expect(last.status).toBe('Failed');
  expect(messageOf(last)).toContain('is not authorized to perform: cloudformation:DescribeChangeSet');
});

test('DELETE_ONLY deletes a stack, and does nothing when there is none', async () => {
  const remove = { ActionMode: 'DELETE_ONLY', RoleArn: EXECUTION };
  expect(await run([['Create', UPDATE], ['Delete', remove], ['Again', remove]]))
    .toMatchObject({ actionName: 'Again', status: 'Succeeded' });
  expect([release(), stack()]).toEqual([undefined, undefined]);
});

test('REPLACE_ON_FAILURE deletes a failed stack before it creates it', async () => {
  const bad = { ...UPDATE, TemplatePath: 'Source::bad.json' };
  expect(messageOf(await run([['Create', bad]]))).toMatch(
    /^Stack shop ended in ROLLBACK_COMPLETE\. .*Bad: Encountered unsupported property Size/,
  );
  const replace = { ...UPDATE, ActionMode: 'REPLACE_ON_FAILURE' };
  for (const [configuration, status] of [[UPDATE, 'Failed'], [replace, 'Succeeded']] as const) {
    const Stages = [
      { Name: 'Source', Actions: [sourceAction()] },
      { Name: 'Deploy', Actions: [stackAction('Deploy', configuration)] },
    ];
    await world.pipeline([], { Stages, resources: stackRoles() });
    await world.ended(await world.run());
    expect((await world.actions())[0].status).toBe(status);
  }
  expect([release(), stack()?.status]).toEqual(['1', 'CREATE_COMPLETE']);
});

test.each<[what: string, configuration: Record<string, string>, value: string]>([
  ['a template configuration', { TemplateConfiguration: 'Source::configuration.json' }, '2'],
  ['overrides of it', {
    TemplateConfiguration: 'Source::configuration.json', ParameterOverrides: '{"Version":"4"}',
  }, '4'],
  ['a value of a file', {
    ParameterOverrides: '{"Version":{"Fn::GetParam":["Source","versions.json","current"]}}',
  }, '3'],
  ['the bucket of an artifact', {
    ParameterOverrides: '{"Version":{"Fn::GetArtifactAtt":["Source","BucketName"]}}',
  }, `artifacts-${MEMBER}`],
])('parameters are given by %s', async (_what, configuration, value) => {
  const last = await run([['Deploy', { ...UPDATE, TemplatePath: 'Source::given.json', ...configuration }]]);
  expect([last.status, release()]).toEqual(['Succeeded', value]);
});

test('a template may be larger than that of a request, and the outputs are a file of the output artifact', async () => {
  const last = await run([
    ['Create', { ...UPDATE, TemplatePath: 'Source::large.json', OutputFileName: 'outputs.json' },
      { OutputArtifacts: [{ Name: 'Outputs' }] }],
    ['Use', {
      ...UPDATE,
      TemplatePath: 'Source::given.json',
      ParameterOverrides: '{"Version":{"Fn::GetParam":["Outputs","outputs.json","Release"]}}',
    }, { InputArtifacts: [{ Name: 'Source' }, { Name: 'Outputs' }] }],
  ]);
  expect([last.status, release()]).toEqual(['Succeeded', '/release']);
});

test.each<[what: string, configuration: Record<string, string>, message: string]>([
  ['a mode that does not exist', { ActionMode: 'UPDATE' }, 'ActionMode must be one of CREATE_UPDATE'],
  ['no template', { TemplatePath: '' }, 'TemplatePath is required for CREATE_UPDATE'],
  ['no role', { RoleArn: '' }, 'RoleArn is required for CREATE_UPDATE'],
  ['an artifact that is no input', { TemplatePath: 'Other::one.json' },
    "the artifact 'Other' is not an input artifact of action Deploy"],
  ['a file that does not exist', { TemplatePath: 'Source::none.json' },
    'File [none.json] does not exist in artifact [Source]'],
  ['overrides that are no JSON', { ParameterOverrides: 'Version=1' }, 'ParameterOverrides: '],
  ['missing capabilities', { TemplatePath: 'Source::role.json' },
    'Requires capabilities : [CAPABILITY_IAM] (Service: AmazonCloudFormation; Status Code: 400; '
    + 'Error Code: InsufficientCapabilitiesException)'],
  ['a role of another account', { RoleArn: `arn:aws:iam::${CICD}:role/source` },
    'Cross-account pass role is not allowed. (Service: AmazonCloudFormation; Status Code: 403; '
    + 'Error Code: AccessDenied)'],
  ['a role that does not trust CloudFormation', { RoleArn: `arn:aws:iam::${MEMBER}:role/deploy` },
    `Role arn:aws:iam::${MEMBER}:role/deploy is invalid or cannot be assumed`],
])('an action with %s fails', async (_what, configuration, message) => {
  const last = await run([['Deploy', { ...UPDATE, ...configuration }]]);
  expect(last.status).toBe('Failed');
  expect(messageOf(last)).toContain(message);
  expect(release()).toBeUndefined();
});

test.each<[what: string, deployer: string[], execution: string[], message: string]>([
  ['the template', ['cloudformation:*', 'iam:PassRole'], ['ssm:*'],
    'The provided role does not have sufficient permissions.'],
  ['the stack', ['s3:GetObject', 'iam:PassRole'], ['ssm:*'],
    'is not authorized to perform: cloudformation:DescribeStacks'],
  ['passing the role', ['s3:GetObject', 'cloudformation:*'], ['ssm:*'],
    `is not authorized to perform: iam:PassRole on resource: ${EXECUTION}`],
  ['the resources', ['s3:GetObject', 'cloudformation:*', 'iam:PassRole'], ['s3:*'],
    'is not authorized to perform: ssm:PutParameter'],
])('an action fails without permission for %s', async (_what, deployer, execution, message) => {
  const last = await run([['Deploy', UPDATE]], stackRoles(deployer, execution));
  expect(last.status).toBe('Failed');
  expect(messageOf(last)).toContain(message);
});

test('a pipeline whose role may not assume that of an action is rejected', async () => {
  const { ExecutionRole } = stackRoles();
  const action = stackAction('Deploy', UPDATE, { RoleArn: EXECUTION });
  await expect(world.pipeline([{ Name: 'Deploy', Actions: [action] }], { resources: { ExecutionRole } }))
    .rejects.toThrow('stack pipeline is ROLLBACK_COMPLETE');
  const reasons = world.simulation.cloudformation.all.flatMap(({ events }) => events.map(({ reason }) => reason));
  expect(reasons).toContain(
    `arn:aws:iam::${MEMBER}:role/pipeline is not authorized to perform AssumeRole on role ${EXECUTION} `
    + '(Service: AWSCodePipeline; Status Code: 400; Error Code: InvalidStructureException)',
  );
});

test('RestartExecutionOnUpdate runs a pipeline that changes', async () => {
  const stages = (mode: string): object[] => [
    { Name: 'Source', Actions: [sourceAction()] },
    { Name: 'Deploy', Actions: [stackAction('Deploy', { ...UPDATE, ActionMode: mode })] },
  ];
  const resources = stackRoles();
  await world.pipeline([], { Stages: stages('CREATE_UPDATE'), resources });
  await world.ended();
  await world.pipeline([], { Stages: stages('DELETE_ONLY'), resources, RestartExecutionOnUpdate: true });
  expect(await world.ended()).toMatchObject({ status: 'Succeeded' });
  expect(await world.executions()).toHaveLength(2);
  expect(stack()).toBeUndefined();
});

test('an action of another region uses the artifact store of that region', async () => {
  const bucket = `artifacts-${MEMBER}-west`;
  world.simulation.s3.createBucket(MEMBER, 'eu-west-1', bucket);
  const action = stackAction('Deploy', UPDATE, { Region: 'eu-west-1' });
  const ArtifactStores = [[REGION, `artifacts-${MEMBER}`], ['eu-west-1', bucket]].map(([Region, Location]) => (
    { Region, ArtifactStore: { Type: 'S3', Location } }
  ));
  const copier = {
    Type: 'AWS::IAM::RolePolicy',
    DependsOn: 'PipelineRole',
    Properties: {
      RoleName: 'pipeline',
      PolicyName: 'copy',
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: '*' }] },
    },
  };
  await world.pipeline([{ Name: 'Deploy', Actions: [action] }], {
    resources: { ...stackRoles(), copier }, ArtifactStore: undefined, ArtifactStores,
  });
  expect(await world.ended()).toMatchObject({ status: 'Succeeded' });
  expect(world.simulation.ssm.value(MEMBER, 'eu-west-1', '/release')).toBe('1');
});
