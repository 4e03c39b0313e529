import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointOf } from '../../lambda/release/aws/endpoints';
import { alarmHealth, firingAlarms, httpHealth } from '../../lambda/release/aws/health';
import type { SideClients } from '../../lambda/release/aws/side-clients';
import { singletonState, turnSingleton } from '../../lambda/release/aws/singletons';
import type { Side, SingletonState } from '../../lambda/release/ports';
import type { SingletonRequest } from '../../src/blue-green/release/contract';
import { awsError } from '../fixtures/aws-error';

const SIDE = { name: 'green', pipeline: { accountId: '444444444444' } } as Side;

interface Sent {
  readonly name: string;
  readonly input: object;
}

/** Clients of a side that answer each command by its name, and keep what was sent. */
function clients(answers: Readonly<Record<string, object | Error>>) {
  const sent: Sent[] = [];
  const send = async (command: { readonly constructor: { readonly name: string }; readonly input: object }) => {
    const { name } = command.constructor;
    sent.push({ name, input: command.input });
    const answer = answers[name] ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const names = ['cloudformation', 'cloudwatch', 'ecs', 'events', 'scheduler', 'ssm'];
  return { sent, side: Object.fromEntries(names.map(name => [name, { send }])) as unknown as SideClients };
}

describe('the endpoint of a side', () => {
  const output = { from: 'output', stackName: 'shop', outputName: 'Url' } as const;
  const parameter = { from: 'parameter', parameterName: '/shop/url' } as const;

  test('is a value, an output of a stack, or a parameter', async () => {
    const { side, sent } = clients({
      DescribeStacksCommand: {
        Stacks: [{ Outputs: [{ OutputKey: 'Other' }, { OutputKey: 'Url', OutputValue: 'a.example' }] }],
      },
      GetParameterCommand: { Parameter: { Value: 'b.example' } },
    });
    expect(await endpointOf(side, SIDE, { from: 'value', value: 'c.example' })).toBe('c.example');
    expect(await endpointOf(side, SIDE, output)).toBe('a.example');
    expect(await endpointOf(side, SIDE, parameter)).toBe('b.example');
    expect(sent.map(({ input }) => input)).toEqual([{ StackName: 'shop' }, { Name: '/shop/url' }]);
  });

  const inAccount = 'in account 444444444444: let the application define it, or correct the endpoint of the '
    + 'environment';
  test.each([
    [
      'a stack without the output', output, { DescribeStacksCommand: { Stacks: [{}] } },
      "stack 'shop' has no output 'Url'",
    ],
    [
      'no stack', output, { DescribeStacksCommand: awsError('ValidationError', 'Stack with id shop does not exist') },
      "stack 'shop' does not exist",
    ],
    [
      'no parameter', parameter, { GetParameterCommand: awsError('ParameterNotFound') },
      "parameter '/shop/url' does not exist",
    ],
  ])('cannot be read from an account with %s', async (_title, request, answers, problem) => {
    await expect(endpointOf(clients(answers).side, SIDE, request)).rejects.toThrow(
      `the endpoint of side green cannot be read, because ${problem} ${inAccount}`,
    );
  });

  test('leaves other errors as they are', async () => {
    const denied = awsError('AccessDenied', 'not authorized');
    const { side } = clients({ DescribeStacksCommand: denied, GetParameterCommand: denied });
    await expect(endpointOf(side, SIDE, output)).rejects.toBe(denied);
    await expect(endpointOf(side, SIDE, parameter)).rejects.toBe(denied);
  });
});

describe('alarms', () => {
  test('are good in the state OK only', async () => {
    const { side, sent } = clients({
      DescribeAlarmsCommand: {
        MetricAlarms: [{ AlarmName: 'a', StateValue: 'OK' }, { AlarmName: 'b', StateValue: 'ALARM' }],
        CompositeAlarms: [{ AlarmName: 'c', StateValue: 'OK' }, { AlarmName: 'd', StateValue: 'INSUFFICIENT_DATA' }],
      },
    });
    expect(await firingAlarms(side, ['a', 'b', 'c', 'd', 'missing'])).toEqual(['b', 'd', 'missing']);
    expect(await alarmHealth(side, ['a', 'c'])).toEqual({ isGood: true });
    expect(await alarmHealth(side, ['a', 'b', 'd'])).toEqual({
      isGood: false, problem: "alarm 'b', 'd' is not in the state OK",
    });
    expect(sent[0]?.input).toMatchObject({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
  });

  test('are not read when none is named', async () => {
    const { side, sent } = clients({});
    expect(await firingAlarms(side, [])).toEqual([]);
    expect(sent).toEqual([]);
  });
});

describe('an HTTP health check', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer(({ url: path }, response) => {
      const [status = 200, headers = {}] = path === '/moved' ? [302, { location: '/' }] : path === '/bad' ? [503] : [];
      response.writeHead(status, headers).end('all is ok');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => new Promise(resolve => server.close(resolve)));

  test('is good with the expected status and text', async () => {
    expect(await httpHealth(`${url}/`, { status: 200, body: 'is ok' })).toEqual({ isGood: true });
    expect(await httpHealth(`${url}/moved`, { status: 302 })).toEqual({ isGood: true });
  });

  test('says what was wrong', async () => {
    const problem = async (path: string, expected: { readonly status: number; readonly body?: string }) => {
      const health = await httpHealth(`${url}${path}`, expected);
      return health.isGood ? undefined : health.problem;
    };
    expect(await problem('/bad', { status: 200 })).toBe(`GET ${url}/bad returned status 503, expected 200`);
    expect(await problem('/moved', { status: 200 })).toBe(`GET ${url}/moved returned status 302, expected 200`);
    expect(await problem('/', { status: 200, body: 'fine' })).toBe(`the body of GET ${url}/ does not contain 'fine'`);
    const unreachable = await httpHealth('http://127.0.0.1:1/', { status: 200 });
    expect(unreachable).toMatchObject({ isGood: false, problem: expect.stringMatching(/^GET http:\/\/127.0.0.1:1\/ failed: ./) });
  });
});

describe('a singleton', () => {
  const rule: SingletonRequest = { kind: 'rule', name: 'nightly' };
  const schedule: SingletonRequest = { kind: 'schedule', name: 'hourly', group: 'default' };
  const service: SingletonRequest = { kind: 'service', cluster: 'cluster', service: 'worker', desiredCount: 3 };
  const parameter: SingletonRequest = { kind: 'parameter', name: '/jobs' };

  test.each<[string, SingletonRequest, Record<string, object | Error>, SingletonState]>([
    ['an enabled rule', rule, { DescribeRuleCommand: { State: 'ENABLED' } }, 'on'],
    ['a disabled rule', rule, { DescribeRuleCommand: { State: 'DISABLED' } }, 'off'],
    ['no rule', rule, { DescribeRuleCommand: awsError('ResourceNotFoundException') }, 'missing'],
    ['an enabled schedule', schedule, { GetScheduleCommand: { State: 'ENABLED' } }, 'on'],
    ['no schedule', schedule, { GetScheduleCommand: awsError('ResourceNotFoundException') }, 'missing'],
    ['a service that should run', service, { DescribeServicesCommand: { services: [{ desiredCount: 1 }] } }, 'on'],
    [
      'a service that drains', service,
      { DescribeServicesCommand: { services: [{ desiredCount: 0, runningCount: 1 }] } }, 'on',
    ],
    [
      'a stopped service', service, { DescribeServicesCommand: { services: [{ desiredCount: 0, runningCount: 0 }] } },
      'off',
    ],
    ['no service', service, { DescribeServicesCommand: { services: [] } }, 'missing'],
    ['a deleted service', service, { DescribeServicesCommand: { services: [{ status: 'INACTIVE' }] } }, 'missing'],
    ['no cluster', service, { DescribeServicesCommand: awsError('ClusterNotFoundException') }, 'missing'],
    ['a parameter with the value on', parameter, { GetParameterCommand: { Parameter: { Value: 'on' } } }, 'on'],
    ['a parameter with the value off', parameter, { GetParameterCommand: { Parameter: { Value: 'off' } } }, 'off'],
    ['no parameter', parameter, { GetParameterCommand: awsError('ParameterNotFound') }, 'missing'],
  ])('%s', async (_title, request, answers, state) => {
    expect(await singletonState(clients(answers).side, request)).toBe(state);
  });

  test('whose state cannot be read raises the error', async () => {
    const denied = awsError('AccessDenied');
    await expect(singletonState(clients({ DescribeRuleCommand: denied }).side, rule)).rejects.toBe(denied);
  });

  const turned = async (request: SingletonRequest, state: 'on' | 'off', answers = {}) => {
    const { side, sent } = clients(answers);
    await turnSingleton(side, request, state);
    return sent.at(-1);
  };

  test('is turned on and off by the calls of its kind', async () => {
    expect(await turned(rule, 'on')).toEqual({ name: 'EnableRuleCommand', input: { Name: 'nightly' } });
    expect(await turned(rule, 'off')).toEqual({ name: 'DisableRuleCommand', input: { Name: 'nightly' } });
    const update = { cluster: 'cluster', service: 'worker' };
    const name = 'UpdateServiceCommand';
    expect(await turned(service, 'on')).toEqual({ name, input: { ...update, desiredCount: 3 } });
    expect(await turned(service, 'off')).toEqual({ name, input: { ...update, desiredCount: 0 } });
    const put = { Name: '/jobs', Type: 'String', Overwrite: true };
    expect(await turned(parameter, 'on')).toEqual({ name: 'PutParameterCommand', input: { ...put, Value: 'on' } });
  });

  test('that is a schedule keeps all that is declared', async () => {
    const declared = {
      Name: 'hourly',
      GroupName: 'default',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: 'target', RoleArn: 'role' },
      Description: 'every hour',
    };
    const GetScheduleCommand = { ...declared, State: 'ENABLED', Arn: 'arn', CreationDate: new Date(0), $metadata: {} };
    expect(await turned(schedule, 'off', { GetScheduleCommand })).toEqual({
      name: 'UpdateScheduleCommand', input: { ...declared, State: 'DISABLED' },
    });
  });
});
