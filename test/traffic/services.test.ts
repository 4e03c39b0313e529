import { Agent } from 'node:http';
import type { LookupFunction } from 'node:net';
import {
  CreateCrossAccountAttachmentCommand,
  DescribeEndpointGroupCommand,
  GlobalAcceleratorClient,
} from '@aws-sdk/client-global-accelerator';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { BLUE, CANARY, ENDPOINTS, GREEN } from './changing';
import { CloudFrontKeyValues } from '../../lambda/traffic/aws/cloud-front';
import { AcceleratorEndpointGroup } from '../../lambda/traffic/aws/global-accelerator';
import { SsmParameter } from '../../lambda/traffic/aws/parameter';
import { Route53Zone } from '../../lambda/traffic/aws/route53';
import { CloudFrontTraffic } from '../../lambda/traffic/cloud-front';
import { GlobalAcceleratorTraffic } from '../../lambda/traffic/global-accelerator';
import { ParameterTraffic } from '../../lambda/traffic/parameter';
import type { ZoneRecords } from '../../lambda/traffic/route53';
import { Route53Traffic } from '../../lambda/traffic/route53';
import { NewerChangeError, TrafficTakenError } from '../../lambda/traffic/traffic';
import type { Traffic } from '../../lambda/traffic/traffic';
import { keysOf } from '../../src/blue-green/contract';
import { routerCode } from '../../src/blue-green/router-code';
import { createDistribution, createStore, origin } from '../rehearsal/services/cloudfront/world';
import { CICD, MEMBER, World } from '../rehearsal/services/world';

const ROLE = `arn:aws:iam::${CICD}:role/admin`;

let world: World;
let advance: (seconds: number) => void;

beforeEach(async () => {
  world = await World.start();
  advance = world.holdTime();
});
afterEach(async () => { await world.stop(); });

/** A configuration whose role has no permissions. */
function powerless(): ReturnType<World['as']> {
  const [roleName, arn] = ['powerless', `arn:aws:iam::${CICD}:role/powerless`];
  world.iam.putRole({
    arn,
    roleName,
    roleId: 'AROAPOWERLESS',
    accountId: CICD,
    trust: { Statement: [] },
    policies: {},
    managedPolicyArns: [],
    tags: {},
  });
  return world.as(CICD, roleName);
}

async function rejectsOldAndRepeats(traffic: Traffic): Promise<void> {
  await traffic.write(GREEN, 9, ENDPOINTS);
  await expect(traffic.write(BLUE, 8, ENDPOINTS)).rejects.toThrow(NewerChangeError);
  await traffic.write(GREEN, 9, ENDPOINTS);
  expect(await traffic.read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 9 });
}

describe('the simulated Parameter Store', () => {
  const over = (config: ReturnType<World['as']>): Traffic =>
    new ParameterTraffic('/shop/active', new SsmParameter('/shop/active', ROLE, config));

  test('keeps the active side', async () => {
    const traffic = over(world.as(CICD));
    expect(await traffic.read(ENDPOINTS)).toEqual({ fence: 0, isInEffect: true });
    await traffic.write(BLUE, 1, ENDPOINTS);
    await rejectsOldAndRepeats(traffic);
  });

  test('restores a newer change that was overwritten', async () => {
    const ssm = new SSMClient(world.as(CICD));
    const put = async (value: string) =>
      ssm.send(new PutParameterCommand({ Name: '/shop/active', Value: value, Type: 'String', Overwrite: true }));
    await put('{"active":"blue","fence":1}');
    const parameter = new SsmParameter('/shop/active', ROLE, world.as(CICD));
    const { overwrite } = parameter;
    jest.spyOn(parameter, 'overwrite').mockImplementationOnce(async value => {
      await put('{"active":"green","fence":9}');
      return overwrite.call(parameter, value);
    });
    const traffic: Traffic = new ParameterTraffic('/shop/active', parameter);
    await expect(traffic.write(BLUE, 2, ENDPOINTS)).rejects.toThrow(NewerChangeError);
    expect(await traffic.read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 9 });
  });

  test('denies a role without permission, in the words of the user', async () => {
    await expect(over(powerless()).read(ENDPOINTS)).rejects.toThrow(
      /^the role '.*:role\/admin' was denied access to parameter '\/shop\/active': .*ssm:GetParameter.*: remove what denies/,
    );
  });
});

