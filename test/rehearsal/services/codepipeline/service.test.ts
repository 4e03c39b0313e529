import {
  CodePipelineClient,
  DisableStageTransitionCommand,
  EnableStageTransitionCommand,
  GetPipelineCommand,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  ListPipelinesCommand,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { MEMBER, REGION, World } from '../world';

let world: World;
let codepipeline: CodePipelineClient;

beforeEach(async () => {
  world = await World.start();
  world.serviceRole(MEMBER, 'pipeline', 'codepipeline.amazonaws.com');
  codepipeline = new CodePipelineClient(world.as(MEMBER));
});
afterEach(async () => { await world.stop(); });

const action = (name: string, category: string, provider: string): object => ({
  Name: name,
  ActionTypeId: { Category: category, Owner: 'AWS', Provider: provider, Version: '1' },
  Configuration: { BranchName: 'env/test', PollForSourceChanges: 'false' },
});
const properties = {
  Name: 'shop-test',
  RoleArn: `arn:aws:iam::${MEMBER}:role/pipeline`,
  PipelineType: 'V2',
  Stages: [
    { Name: 'Source', Actions: [action('Source', 'Source', 'CodeCommit')] },
    { Name: 'Deploy', Actions: [action('Synth', 'Build', 'CodeBuild')] },
  ],
};
const disabled = {
  ...properties,
  DisableInboundStageTransitions: [{ StageName: 'Deploy', Reason: 'the environment is disabled' }],
};
const name = 'shop-test';

test('a pipeline is created, described and deleted with its stack', async () => {
  const type = world.type('AWS::CodePipeline::Pipeline');
  await expect(type.create(properties, world.context(MEMBER))).resolves.toEqual({
    id: name,
    attributes: { Version: '1' },
  });
  await expect(type.create(properties, world.context(MEMBER))).rejects.toMatchObject({
    code: 'PipelineNameInUseException',
  });
  const { pipeline } = await codepipeline.send(new GetPipelineCommand({ name }));
  expect(pipeline).toMatchObject({
    name,
    pipelineType: 'V2',
    version: 1,
    stages: [
      {
        name: 'Source',
        actions: [{ actionTypeId: { provider: 'CodeCommit' }, configuration: { BranchName: 'env/test' } }],
      },
      { name: 'Deploy' },
    ],
  });
  await expect(codepipeline.send(new ListPipelinesCommand({}))).resolves.toMatchObject({ pipelines: [{ name }] });
  await type.remove(name, properties, world.context(MEMBER));
  await expect(codepipeline.send(new GetPipelineCommand({ name }))).rejects.toMatchObject({
    name: 'PipelineNotFoundException',
  });
});

test('a transition is disabled by the template or by a call', async () => {
  const type = world.type('AWS::CodePipeline::Pipeline');
  await type.create(disabled, world.context(MEMBER));
  const transition = async (): Promise<unknown> => {
    const { stageStates } = await codepipeline.send(new GetPipelineStateCommand({ name }));
    return stageStates?.[1].inboundTransitionState;
  };
  await expect(transition()).resolves.toMatchObject({ enabled: false, disabledReason: 'the environment is disabled' });
  expect(world.codepipeline.pipelines(MEMBER, REGION)).toMatchObject([{ name, disabled: true }]);
  await expect(type.update(name, properties, disabled, world.context(MEMBER))).resolves.toMatchObject({
    id: name,
    attributes: { Version: '2' },
  });
  await expect(transition()).resolves.toMatchObject({ enabled: true });
  const at = { pipelineName: name, stageName: 'Deploy', transitionType: 'Inbound' } as const;
  await codepipeline.send(new DisableStageTransitionCommand({ ...at, reason: 'stop' }));
  expect(world.codepipeline.pipelines(MEMBER, REGION)[0].disabled).toBe(true);
  await codepipeline.send(new EnableStageTransitionCommand(at));
  expect(world.codepipeline.pipelines(MEMBER, REGION)[0].disabled).toBe(false);
  await expect(codepipeline.send(new EnableStageTransitionCommand({ ...at, stageName: 'None' }))).rejects.toMatchObject(
    { name: 'StageNotFoundException' },
  );
});

test('a pipeline records its executions, disabled or not, and starts one per token', async () => {
  await world.type('AWS::CodePipeline::Pipeline').create(disabled, world.context(MEMBER));
  const sourceRevisions = [{ actionName: 'Source', revisionType: 'COMMIT_ID', revisionValue: 'abc' }] as const;
  const start = new StartPipelineExecutionCommand({
    name,
    sourceRevisions: [...sourceRevisions],
    clientRequestToken: 'once',
  });
  const { pipelineExecutionId } = await codepipeline.send(start);
  await expect(codepipeline.send(start)).resolves.toMatchObject({ pipelineExecutionId });
  const { pipelineExecutionSummaries: summaries } = await codepipeline.send(
    new ListPipelineExecutionsCommand({ pipelineName: name }),
  );
  expect(summaries).toMatchObject([
    {
      pipelineExecutionId,
      trigger: { triggerType: 'StartPipelineExecution' },
      sourceRevisions: [{ revisionId: 'abc' }],
    },
    { trigger: { triggerType: 'CreatePipeline' } },
  ]);
  await expect(codepipeline.send(new GetPipelineExecutionCommand({ pipelineName: name, pipelineExecutionId })))
    .resolves.toMatchObject({ pipelineExecution: { pipelineExecutionId, pipelineVersion: 1 } });
  const wrong = new StartPipelineExecutionCommand({
    name,
    sourceRevisions: [{ actionName: 'None', revisionType: 'COMMIT_ID', revisionValue: 'abc' }],
  });
  await expect(codepipeline.send(wrong)).rejects.toThrow("Source revision names the action 'None'");
});

test.each([
  ['fewer than two stages', { ...properties, Stages: properties.Stages.slice(0, 1) }, /at least two stages/],
  [
    'a first stage that is no source',
    { ...properties, Stages: [...properties.Stages].reverse() },
    /first stage may only contain source actions/,
  ],
  [
    'a disabled stage that does not exist',
    { ...properties, DisableInboundStageTransitions: [{ StageName: 'None', Reason: 'x' }] },
    /no stage None/,
  ],
])('rejects %s', async (_name, input, message) => {
  await expect(world.type('AWS::CodePipeline::Pipeline').create(input, world.context(MEMBER))).rejects.toThrow(message);
});

test('keys and aliases are recorded', async () => {
  const key = await world.type('AWS::KMS::Key').create({}, world.context(MEMBER));
  expect(key.attributes.Arn).toBe(`arn:aws:kms:${REGION}:${MEMBER}:key/${key.id}`);
  const alias = { AliasName: 'alias/artifacts', TargetKeyId: key.id };
  await expect(world.type('AWS::KMS::Alias').create(alias, world.context(MEMBER))).resolves.toMatchObject({
    id: 'alias/artifacts',
  });
  await expect(world.type('AWS::KMS::Alias').create(alias, world.context(MEMBER))).rejects.toThrow('already exists');
  const policy = {
    Statement: [
      { Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: `arn:aws:iam::${MEMBER}:role/missing` } },
    ],
  };
  await expect(world.type('AWS::KMS::Key').create({ KeyPolicy: policy }, world.context(MEMBER))).rejects.toThrow(
    /Invalid principal/,
  );
});
