import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { PipelineOptions } from '../../src';
import { Account, Branch, OnExistingAccount, Pipeline } from '../../src';
import { CICD_ACCOUNT, Cicd, quickApp, REGION } from '../fixtures/app';
import type { SynthesizedTemplate } from '../fixtures/assembly';
import { pipelineTemplateOf, onlyResource, resourcesOf, synthesized, templateOf } from '../fixtures/assembly';
import { identityStatements, textOf } from '../fixtures/policies';

const PIPELINE = 'Custom::OrgEnvironmentsPipeline';

/** The template in the account, and the request of the CICD stack. */
function pipelineOf(options: PipelineOptions = {}, name = 'Dev') {
  const app = quickApp();
  const cicd = new Cicd(app, { imported: true });
  const { pipeline } = cicd.environment(
    name, { pipeline: options, branch: { source: cicd.source, branchName: `env/${name.toLowerCase()}` } },
  );
  const assembly = app.synth();
  return {
    template: pipelineTemplateOf(assembly, pipeline), request: onlyResource(templateOf(assembly), PIPELINE).Properties,
  };
}

interface PipelineProperties {
  readonly Stages: { readonly 'Name': string; readonly 'Actions': object[]; readonly 'Fn::If'?: unknown[] }[];
  readonly [property: string]: unknown;
}

function propertiesOf(template: SynthesizedTemplate): PipelineProperties {
  return onlyResource(template, 'AWS::CodePipeline::Pipeline').Properties as PipelineProperties;
}

describe('the template of a pipeline', () => {
  const { template } = pipelineOf();
  const pipeline = propertiesOf(template);

  test('has a pipeline of the second generation, which costs nothing while it is idle', () => {
    expect(pipeline).toMatchObject({ Name: { Ref: 'PipelineName' }, PipelineType: 'V2', ExecutionMode: 'SUPERSEDED' });
    expect(pipeline.Stages.map(({ Name }) => Name)).toEqual(['Source', 'Synth', 'Check', undefined, 'Deploy']);
  });

  test('reads the branch through the role of the CICD account, and waits for the trigger instead of asking', () => {
    expect(pipeline.Stages[0].Actions).toEqual([expect.objectContaining({
      Name: 'Source',
      RoleArn: { Ref: 'SourceRoleArn' },
      ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider: 'CodeCommit', Version: '1' },
      Configuration: {
        RepositoryName: { Ref: 'RepositoryName' }, BranchName: { Ref: 'BranchName' }, PollForSourceChanges: 'false',
      },
    })]);
  });

  test('keeps its artifacts in the bucket of the account, encrypted with the key of the CICD account', () => {
    expect(pipeline.ArtifactStore).toEqual({
      Type: 'S3',
      Location: {
        'Fn::Join': ['', ['org-environments-artifacts-', { Ref: 'AWS::AccountId' }, '-', { Ref: 'AWS::Region' }]],
      },
      EncryptionKey: { Type: 'KMS', Id: { Ref: 'ArtifactKeyArn' } },
    });
  });

  test('is disabled by a parameter, after the stage Source', () => {
    expect(pipeline.DisableInboundStageTransitions).toEqual({
      'Fn::If': [
        expect.stringContaining('Disabled'),
        [
          {
            StageName: 'Synth',
            Reason: 'Disabled by the definition of the environment or halted (org-environments status)',
          },
        ],
        { Ref: 'AWS::NoValue' },
      ],
    });
  });

  test('requires approval by a parameter', () => {
    expect(pipeline.Stages[3]['Fn::If']).toEqual([
      expect.stringContaining('ManualApproval'), {
        Name: 'Approve', Actions: [expect.objectContaining({ Name: 'Approve' })],
      }, { Ref: 'AWS::NoValue' },
    ]);
  });

  test('fits into a request, and is small', () => {
    expect(Buffer.byteLength(JSON.stringify(template))).toBeLessThan(51_200);
    expect(Object.keys(template.Resources).length).toBeLessThan(40);
  });

  test('lets the trigger start this pipeline, and do nothing else', () => {
    const start = Object.values(template.Resources).find(
      ({ Properties }) => Properties.RoleName === 'org-environments-pipeline-start',
    );
    expect(start?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: expect.anything() },
        Condition: {
          ArnEquals: { 'aws:PrincipalArn': { Ref: 'TriggerRoleArn' } },
        },
      },
    ]);
    // the account that the trigger is in
    expect(textOf(start?.Properties.AssumeRolePolicyDocument.Statement[0].Principal.AWS)).toBe(
      'arn:<AWS::Partition>:iam::{"Fn::Select":[4,{"Fn::Split":[":",{"Ref":"TriggerRoleArn"}]}]}:root');
    const [statement, ...others] = start?.Properties.Policies[0].PolicyDocument.Statement ?? [];
    expect(others).toEqual([]);
    expect(statement.Action).toBe('codepipeline:StartPipelineExecution');
    expect(textOf(statement.Resource)).toBe(
      'arn:<AWS::Partition>:codepipeline:<AWS::Region>:<AWS::AccountId>:<PipelineName>',
    );
  });

  test('takes the bootstrap roles of this account that a step needs, and no others', () => {
    const role = (kind: string) =>
      `arn:<AWS::Partition>:iam::<AWS::AccountId>:role/cdk-hnb659fds-${kind}-role-<AWS::AccountId>-*`;
    const assumed = resourcesOf(template, 'AWS::IAM::Role').map(({ Properties }) => [
      Properties.RoleName, identityStatements({
        Resources: { role: { Type: 'AWS::IAM::Role', Properties } },
      }).filter(({ Sid }) => Sid === 'Assume')
        .flatMap(({ Resource }) => [Resource].flat().map(textOf)),
    ]);
    expect(Object.fromEntries(assumed)).toEqual({
      'org-environments-pipeline-run': [],
      'org-environments-pipeline-synth': [role('lookup')],
      'org-environments-pipeline-check': [role('lookup')],
      'org-environments-pipeline-deploy': ['deploy', 'file-publishing', 'image-publishing', 'lookup'].map(role),
      'org-environments-pipeline-start': [],
      'org-environments-pipeline-events': [],
      'org-environments-pipeline-operate': [],
    });
  });
});

