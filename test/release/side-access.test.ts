import { AwsSideAccess, SideTraffic } from '../../lambda/release/aws/side-access';
import type { SideClients } from '../../lambda/release/aws/side-clients';
import type { Side } from '../../lambda/release/ports';
import type { Endpoints, Shares, Traffic } from '../../lambda/traffic/traffic';
import type { EndpointRequest, TrafficRequest } from '../../src/blue-green/contract';

const SIDES = {
  blue: sideOf('blue', '333333333333'),
  green: sideOf('green', '444444444444'),
};

function sideOf(name: 'blue' | 'green', accountId: string): Side {
  return { name, pipeline: { environmentName: 'prod', accountId, region: 'eu-west-1' } } as Side;
}

/** Clients of an account whose stacks have the account id in each output. */
function connect({ pipeline: { accountId } }: Side): SideClients {
  const outputs = ['Dns', 'Zone'].map(OutputKey => ({ OutputKey, OutputValue: `${OutputKey}-${accountId}` }));
  const send = async ({ constructor: { name } }: object) =>
    (name === 'DescribeStacksCommand'
      ? { Stacks: [{ Outputs: outputs }] }
      : { MetricAlarms: [{ AlarmName: 'errors', StateValue: 'OK' }], State: 'ENABLED' });
  return new Proxy({}, { get: () => ({ send }) }) as SideClients;
}

const output = (outputName: string): EndpointRequest => ({ from: 'output', stackName: 'shop', outputName });

class FakeTraffic implements Traffic {
  public readonly calls: Endpoints[] = [];

  public async read(endpoints: Endpoints) {
    this.calls.push(endpoints);
    return { fence: 0, isInEffect: true };
  }

  public async write(_: Shares, __: number, endpoints: Endpoints) {
    this.calls.push(endpoints);
    return undefined;
  }

  public async replace(shares: Shares, fence: number, endpoints: Endpoints) {
    return this.write(shares, fence, endpoints);
  }
}

async function endpointsOf(request: TrafficRequest): Promise<readonly Endpoints[]> {
  const fake = new FakeTraffic();
  const traffic = new SideTraffic(fake, request, connect, SIDES);
  await traffic.read();
  await traffic.write({ blue: 100, green: 0 }, 1);
  return fake.calls;
}

test('the endpoints of both sides are read in their accounts, once', async () => {
  const dnsName = output('Dns');
  const target = { dnsName, hostedZoneId: output('Zone') };
  const [read, written] = await endpointsOf({
    kind: 'route53',
    hostedZoneId: 'Z1',
    recordName: 'shop.example.com',
    recordTypes: ['A'],
    ttlSeconds: '60',
    blue: target,
    green: target,
  });
  expect(read).toEqual({
    blue: { address: 'Dns-333333333333', hostedZoneId: 'Zone-333333333333' },
    green: { address: 'Dns-444444444444', hostedZoneId: 'Zone-444444444444' },
  });
  expect(written).toBe(read);
  const accelerator = { kind: 'globalAccelerator', endpointGroupArn: 'arn', blue: dnsName, green: dnsName } as const;
  expect((await endpointsOf(accelerator))[0]).toEqual({
    blue: { address: 'Dns-333333333333' }, green: { address: 'Dns-444444444444' },
  });
});

test('traffic without endpoints reads nothing', async () => {
  expect(await endpointsOf({ kind: 'parameter', parameterName: '/x' })).toEqual([
    {}, {},
  ]);
});

test('a function that checks the health receives the side and its account', async () => {
  const calls: unknown[] = [];
  const health = async (...parameters: unknown[]) => {
    calls.push(parameters);
    return { isGood: true as const };
  };
  const access = new AwsSideAccess(connect, { health });
  expect(await access.health(SIDES.green, { kind: 'function', functionArn: 'arn' })).toEqual({ isGood: true });
  expect(calls).toEqual([
    ['arn', { environmentName: 'prod', side: 'green', accountId: '444444444444', region: 'eu-west-1' }],
  ]);
  expect(await access.health(SIDES.green, { kind: 'alarms', names: ['errors'] })).toEqual({ isGood: true });
  expect(await access.firing(SIDES.green, ['errors', 'missing'])).toEqual(['missing']);
  expect(await access.stateOf(SIDES.green, { kind: 'rule', name: 'nightly' })).toBe('on');
});

test('an HTTP check uses HTTPS and the path, unless the endpoint is a URL', async () => {
  const urls: string[] = [];
  const fetched = jest.spyOn(globalThis, 'fetch').mockImplementation(async url => {
    urls.push(String(url));
    return new Response('ok');
  });
  const access = new AwsSideAccess(connect, { health: async () => ({ isGood: true }) });
  const check = { kind: 'http', path: '/health', status: 200, times: 1, intervalSeconds: 1 } as const;
  for (const value of ['shop.example.com', 'http://shop.example.com:8080']) {
    expect(await access.health(SIDES.blue, { ...check, endpoint: { from: 'value', value } })).toEqual({ isGood: true });
  }
  fetched.mockRestore();
  expect(urls).toEqual(['https://shop.example.com/health', 'http://shop.example.com:8080/health']);
});

test('a side without an endpoint gets no traffic, and the error says what its application lacks', async () => {
  const fake = new FakeTraffic();
  const request: TrafficRequest = {
    kind: 'globalAccelerator', endpointGroupArn: 'arn', blue: output('Missing'), green: output('Dns'),
  };
  const traffic = new SideTraffic(fake, request, connect, SIDES);
  expect([await traffic.hasEndpoint('blue'), await traffic.hasEndpoint('green')]).toEqual([false, true]);
  await traffic.write({ blue: 0, green: 100 }, 1);
  expect(fake.calls).toEqual([{ green: { address: 'Dns-444444444444' } }]);
  await expect(traffic.write({ blue: 10, green: 90 }, 2)).rejects.toThrow(
    "the endpoint of side blue cannot be read, because stack 'shop' has no output 'Missing' in account 333333333333: "
      + 'let the application define it, or correct the endpoint of the environment',
  );
  expect(fake.calls).toHaveLength(1);
});
