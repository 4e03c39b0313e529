import { Duration } from 'aws-cdk-lib';
import { Harness, reasons } from './harness';
import { Releases } from './release-world';
import { SideServers } from '../../rehearsal/traffic/servers';
import { BlueGreenEnvironment, Endpoint, HealthCheck, Traffic } from '../../src';
import { SIDES } from '../../src/blue-green/contract';
import type { Cicd } from '../fixtures/app';

function app(cicd: Cicd): void {
  new BlueGreenEnvironment(cicd.stack, 'prod', {
    organization: cicd.organization,
    source: cicd.source,
    blue: { account: cicd.account('blue') },
    green: { account: cicd.account('green') },
    traffic: Traffic.parameter({ parameterName: '/shop/active' }),
    healthChecks: [HealthCheck.http({ endpoint: Endpoint.output('shop', 'Dns'), path: '/health', times: 3 })],
    healthTimeout: Duration.minutes(5),
  });
}

describe('an HTTP health check', () => {
  let harness: Harness;
  let servers: SideServers;
  let releases: Releases;
  beforeAll(async () => {
    harness = await Harness.start();
    servers = await SideServers.start({ blue: [], green: [] });
    releases = new Releases(harness);
    expect(reasons(await harness.deploy(app))).toBe('');
    for (const side of SIDES) await releases.deployApplication(side, servers.urlOf(side));
  });
  afterAll(async () => {
    await servers.stop();
    await harness.stop();
  });

  const expectReturned = async (problem: string) => {
    const { last, active, shares } = await releases.release('prod');
    expect(last?.outcome).toBe('returned');
    expect(last?.failure).toContain(
      `side blue in account ${harness.vended['shop-blue']} was not healthy within 5 minutes: `
        + `GET ${servers.urlOf('blue')}/health ${problem}`,
    );
    expect(last?.failure).toMatch(/: fix the cause, then release again$/);
    expect({ active, shares }).toEqual({ active: 'green', shares: { blue: 0, green: 100 } });
  };

  test('lets a side serve after three good answers in a row', async () => {
    expect((await releases.release('prod')).last).toMatchObject({ outcome: 'succeeded', to: 'green' });
    expect(servers.requestsOf('green')).toBe(3);
    expect(servers.requestsOf('blue')).toBe(0);
  });

  test('returns a release to a side that answers with an error', async () => {
    servers.setHealthy('blue', false);
    await expectReturned('returned status 503, expected 200');
    expect(servers.requestsOf('blue')).toBeGreaterThan(3);
  });

  test('lets a side serve that becomes healthy in time', async () => {
    await releases.start('prod');
    while ((await releases.describe('prod')).current?.step !== 'verify') await harness.simulation.clock.sleep(5);
    await harness.simulation.clock.sleep(60);
    servers.setHealthy('blue', true);
    expect((await releases.ended('prod')).last).toMatchObject({ outcome: 'succeeded', to: 'blue' });
    await releases.rollback('prod');
  });

  test('returns a release to a side that does not answer', async () => {
    await servers.stop();
    await expectReturned('failed: ');
  });
});
