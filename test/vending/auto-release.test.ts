import { Harness, reasons } from './harness';
import type { ReleaseRecord } from '../../lambda/registry/release';
import { releaseKey } from '../../lambda/registry/release';
import { BlueGreenEnvironment, Traffic } from '../../src';
import type { Cicd } from '../fixtures/app';

function app(cicd: Cicd, autoRelease: boolean): void {
  new BlueGreenEnvironment(cicd.stack, 'prod', {
    organization: cicd.organization,
    source: cicd.source,
    blue: { account: cicd.account('blue') },
    green: { account: cicd.account('green') },
    traffic: Traffic.parameter({ parameterName: '/shop/active' }),
    autoRelease,
  });
}

const automatic = (cicd: Cicd) => app(cicd, true);
const byHand = (cicd: Cicd) => app(cicd, false);

describe('an environment that releases each commit of its parent branch', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(automatic))).toBe('');
  });
  afterAll(() => harness.stop());

  const record = async () => harness.record<ReleaseRecord>(releaseKey('prod'));
  const lastOf = async (isEnd: (found: ReleaseRecord) => boolean) => {
    for (let count = 0; count < 500; count++) {
      const found = await record();
      if (found && !found.current && isEnd(found)) return found.last;
      await harness.simulation.clock.sleep(5);
    }
    throw new Error('no release has ended');
  };

  test('releases a push, and after it the last one of the pushes that arrive meanwhile', async () => {
    await harness.push('main', { 'app.txt': 'one' });
    while (!(await record())?.current) await harness.simulation.clock.sleep(5);
    await harness.push('main', { 'app.txt': 'two' });
    const last = await harness.push('main', { 'app.txt': 'three' });
    const ended = await lastOf(({ last: found }) => found?.commitId === last);
    expect(ended).toMatchObject({ outcome: 'succeeded', by: 'push to main', requested: 'main' });
  });

  test('releases nothing after the app has changed that', async () => {
    expect(reasons(await harness.deploy(byHand))).toBe('');
    const before = await record();
    await harness.push('main', { 'app.txt': 'four' });
    await harness.simulation.clock.sleep(300);
    expect(await record()).toEqual(before);
  });
});