describe('the simulated Route 53', () => {
  const recordName = 'shop.example.com';
  const request = { kind: 'route53', recordName, recordTypes: ['CNAME'], ttlSeconds: '60' } as const;
  const zoneId = async (): Promise<string> =>
    (await world.type('AWS::Route53::HostedZone').create({ Name: 'example.com' }, world.context(CICD))).id;
  const over = (hostedZoneId: string, config = world.as(CICD)): Traffic =>
    new Route53Traffic({ ...request, hostedZoneId }, paced(new Route53Zone(hostedZoneId, ROLE, config)));
  /** Route 53 allows five calls per second. */
  const paced = (zone: Route53Zone): ZoneRecords => new Proxy<ZoneRecords>(zone, {
    get: (target, name) => {
      advance(0.2);
      return Reflect.get(target, name).bind(target);
    },
  });

  test('has the weighted records, and reports when a change is in effect', async () => {
    const traffic = over(await zoneId());
    expect(await traffic.read(ENDPOINTS)).toEqual({ fence: 0, isInEffect: true });
    const changeId = await traffic.write(CANARY, 1, ENDPOINTS);
    expect(await traffic.read(ENDPOINTS, changeId)).toEqual({ shares: CANARY, fence: 1, isInEffect: false });
    advance(120);
    expect(await traffic.read(ENDPOINTS, changeId)).toEqual({ shares: CANARY, fence: 1, isInEffect: true });
    expect(await traffic.read(ENDPOINTS, '/change/C0000000000000')).toMatchObject({ isInEffect: false });
    await rejectsOldAndRepeats(traffic);
  });

  test('accepts one of two first changes at the same time', async () => {
    const id = await zoneId();
    const results = await Promise.allSettled([
      over(id).write(BLUE, 1, ENDPOINTS), over(id).write(GREEN, 2, ENDPOINTS),
    ]);
    expect(results[1]?.status).toBe('fulfilled');
    expect(await over(id).read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 2 });
  });

  test('has records of someone else', async () => {
    const id = await zoneId();
    const properties = { HostedZoneId: id, Name: recordName, Type: 'CNAME', TTL: '60', ResourceRecords: ['other'] };
    await world.type('AWS::Route53::RecordSet').create(properties, world.context(CICD));
    await expect(over(id).write(BLUE, 1, ENDPOINTS)).rejects.toThrow(TrafficTakenError);
  });

  test('reports a missing zone and an invalid target in the words of the user', async () => {
    await expect(over('Z00000000000000000000').read(ENDPOINTS)).rejects.toThrow(
      "hosted zone 'Z00000000000000000000' does not exist: correct 'hostedZone' of the traffic, deploy, then try again",
    );
    const hostedZoneId = await zoneId();
    const endpoint = { address: 'none.example.com', hostedZoneId };
    const traffic = new Route53Traffic(
      { ...request, hostedZoneId, recordTypes: ['A'] }, new Route53Zone(hostedZoneId, ROLE, world.as(CICD)),
    );
    await expect(traffic.write(BLUE, 1, { blue: endpoint, green: endpoint })).rejects.toThrow(
      /^hosted zone '.*' could not be used to divide the traffic: InvalidChangeBatch: .*: remove the cause, then try again$/,
    );
  });
});