describe('a pipeline', () => {
  test('gives what differs as parameters, in text', () => {
    const { request } = pipelineOf();
    expect(request.stackName).toBe('org-environments-pipeline-Dev');
    expect(request.parameters).toEqual({
      PipelineName: 'Dev',
      RepositoryName: 'shop',
      BranchName: { 'Fn::GetAtt': [expect.stringMatching(/^DevBranch/), 'branchName'] },
      ParentBranchName: 'main',
      SourceRoleArn: { 'Fn::GetAtt': [expect.stringContaining('SourceRole'), 'Arn'] },
      ArtifactKeyArn: { 'Fn::Select': [15, expect.anything()] },
      TriggerRoleArn: {
        'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:role/org-environments-trigger']],
      },
      EventBusArn: {
        'Fn::Join': [
          '', ['arn:', { Ref: 'AWS::Partition' }, ':events:eu-west-1:222222222222:event-bus/org-environments'],
        ],
      },
      Approval: 'none',
      ApprovalMinutes: '10080',
      ApprovalTopicArn: '',
      State: 'enabled',
    });
  });

  test('requests the lease of its account and the route of its branch', () => {
    expect(pipelineOf().request.environment).toEqual({
      environmentName: 'Dev',
      pipelineName: 'Dev',
      branchName: { 'Fn::GetAtt': [expect.stringMatching(/^DevBranch/), 'branchName'] },
      host: 'codecommit',
      repositoryName: 'shop',
      repositoryArn: {
        'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':codecommit:eu-west-1:222222222222:shop']],
      },
      gate: 'Synth',
      state: 'enabled',
      applications: 'delete',
    });
    expect(
      pipelineOf({ keepApplication: true, enabled: false }).request.environment,
    ).toMatchObject({ state: 'disabled', applications: 'keep' });
  });

  test('deletes its application from a vended account and keeps it in one that existed before, '
    + 'unless keepApplication is set', () => {
    const applicationsIn = (kind: 'vended' | 'adopted' | 'existing', pipeline: PipelineOptions = {}) => {
      const cicd = new Cicd(quickApp(), { imported: true });
      const account = kind === 'existing' ? Account.fromAccountId(cicd.stack, 'Member', '123456789012')
        : cicd.account('dev', { onExisting: kind === 'adopted' ? OnExistingAccount.ADOPT : OnExistingAccount.FAIL });
      cicd.environment('dev', { account, pipeline });
      return onlyResource(synthesized(cicd.stack), PIPELINE).Properties.environment.applications;
    };
    const all = (pipeline?: PipelineOptions) => (['vended', 'adopted', 'existing'] as const).map(
      kind => applicationsIn(kind, pipeline),
    );
    expect(all()).toEqual(['delete', 'keep', 'keep']);
    expect(all({ keepApplication: true })).toEqual(['keep', 'keep', 'keep']);
    expect(all({ keepApplication: false })).toEqual(['delete', 'delete', 'delete']);
  });

  test.each<[string, PipelineOptions, object]>([
    ['disabled', { enabled: false }, { State: 'disabled', Approval: 'none' }],
    ['enabled', { enabled: true }, { State: 'enabled', Approval: 'none' }],
    ['with approval', { approval: true }, { State: 'enabled', Approval: 'manual' }],
    ['without approval', { approval: false }, { State: 'enabled', Approval: 'none' }],
  ])('that is %s differs from others by a parameter alone', (_, options, parameters) => {
    const usual = pipelineOf();
    const other = pipelineOf(options);
    expect(other.template).toEqual(usual.template);
    expect(other.request.parameters).toEqual({ ...usual.request.parameters, ...parameters });
  });

  test('has the same template in every environment, in which no name of an environment occurs', () => {
    const one = JSON.stringify(pipelineOf({}, 'Crocodile').template);
    expect(one).toBe(JSON.stringify(pipelineOf({}, 'Dev').template));
    expect(one.toLowerCase()).not.toContain('crocodile');
  });

  test('an approval topic of another stack is rejected, whose policy cannot name the account', () => {
    const app = quickApp();
    const elsewhere = new Stack(app, 'Monitoring', { env: { account: CICD_ACCOUNT, region: REGION } });
    const cicd = new Cicd(app, { imported: true });
    const pipeline = { approval: true, approvalTopic: new Topic(elsewhere, 'Approvals') };
    expect(() => cicd.environment('dev', { pipeline })).toThrow(
      "the policy of the 'approvalTopic' must name the account of the pipeline, which only the stack 'Cicd' knows, but "
        + "the topic is in the stack 'Monitoring': define the topic in the stack of the pipeline",
    );
    const account = Account.fromAccountId(cicd.stack, 'Known', '123456789012');
    expect(() => cicd.environment('known', { pipeline, account })).not.toThrow();
  });

  test('an approval topic with the key of AWS is rejected, and an imported one is not changed', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const masterKey = Alias.fromAliasName(cicd.stack, 'Key', 'alias/aws/sns');
    const topic = new Topic(cicd.stack, 'Approvals', { masterKey });
    expect(() => cicd.environment('dev', { pipeline: { approval: true, approvalTopic: topic } })).toThrow(
      "the 'approvalTopic' is encrypted with the key of AWS 'alias/aws/sns', which other accounts cannot use: use a "
        + 'topic with a key of your own, or without a key',
    );
    const known = Topic.fromTopicArn(cicd.stack, 'Imported', 'arn:aws:sns:eu-west-1:222222222222:known');
    expect(() => cicd.environment('test', { pipeline: { approval: true, approvalTopic: known } })).not.toThrow();
  });

  test('a pipeline asks for approval through a topic of the CICD account, '
    + 'which accepts messages of the pipelines of these accounts only', () => {
    const app = quickApp();
    const cicd = new Cicd(app, { imported: true });
    const approvalTopic = new Topic(cicd.stack, 'Approvals');
    const [{ pipeline }] = ['dev', 'prod'].map(
      name => cicd.environment(name, { pipeline: { approval: true, approvalTopic } }),
    );
    const assembly = app.synth();
    expect(onlyResource(templateOf(assembly), 'AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement).toEqual([{
      Sid: '0',
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { AWS: '*' },
      Resource: { Ref: expect.stringContaining('Approvals') },
      Condition: {
        StringEquals: {
          'aws:PrincipalOrgID': { 'Fn::Select': [7, expect.anything()] },
          'aws:PrincipalAccount': ['dev', 'prod'].map(
            name => ({ 'Fn::GetAtt': [expect.stringContaining(`${name}account`), 'accountId'] }),
          ),
        },
        ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:role/org-environments-pipeline-run' },
      },
    }]);
    const [policyId] = Object.entries(templateOf(assembly).Resources)
      .flatMap(([id, { Type }]) => Type === 'AWS::SNS::TopicPolicy' ? id : []);
    for (const { DependsOn } of resourcesOf(templateOf(assembly), PIPELINE)) expect(DependsOn).toContain(policyId);
    const template = pipelineTemplateOf(assembly, pipeline);
    const approve = propertiesOf(template).Stages[3]['Fn::If']?.[1];
    const notified = expect.stringContaining('ApprovalNotified');
    expect(approve).toMatchObject({
      Actions: [
        {
          Configuration: {
            NotificationArn: { 'Fn::If': [notified, { Ref: 'ApprovalTopicArn' }, { Ref: 'AWS::NoValue' }] },
          },
        },
      ],
    });
    expect(onlyResource(template, 'AWS::IAM::Policy')).toMatchObject({
      Condition: notified, Properties: { PolicyDocument: { Statement: [{ Resource: { Ref: 'ApprovalTopicArn' } }] } },
    });
  });

  test('has a name and an ARN', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const { pipeline } = cicd.environment(
      'dev', { account: Account.fromAccountId(cicd.stack, 'Member', '123456789012') },
    );
    expect(pipeline.pipelineName).toBe('dev');
    expect(textOf(cicd.stack.resolve(pipeline.pipelineArn))).toBe(
      'arn:<AWS::Partition>:codepipeline:eu-west-1:123456789012:dev',
    );
  });

  test('that exists is referred to by its account and name', () => {
    const { stack } = new Cicd(quickApp(), { imported: true });
    const pipeline = Pipeline.fromPipelineAttributes(
      stack, 'Existing', { accountId: '123456789012', pipelineName: 'dev' },
    );
    expect(textOf(stack.resolve(pipeline.pipelineArn))).toBe(
      'arn:<AWS::Partition>:codepipeline:eu-west-1:123456789012:dev',
    );
    expect(() => Pipeline.fromPipelineAttributes(stack, 'Wrong', { accountId: '12345', pipelineName: 'dev' })).toThrow(
      "[Cicd/Wrong] the account id must be twelve digits, got '12345'");
  });
});

