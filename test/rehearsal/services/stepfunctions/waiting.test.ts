import { Simulation } from '../../../../rehearsal/simulation';
import type { SimulationOptions } from '../../../../rehearsal/simulation-options';

const [ACCOUNT, REGION] = ['111122223333', 'eu-west-1'];
const CONTEXT = {
  accountId: ACCOUNT, region: REGION, stackId: 'stack', stackName: 'stack', logicalId: 'Resource', tags: {},
};
const ROLE = `arn:aws:iam::${ACCOUNT}:role/machine`;
const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

const TRUST = {
  Statement: [{
    Effect: 'Allow' as const,
    Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
    Action: 'sts:AssumeRole',
  }],
};
const INVOKE = {
  Statement: [{
    Effect: 'Allow' as const,
    Action: 'lambda:InvokeFunction',
    Resource: ['looker', 'reporter', 'worker', 'sleeper'].map(functionArn),
  }],
};
const LOOKER = `exports.handler = async ({ count = 0, failAt }) => {
  if (count === failAt) throw Object.assign(new Error('the account is gone'), { name: 'Gone' });
  return { count: count + 1, done: count === 3, seconds: 40, at: new Date().toISOString() };
};`;
const REPORTER = 'exports.handler = async event => ({ reported: event.error.Error, after: event.look.count });';

/** Works for 0.1 real seconds, which is more than the timeout in scaled time. */
const WORKER = `exports.handler = async () => {
  const end = performance.now() + 100;
  while (performance.now() < end);
  return 'done';
};`;
const SLEEPER = 'exports.handler = async () => new Promise(resolve => setTimeout(resolve, 8000));';

const lookAt = (next: string): Record<string, unknown> => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { 'FunctionName.$': '$.function', 'Payload': { 'count.$': '$.look.count', 'failAt.$': '$.failAt' } },
  ResultSelector: { 'count.$': '$.Payload.count', 'done.$': '$.Payload.done', 'seconds.$': '$.Payload.seconds' },
  ResultPath: '$.look',
  Retry: [{ ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 1, MaxAttempts: 2 }],
  Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Report' }],
  Next: next,
});

/** Polls until the function completes, and reports failures. */
const LOOP = {
  'Start': { Type: 'Pass', Result: { count: 0 }, ResultPath: '$.look', Next: 'Look' },
  'Look': lookAt('Done?'),
  'Done?': {
    Type: 'Choice',
    Choices: [
      { Variable: '$.look.seconds', IsPresent: false, Next: 'Broken' },
      {
        And: [{ Variable: '$.look.done', BooleanEquals: true }, { Variable: '$.look.count', NumericGreaterThan: 1 }],
        Next: 'Finish',
      },
    ],
    Default: 'Pause',
  },
  'Pause': { Type: 'Wait', SecondsPath: '$.look.seconds', Next: 'Look' },
  'Finish': { Type: 'Succeed', OutputPath: '$.look' },
  'Report': {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { 'FunctionName': 'reporter', 'Payload.$': '$' },
    OutputPath: '$.Payload',
    End: true,
  },
  'Broken': { Type: 'Fail', Error: 'Broken', Cause: 'the function does not say how long to wait' },
};

const CODE = { looker: LOOKER, reporter: REPORTER, forbidden: LOOKER, worker: WORKER, sleeper: SLEEPER };

const CLOCKS: [title: string, options: Partial<SimulationOptions>][] = [
  ['scaled time', { scale: 600 }],
  ['virtual time', { virtual: {} }],
];