describe('the simulated CloudFront', () => {
  /** Resolves all names to this machine: the SDK puts the account in front of the host. */
  const lookup: LookupFunction = (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
  const over = (arn: string): Traffic => {
    const config = world.as(CICD);
    const store = new CloudFrontKeyValues(arn, ROLE, {
      ...config,
      endpoint: config.endpoint.replace('127.0.0.1', 'localhost'),
      requestHandler: { httpAgent: new Agent({ lookup }) },
    });
    return new CloudFrontTraffic(arn, 'shares', store, () => world.clock.now());
  };

  test('serves each request from the side that the shares say, also while a value is replaced', async () => {
    const store = await createStore(world);
    const header = 'x-org-environments-side';
    const code = routerCode({ key: 'shares', initialSide: 'blue', sticky: false, header });
    const { id: cachePolicyId } = await world.type('AWS::CloudFront::CachePolicy').create({
      CachePolicyConfig: {
        Name: 'sides',
        DefaultTTL: '86400',
        MaxTTL: '86400',
        MinTTL: '0',
        ParametersInCacheKeyAndForwardedToOrigin: {
          EnableAcceptEncodingGzip: 'false',
          CookiesConfig: { CookieBehavior: 'none' },
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: [header] },
          QueryStringsConfig: { QueryStringBehavior: 'none' },
        },
      },
    }, world.context(CICD));
    const distribution = await createDistribution(world, { code, store, cachePolicyId });
    const { fetch } = origin({ 'cache-control': 'max-age=86400' });
    const get = async (): Promise<unknown> =>
      (await distribution.handle({}, fetch)).body;
    const traffic = over(store.arn);
    expect(await get()).toBe('blue.example.com');
    await traffic.write(BLUE, 1, ENDPOINTS);
    advance(60);
    await traffic.write(GREEN, 2, ENDPOINTS);
    for (let second = 0; second < 40; second++) {
      expect(await get()).toMatch(/^(blue|green)\.example\.com$/);
      advance(1);
    }
    expect(await traffic.read(ENDPOINTS)).toEqual({ shares: GREEN, fence: 2, isInEffect: true });
    expect(await get()).toBe('green.example.com');
  });

  test('compares the version of the store before it writes', async () => {
    const store = await createStore(world);
    const results = await Promise.allSettled([
      over(store.arn).write(BLUE, 1, ENDPOINTS), over(store.arn).write(GREEN, 2, ENDPOINTS),
    ]);
    expect(results[1]?.status).toBe('fulfilled');
    await rejectsOldAndRepeats(over(store.arn));
    expect([...store.keys.keys()].every(key => keysOf('shares').includes(key))).toBe(true);
  });

  test('reports a missing store in the words of the user', async () => {
    const arn = `arn:aws:cloudfront::${CICD}:key-value-store/00000000-0000-0000-0000-000000000000`;
    await expect(over(arn).write(BLUE, 1, ENDPOINTS)).rejects.toThrow(
      `KeyValueStore '${arn}' does not exist: deploy the stack that defines it, then try again`,
    );
  });
});

describe('the simulated Global Accelerator', () => {
  const balancer = (accountId: string, name: string): string =>
    `arn:aws:elasticloadbalancing:eu-central-1:${accountId}:loadbalancer/app/${name}/0123456789abcdef`;
  const endpoints = { blue: { address: balancer(CICD, 'blue') }, green: { address: balancer(MEMBER, 'green') } };

  test('has the weights of endpoints of two accounts', async () => {
    const create = async (type: string, properties: Record<string, unknown>): Promise<string> =>
      (await world.type(`AWS::GlobalAccelerator::${type}`).create(properties, world.context(CICD))).id;
    const AcceleratorArn = await create('Accelerator', { Name: 'shop' });
    const ListenerArn = await create('Listener', { AcceleratorArn, PortRanges: [{ FromPort: 443, ToPort: 443 }] });
    const groupArn = await create('EndpointGroup', {
      ListenerArn,
      EndpointGroupRegion: 'eu-central-1',
      EndpointConfigurations: [{ EndpointId: endpoints.blue.address, Weight: '255' }],
    });
    advance(60);
    await new GlobalAcceleratorClient(world.as(MEMBER, 'admin', 'us-west-2')).send(
      new CreateCrossAccountAttachmentCommand({
        Name: 'green',
        Principals: [CICD],
        IdempotencyToken: 'one',
        Resources: [{ EndpointId: endpoints.green.address, Region: 'eu-central-1' }],
      }),
    );
    const traffic = new GlobalAcceleratorTraffic(new AcceleratorEndpointGroup(groupArn, ROLE, world.as(CICD)));
    expect(await traffic.read(endpoints)).toMatchObject({ shares: BLUE });
    await traffic.write(CANARY, 1, endpoints);
    expect(await traffic.read(endpoints)).toEqual({ shares: CANARY, isInEffect: false });
    advance(60);
    expect(await traffic.read(endpoints)).toEqual({ shares: CANARY, isInEffect: true });
    const { EndpointGroup: group } = await new GlobalAcceleratorClient(world.as(CICD, 'admin', 'us-west-2')).send(
      new DescribeEndpointGroupCommand({ EndpointGroupArn: groupArn }),
    );
    expect(group?.EndpointDescriptions?.map(({ EndpointId: id, Weight: weight }) => [id, weight])).toEqual([
      [endpoints.blue.address, 90], [endpoints.green.address, 10],
    ]);
  });
});