describe('a pipeline stops at synth', () => {

  test('when its account has one already', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const { account } = cicd.environment('dev');
    expect(() => cicd.environment('second', { account })).toThrow(
      "[Cicd/second/Pipeline] the pipeline account 'Cicd/dev-account' is already used by 'Cicd/dev/Pipeline': "
      + 'an account can have only one pipeline; use another account for each environment');
  });

  test('when its existing account has one already', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const account = Account.fromAccountId(cicd.stack, 'Member', '123456789012');
    cicd.environment('dev', { account });
    expect(() => cicd.environment('second', { account })).toThrow(
      "[Cicd/second/Pipeline] the pipeline account '123456789012' is already used by 'Cicd/dev/Pipeline'",
    );
  });

  test.each(['', '1dev', 'dev_1', 'dev dev', 'a'.repeat(33)])('when the environment is %j', environmentName => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const { stack, organization, source } = cicd;
    const branch = Branch.fromBranchAttributes(stack, 'Main', { source, branchName: 'main' });
    expect(
      () => new Pipeline(stack, 'Pipeline', { organization, branch, account: cicd.account(), environmentName }),
    ).toThrow(
      '[Cicd/Pipeline] the environment name must be 1 to 32 letters, digits and hyphens, beginning with a letter, '
        + `got '${environmentName}'`);
  });

  test('when it has a topic for approvals and no approval', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    expect(() => cicd.environment('dev', { pipeline: { approvalTopic: new Topic(cicd.stack, 'Approvals') } })).toThrow(
      "[Cicd/dev/Pipeline] an 'approvalTopic' needs a pipeline with approval: "
        + "set 'approval: true', or omit 'approvalTopic'");
  });

  test('but not when the name of its environment is known only at deployment', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const { stack, organization, source } = cicd;
    const branch = Branch.fromBranchAttributes(stack, 'Main', { source, branchName: 'main' });
    const environmentName = new CfnParameter(stack, 'Name').valueAsString;
    new Pipeline(stack, 'Pipeline', { organization, branch, account: cicd.account(), environmentName });
    expect(onlyResource(synthesized(stack), PIPELINE).Properties.stackName).toEqual({
      'Fn::Join': ['', ['org-environments-pipeline-', { Ref: 'Name' }]],
    });
  });
});
