import { TrafficRouter, type Reply } from '../../../rehearsal/traffic/router';
import { SideServers } from '../../../rehearsal/traffic/servers';
import { createDistribution, createStore } from '../services/cloudfront/world';
import { CICD, World } from '../services/world';

const balancer = (side: string): string =>
  `arn:aws:elasticloadbalancing:eu-central-1:${CICD}:loadbalancer/app/${side}/0123456789abcdef`;
const endpointsOf = (side: string): string[] => [`${side}.example.com`, balancer(side)];

let world: World;
let servers: SideServers;
let router: TrafficRouter;

beforeEach(async () => {
  world = await World.start();
  servers = await SideServers.start({ blue: endpointsOf('blue'), green: endpointsOf('green') });
  router = new TrafficRouter(world, servers, { seed: 7 });
});
afterEach(async () => {
  await servers.stop();
  await world.stop();
});

/** Whether a count of a share agrees with the binomial distribution, within four standard deviations. */
function isWithinError(count: number, total: number, share: number): boolean {
  return Math.abs(count - total * share) <= 4 * Math.sqrt(total * share * (1 - share));
}

const greens = (replies: readonly Reply[]): number => replies.filter(({ side }) => side === 'green').length;

async function times(count: number, send: (index: number) => Promise<Reply>): Promise<Reply[]> {
  const replies = [];
  for (let index = 0; index < count; index++) replies.push(await send(index));
  return replies;
}

describe('Route 53', () => {
  let zoneId: string;
  let advance: (seconds: number) => void;

  function weigh(blue: number, green: number): void {
    const zone = world.route53.zone(zoneId);
    if (zone === undefined) throw new Error('the zone does not exist');
    world.route53.change(
      zone,
      Object.entries({ blue, green }).map(([side, weight]) => ({
        Action: 'UPSERT',
        ResourceRecordSet: {
          Name: 'www.example.org',
          Type: 'CNAME',
          TTL: 60,
          SetIdentifier: side,
          Weight: weight,
          ResourceRecords: [{ Value: `${side}.example.com` }],
        },
      })),
    );
  }

  beforeEach(() => {
    advance = world.holdTime();
    zoneId = world.route53.createZone(CICD, 'example.org').id;
    world.route53.secondsToSync = 0;
    weigh(255, 0);
  });

  test('a share is one of resolutions: each client holds the answer of its resolver', async () => {
    weigh(178, 77);
    const clients = router.route53(zoneId, 'www.example.org');
    const replies = await times(600, async client => clients.send({ client }));
    expect(isWithinError(greens(replies), 600, 77 / 255)).toBe(true);
    expect(servers.requestsOf('green')).toBe(greens(replies));
    const again = await times(600, async client => clients.send({ client }));
    expect(again.map(({ side }) => side)).toEqual(replies.map(({ side }) => side));
  });

  test('clients that share a resolver go to the same side', async () => {
    weigh(128, 127);
    const clients = router.route53(zoneId, 'www.example.org', { resolvers: 1 });
    const replies = await times(50, async client => clients.send({ client }));
    expect([0, 50]).toContain(greens(replies));
  });

  test('records with weight 0 only are equally likely', () => {
    weigh(0, 0);
    const clients = router.route53(zoneId, 'www.example.org');
    const found = Array.from({ length: 600 }, (_, client) => clients.pick(client));
    expect(isWithinError(found.filter(name => name === 'green.example.com').length, 600, 0.5)).toBe(true);
  });

  test.each([1, 2, 10])('an answer that is held for %d times the TTL leads to the old side until then', factor => {
    const clients = router.route53(zoneId, 'www.example.org', { holdFactor: factor });
    expect(clients.pick()).toBe('blue.example.com');
    weigh(0, 255);
    expect(clients.pick(1)).toBe('green.example.com');
    advance(60 * factor - 1);
    expect(clients.pick()).toBe('blue.example.com');
    advance(1);
    expect(clients.pick()).toBe('green.example.com');
  });

  test('the same seed gives the same choices', () => {
    weigh(128, 127);
    const choices = (seed: number): string[] => {
      const clients = new TrafficRouter(world, servers, { seed }).route53(zoneId, 'www.example.org');
      return Array.from({ length: 50 }, (_, client) => clients.pick(client));
    };
    expect(choices(3)).toEqual(choices(3));
    expect(choices(3)).not.toEqual(choices(4));
  });

  test('a name without records is an error', async () => {
    await expect(router.route53(zoneId, 'x.example.org').send()).rejects.toThrow('x.example.org has no CNAME record');
  });
});

test('CloudFront counts a share by requests', async () => {
  const store = await createStore(world, { shares: '20' });
  const code = `import cf from 'cloudfront';
    async function handler(event) {
      const share = Number(await cf.kvs().get('shares'));
      cf.selectRequestOriginById(Math.random() * 100 < share ? 'green' : 'blue');
      return event.request;
    }`;
  const viewers = router.cloudFront((await createDistribution(world, { code, store })).id);
  const replies = await times(1000, async () => viewers.send({ uri: '/' }));
  expect(isWithinError(greens(replies), 1000, 0.2)).toBe(true);
  expect(servers.requestsOf('green')).toBe(greens(replies));
  servers.setHealthy('blue', false);
  await expect(times(10, async () => viewers.send())).resolves.toContainEqual({
    status: 503,
    side: 'blue',
    endpoint: 'blue.example.com',
  });
  expect(() => router.cloudFront('E1')).toThrow('the distribution E1 does not exist');
});

test('Global Accelerator counts a share by flows, and an open flow stays', async () => {
  world.globalAccelerator.secondsInEffect = 0;
  const { arn } = world.globalAccelerator.createAccelerator(CICD, 'shop');
  const listener = world.globalAccelerator.createListener(arn, { protocol: 'TCP', affinity: 'NONE', ports: [] });
  const endpoint = (side: string, weight: number) => ({
    EndpointId: balancer(side),
    Weight: weight,
    ClientIPPreservationEnabled: false,
  });
  const group = world.globalAccelerator.createGroup(listener.arn, 'eu-central-1', [
    endpoint('blue', 191),
    endpoint('green', 64),
  ]);
  const clients = router.globalAccelerator(listener.arn);
  const replies = await times(1000, async client => clients.send({ client }));
  expect(isWithinError(greens(replies), 1000, 64 / 255)).toBe(true);
  world.globalAccelerator.update(group, [endpoint('green', 255)], {});
  const open = await times(1000, async client => clients.send({ client }));
  expect(greens(open)).toBe(greens(replies));
  const flow = replies.findIndex(({ side }) => side === 'blue');
  clients.close(flow);
  await expect(clients.send({ client: flow })).resolves.toMatchObject({ status: 200, side: 'green' });
  world.globalAccelerator.update(group, [endpoint('blue', 1), endpoint('green', 255)], {});
  servers.setHealthy('green', false);
  expect(clients.pick(2000)).toBe(balancer('blue'));
});

test('an endpoint without a server is an error', async () => {
  await expect(servers.send('red.example.com')).rejects.toThrow('no server has the endpoint red.example.com');
  expect(() => servers.setHealthy('red', true)).toThrow('no side has the name red: there are blue, green');
});
