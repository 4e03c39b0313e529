import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { Simulation } from '../../../../rehearsal/simulation';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const CONTEXT = {
  accountId: ACCOUNT,
  region: REGION,
  stackId: 'stack',
  stackName: 'stack',
  logicalId: 'Resource',
  tags: {},
};
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const HANDLER = `let n = 0; exports.handler = async event => {
  if (event.fail === 'always' || n++ < (event.fail ?? 0)) {
    const error = new Error('not yet ' + n);
    error.name = 'NotYet';
    throw error;
  }
  return { n, event };
};`;

const TRUST = {
  Statement: [
    {
      Effect: 'Allow' as const,
      Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    },
  ],
};
const INVOKE = { Statement: [{ Effect: 'Allow' as const, Action: 'lambda:InvokeFunction', Resource: '*' }] };

describe('a state machine', () => {
  let simulation: Simulation;
  let client: SFNClient;
  let functionArn: string;

  beforeAll(async () => {
    simulation = await Simulation.start({ managementAccountId: ACCOUNT, scale: 600 });
    simulation.iam.putRole({
      arn: ROLE,
      roleName: 'worker',
      roleId: 'AROAX',
      accountId: ACCOUNT,
      trust: TRUST,
      policies: { Invoke: INVOKE },
      managedPolicyArns: [],
      tags: {},
    });
    const credentials = simulation.iam.issue({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` });
    client = new SFNClient({ region: REGION, endpoint: simulation.server.endpoint, credentials, maxAttempts: 1 });
    const properties = {
      FunctionName: 'worker',
      Role: ROLE,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 10,
      Code: { ZipFile: HANDLER },
    };
    functionArn = String(
      (await simulation.lambda.resourceTypes['AWS::Lambda::Function'].create(properties, CONTEXT)).attributes.Arn,
    );
  });

  afterAll(async () => {
    client.destroy();
    await simulation.stop();
  });

  async function machine(name: string, states: Record<string, unknown>): Promise<string> {
    const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
    const stack = await simulation.cloudformation.create({
      accountId: ACCOUNT,
      region: REGION,
      name: `stack-${name}`,
      body: JSON.stringify({
        Resources: {
          Machine: {
            Type: 'AWS::StepFunctions::StateMachine',
            Properties: { StateMachineName: name, RoleArn: ROLE, DefinitionString: definition },
          },
        },
        Outputs: { Arn: { Value: { Ref: 'Machine' } } },
      }),
    });
    return stack.output('Arn') ?? stack.events.find(({ status }) => status === 'CREATE_FAILED')?.reason ?? '';
  }

  async function run(stateMachineArn: string, input: unknown): Promise<Record<string, unknown>> {
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    );
    for (;;) {
      const { $metadata, ...execution } = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return { ...execution };
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  test('retries a function with scaled pauses until it succeeds', async () => {
    const retry = [{ ErrorEquals: ['NotYet'], IntervalSeconds: 30, MaxAttempts: 5, BackoffRate: 1 }];
    const arn = await machine('retry', { Work: { Type: 'Task', Resource: functionArn, Retry: retry, End: true } });
    const startedAt = simulation.clock.elapsedSeconds();
    const execution = await run(arn, { fail: 3 });
    expect(execution.status).toBe('SUCCEEDED');
    expect(JSON.parse(String(execution.output))).toMatchObject({ n: 4, event: { fail: 3 } });
    expect(simulation.clock.elapsedSeconds() - startedAt).toBeGreaterThan(90);
  });

  test('passes the error to Catch with its name and its cause as JSON', async () => {
    const arn = await machine('catch', {
      Work: {
        Type: 'Task',
        Resource: functionArn,
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Report' }],
        End: true,
      },
      Report: { Type: 'Pass', End: true },
    });
    const { output } = await run(arn, { fail: 'always' });
    const caught = JSON.parse(String(output));
    expect(caught.Error).toBe('NotYet');
    expect(JSON.parse(caught.Cause)).toMatchObject({
      errorType: 'NotYet',
      errorMessage: expect.stringContaining('not yet'),
      trace: expect.any(Array),
    });
  });

  test('fails with the error of its last state', async () => {
    const arn = await machine('fail', { Work: { Type: 'Task', Resource: functionArn, End: true } });
    expect(await run(arn, { fail: 'always' })).toMatchObject({ status: 'FAILED', error: 'NotYet' });
  });

  test('invokes a function by the optimized integration, and waits in scaled time', async () => {
    const arn = await machine('optimized', {
      Pause: { Type: 'Wait', Seconds: 60, Next: 'Work' },
      Work: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { 'FunctionName': functionArn, 'Payload.$': '$' },
        OutputPath: '$.Payload',
        End: true,
      },
    });
    const { output } = await run(arn, { hello: 1 });
    expect(JSON.parse(String(output))).toMatchObject({ event: { hello: 1 } });
  });

  test('starts once for the same name and input', async () => {
    const stateMachineArn = await machine('once', { Pause: { Type: 'Wait', Seconds: 600, End: true } });
    const start = (input: string): Promise<{ executionArn?: string }> =>
      client.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input }));
    const first = await start('{}');
    expect((await start('{}')).executionArn).toBe(first.executionArn);
    await expect(start('{"other":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await client.send(new StopExecutionCommand({ executionArn: first.executionArn }));
    expect(await client.send(new DescribeExecutionCommand({ executionArn: first.executionArn }))).toMatchObject({
      status: 'ABORTED',
    });
  });

  test('is rejected if it refers to a missing state; so is an unsupported operation', async () => {
    expect(await machine('nowhere', { A: { Type: 'Pass', Next: 'B' } })).toContain("Missing 'Next' target: B");
    const create = new CreateStateMachineCommand({ name: 'x', definition: '{}', roleArn: ROLE });
    await expect(client.send(create)).rejects.toThrow('the rehearsal does not support states:CreateStateMachine');
  });
});