describe.each(CLOCKS)('a state machine in %s', (_title, options) => {
  let simulation: Simulation;
  let accessKeyId: string;

  beforeAll(async () => {
    simulation = await Simulation.start({ managementAccountId: ACCOUNT, ...options });
    ({ accessKeyId } = simulation.iam.issue({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` }));
    simulation.iam.putRole({
      arn: ROLE,
      roleName: 'machine',
      roleId: 'AROAX',
      accountId: ACCOUNT,
      trust: TRUST,
      policies: { Invoke: INVOKE },
      managedPolicyArns: [],
      tags: {},
    });
    for (const [name, code] of Object.entries(CODE)) {
      const properties = {
        FunctionName: name,
        Role: ROLE,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 10,
        Code: { ZipFile: code },
      };
      await simulation.lambda.resourceTypes['AWS::Lambda::Function'].create(properties, CONTEXT);
    }
  });

  afterAll(async () => simulation.stop());

  async function call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    return Object(await simulation.server.call({ service: 'states', operation, region: REGION, accessKeyId, input }));
  }

  async function machine(name: string, states: Record<string, unknown>): Promise<string> {
    const Definition = { StartAt: Object.keys(states)[0], States: states };
    const Properties = { StateMachineName: name, RoleArn: ROLE, Definition };
    const body = JSON.stringify({
      Resources: { Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties } },
      Outputs: { Arn: { Value: { Ref: 'Machine' } } },
    });
    const request = { accountId: ACCOUNT, region: REGION, name: `stack-${name}`, body };
    const stack = await simulation.cloudformation.create(request);
    return stack.output('Arn') ?? '';
  }

  /** Runs a state machine to its end and returns its duration in simulated seconds. */
  async function run(stateMachineArn: string, input: unknown): Promise<Record<string, unknown> & { seconds: number }> {
    const { executionArn } = await call('StartExecution', { stateMachineArn, input: JSON.stringify(input) });
    for (;;) {
      const execution = await call('DescribeExecution', { executionArn });
      if (execution.status !== 'RUNNING') {
        return { ...execution, seconds: (Number(execution.stopDate) - Number(execution.startDate)) / 1000 };
      }
      await simulation.clock.sleep(5);
    }
  }

  test('polls, waits as long as the function returns, and polls again until it is complete', async () => {
    const execution = await run(await machine('loop', LOOP), { function: functionArn('looker'), failAt: null });
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    expect(JSON.parse(String(execution.output))).toEqual({ count: 4, done: true, seconds: 40 });
    // three pauses of 40 seconds; in scaled time real work counts, too
    expect(execution.seconds).toBeGreaterThanOrEqual(120);
    if (options.virtual) expect(execution.seconds).toBe(120);
  });

  test('passes an error of a function to another function, together with the earlier input', async () => {
    const execution = await run(await machine('caught', LOOP), { function: functionArn('looker'), failAt: 2 });
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    expect(JSON.parse(String(execution.output))).toEqual({ reported: 'Gone', after: 2 });
    if (options.virtual) expect(execution.seconds).toBe(80);
  });

  test('invokes only functions that its role allows', async () => {
    const execution = await run(await machine('denied', LOOP), { function: functionArn('forbidden'), failAt: null });
    expect(JSON.parse(String(execution.output))).toEqual({ reported: 'Lambda.AWSLambdaException', after: 0 });
  });

  test('waits until a time of the input, and not for a past time', async () => {
    const pause = { Type: 'Wait', TimestampPath: '$.until', Next: 'End' };
    const arn = await machine('until', { Pause: pause, End: { Type: 'Succeed' } });
    const until = (seconds: number): string => new Date(simulation.clock.now() + seconds * 1000).toISOString();
    const future = await run(arn, { until: until(1200) });
    expect(Math.abs(future.seconds - 1200)).toBeLessThan(options.virtual ? 1 : 600);
    const past = await run(arn, { until: until(-1200) });
    expect(past).toMatchObject({ status: 'SUCCEEDED' });
    expect(past.seconds).toBeLessThan(options.virtual ? 1 : 600);
  });

  test('waits until a time of its definition', async () => {
    const Timestamp = new Date(simulation.clock.now() + 600_000).toISOString();
    await run(await machine('fixed', { Pause: { Type: 'Wait', Timestamp, End: true } }), {});
    expect(simulation.clock.now()).toBeGreaterThanOrEqual(Date.parse(Timestamp) - 1);
  });

  test('fails if the path of a wait is not an integer, and with the message of a Fail state', async () => {
    const wait = await machine('half', { Pause: { Type: 'Wait', SecondsPath: '$.seconds', End: true } });
    const waited = await run(wait, { seconds: 'soon' });
    expect(waited).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('soon') });
    const fail = await machine('broken', {
      Choice: {
        Type: 'Choice',
        Choices: [{ Variable: '$.seconds', IsPresent: false, Next: 'Broken' }],
        Default: 'End',
      },
      Broken: LOOP.Broken,
      End: { Type: 'Succeed' },
    });
    expect(await run(fail, {})).toMatchObject({ status: 'FAILED', error: 'Broken', cause: LOOP.Broken.Cause });
    expect(await run(fail, { seconds: 1 })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('stops a task at its timeout, for which work is not scaled', async () => {
    const task = (name: string): Record<string, unknown> => (
      { Type: 'Task', Resource: functionArn(name), TimeoutSeconds: 2, End: true }
    );
    const working = await run(await machine('working', { Work: task('worker') }), {});
    expect(working).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
    const sleeping = await run(await machine('sleeping', { Sleep: task('sleeper') }), {});
    expect(sleeping).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    if (options.virtual) expect(sleeping.seconds).toBe(2);
  });

  test('can read its execution from the context object', async () => {
    const Parameters = { 'name.$': '$$.Execution.Name', 'id.$': '$$.StateMachine.Id' };
    const arn = await machine('context', { Name: { Type: 'Pass', Parameters, End: true } });
    const { output, name } = await run(arn, {});
    expect(JSON.parse(String(output))).toEqual({ name, id: arn });
  });

  test('starts once for a name while it runs with the same input', async () => {
    const stateMachineArn = await machine('once', { Pause: { Type: 'Wait', Seconds: 6000, End: true } });
    const start = async (input: string, name = 'one'): Promise<unknown> =>
      call('StartExecution', { stateMachineArn, name, input });
    const first = Object(await start('{"a":1}'));
    expect(await start('{"a":1}')).toEqual(first);
    const exists = { code: 'ExecutionAlreadyExists', message: `Execution Already Exists: '${first.executionArn}'` };
    await expect(start('{"a":2}')).rejects.toMatchObject(exists);
    await call('StopExecution', { executionArn: first.executionArn });
    await expect(start('{"a":1}')).rejects.toMatchObject(exists);
    await expect(start('{}', 'a b')).rejects.toMatchObject({ code: 'InvalidName', message: "Invalid Name: 'a b'" });
    await expect(start('{', 'other')).rejects.toMatchObject({ code: 'InvalidExecutionInput' });
  });
});
