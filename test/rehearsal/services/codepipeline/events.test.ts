import { CICD, buildAction, buildProject, MEMBER, PIPELINE, PipelineWorld, REGION, until } from './world';
import type { EmittedEvent } from '../../../../rehearsal/services/events/service';

const BUS = `arn:aws:events:${REGION}:${CICD}:event-bus/organization`;
const STAGES = [{ Name: 'Deploy', Actions: [buildAction('Deploy', 'do')] }];

let world: PipelineWorld;
let received: { functionArn: string; event: unknown }[];
beforeEach(async () => {
  world = await PipelineWorld.start();
  received = [];
  jest.spyOn(world.simulation.lambda, 'invokeEvent').mockImplementation(async (functionArn, event) => {
    received.push({ functionArn, event });
  });
});
afterEach(() => world.stop());

/** Resources of the CICD account: a bus that accepts events of the member, and a function that receives them. */
async function bus(allowed: string): Promise<void> {
  const listener = `arn:aws:lambda:${REGION}:${CICD}:function:listener`;
  await world.deploy(CICD, 'bus', {
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'organization' } },
    Policy: {
      Type: 'AWS::Events::EventBusPolicy',
      DependsOn: 'Bus',
      Properties: {
        EventBusName: 'organization',
        StatementId: 'Members',
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${allowed}:root` },
          Action: 'events:PutEvents',
          Resource: BUS,
        },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: { Action: 'lambda:InvokeFunction', FunctionName: listener, Principal: 'events.amazonaws.com' },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      DependsOn: 'Bus',
      Properties: {
        EventBusName: 'organization',
        EventPattern: { source: ['aws.codepipeline'] },
        Targets: [{ Id: 'listener', Arn: listener }],
      },
    },
  });
}

async function forward(): Promise<void> {
  await world.deploy(MEMBER, 'forward', {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'forward',
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        Policies: [
          {
            PolicyName: 'put',
            PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: BUS }] },
          },
        ],
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { 'source': ['aws.codepipeline'], 'detail-type': [{ prefix: 'CodePipeline Pipeline' }] },
        Targets: [{ Id: 'bus', Arn: BUS, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } }],
      },
    },
  });
}

test('the events of a pipeline reach the bus of its account, and from there the bus of another account', async () => {
  await bus(MEMBER);
  await forward();
  await world.pipeline(STAGES, { resources: { Project: buildProject('do', ['true']) } });
  const { pipelineExecutionId } = await world.ended();
  await until(() => received.length === 2 || undefined);
  expect(received.map(({ event }) => event)).toMatchObject(
    ['STARTED', 'SUCCEEDED'].map(state => ({
      'account': MEMBER,
      'region': REGION,
      'source': 'aws.codepipeline',
      'detail-type': 'CodePipeline Pipeline Execution State Change',
      'resources': [`arn:aws:codepipeline:${REGION}:${MEMBER}:${PIPELINE}`],
      'detail': {
        'pipeline': PIPELINE,
        'execution-id': pipelineExecutionId,
        state,
        'version': 1,
        ...(state === 'STARTED' && { 'execution-trigger': { 'trigger-type': 'CreatePipeline' } }),
      },
    })),
  );
  expect(received[1].event).not.toHaveProperty(['detail', 'execution-trigger']);
});

test('a bus rejects events of principals that its policy does not name', async () => {
  const errors = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  await bus('333333333333');
  await forward();
  await world.pipeline(STAGES, { resources: { Project: buildProject('do', ['true']) } });
  await world.ended();
  expect(received).toEqual([]);
  expect(errors.mock.calls.join('\n')).toContain(
    `assumed-role/forward/events is not authorized to perform: events:PutEvents on resource: ${BUS}`,
  );
  errors.mockRestore();
});

test('stages, actions and builds emit events with their result and reason', async () => {
  const events: EmittedEvent[] = [];
  const { events: service } = world.simulation;
  const emit = service.emit.bind(service);
  jest.spyOn(service, 'emit').mockImplementation((accountId, region, event) => {
    events.push(event);
    emit(accountId, region, event);
  });
  await world.pipeline(STAGES, { resources: { Project: buildProject('do', ['exit 7']) } });
  await world.ended();
  const emitted = events.map(event =>
    [
      event['detail-type'].split(' ').slice(0, 2).join(' '),
      event.detail.stage ?? '',
      event.detail.state ?? event.detail['build-status'],
    ].join(' '),
  );
  expect(emitted).toEqual([
    'CodePipeline Pipeline  STARTED',
    'CodePipeline Stage Source STARTED',
    'CodePipeline Action Source STARTED',
    'CodePipeline Action Source SUCCEEDED',
    'CodePipeline Stage Source SUCCEEDED',
    'CodePipeline Stage Deploy STARTED',
    'CodePipeline Action Deploy STARTED',
    'CodeBuild Build  IN_PROGRESS',
    'CodeBuild Build  FAILED',
    'CodePipeline Action Deploy FAILED',
    'CodePipeline Stage Deploy FAILED',
    'CodePipeline Pipeline  FAILED',
  ]);
  expect(events.find(({ detail }) => detail.action === 'Deploy' && detail.state === 'FAILED')?.detail).toMatchObject({
    'type': { owner: 'AWS', provider: 'CodeBuild', category: 'Build', version: '1' },
    'execution-result': {
      'error-code': 'JobFailed',
      'external-execution-summary': expect.stringContaining('Reason: exit status 7'),
    },
  });
});

test('a push emits an event for each branch that it moves', async () => {
  const emit = jest.spyOn(world.simulation.events, 'emit');
  const commitId = await world.commit({ 'README.md': 'changed\n' }, 'env/dev');
  expect(emit).toHaveBeenCalledWith(
    CICD,
    REGION,
    expect.objectContaining({
      'detail-type': 'CodeCommit Repository State Change',
      'detail': expect.objectContaining({
        event: 'referenceCreated',
        referenceType: 'branch',
        referenceName: 'env/dev',
        commitId,
        callerUserArn: `arn:aws:iam::${CICD}:user/developer`,
      }),
    }),
  );
});
