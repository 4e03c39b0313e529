import { FakeTraffic } from './fake-traffic';
import type { ReleaseRecord } from '../../lambda/registry/release';
import { releaseKey } from '../../lambda/registry/release';
import { TrafficComparison } from '../../lambda/release/traffic-comparison';
import { TrafficTakenError } from '../../lambda/traffic/traffic';
import type { Shares } from '../../lambda/traffic/traffic';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate, Killed } from '../shared/fate';

const NAME = "blue/green environment 'prod'";
const [BLUE, GREEN]: readonly Shares[] = [{ blue: 100, green: 0 }, { blue: 0, green: 100 }];
const GREEN_SERVES = {
  environmentName: 'prod', fence: 3, change: { shares: GREEN, fence: 3, intendedAt: 0, madeAt: 0 },
};
const ENDED = {
  releaseId: 'r1',
  kind: 'release' as const,
  by: 'anna',
  startedAt: 0,
  requested: 'main',
  commitId: 'c1',
  from: 'blue' as const,
  to: 'green' as const,
  outcome: 'succeeded' as const,
  endedAt: 0,
  heldUntil: 0,
};

/** Traffic that a person may have changed to something that is not from a release. */
class ChangedTraffic extends FakeTraffic {
  public foreign?: TrafficTakenError;
  public wasReplaced = false;

  public override async read(changeId?: string) {
    if (this.foreign) throw this.foreign;
    return super.read(changeId);
  }

  public override async replace(shares: Shares, fence: number) {
    this.wasReplaced = true;
    this.foreign = undefined;
    return super.replace(shares, fence);
  }
}

class World {
  public readonly registry = new FakeRegistry();
  public readonly traffic = new ChangedTraffic(() => 0);
  public readonly fate = new Fate();

  public constructor(private readonly active: 'blue' | 'green' = 'green') {}

  public get comparison(): TrafficComparison {
    const parts = { registry: this.fate.over(this.registry), traffic: this.fate.over(this.traffic), now: () => 1000 };
    const { active } = this;
    return new TrafficComparison({ environmentName: 'prod', active }, { inEffectSeconds: 60, holdSeconds: 600 }, parts);
  }

  public set(shares: Shares | undefined, fence: number): void {
    this.traffic.shares = shares;
    this.traffic.fence = fence;
  }

  public async putRelease(record: ReleaseRecord): Promise<void> {
    await this.registry.write(releaseKey('prod'), record, (await this.release())?.version);
  }

  public async release() {
    return this.registry.read<ReleaseRecord>(releaseKey('prod'));
  }

  public async what(): Promise<string | undefined> {
    return (await this.comparison.check()).difference?.what;
  }
}

test('traffic that is as the last change has set it has no difference, and a repair changes nothing', async () => {
  const world = new World();
  await world.putRelease(GREEN_SERVES);
  world.set(GREEN, 3);
  expect(await world.comparison.check()).toEqual({});
  await world.comparison.repair();
  expect(world.traffic.writes).toEqual([]);
  expect((await world.release())?.fence).toBe(3);
});

const recorded = 'but the last release or rollback has set it to blue 0 %, green 100 %';

test.each<[string, Shares | undefined, number, string]>([
  ['has all traffic on the other side', BLUE, 3, `the traffic of ${NAME} is blue 100 %, green 0 %, ${recorded}`],
  ['was deleted', undefined, 0, `nothing divides the traffic of ${NAME}, ${recorded}`],
  ['has a later number', GREEN, 9,
    `the traffic of ${NAME} was set by hand: it has change 9, but the last release or rollback has made change 3`],
])('traffic that %s is found, and set again', async (_title, shares, fence, what) => {
  const world = new World();
  await world.putRelease({ ...GREEN_SERVES, last: ENDED });
  world.set(shares, fence);
  const remedy = 'it is set to blue 0 %, green 100 % again';
  expect(await world.comparison.check()).toEqual({ difference: { what, remedy, isRepairable: true } });
  await world.comparison.repair();
  expect(world.traffic.shares).toEqual(GREEN);
  expect(world.traffic.fence).toBe(Math.max(3, fence) + 1);
  expect(await world.release()).toMatchObject({
    fence: world.traffic.fence, change: { shares: GREEN, madeAt: 1000 }, last: { heldUntil: 661_000 },
  });
  expect(await world.comparison.check()).toEqual({});
});

test('traffic that is not from a release is found, and replaced', async () => {
  const world = new World();
  await world.putRelease(GREEN_SERVES);
  world.set(GREEN, 3);
  world.traffic.foreign = new TrafficTakenError("parameter '/shop/active' has the value 'red'");
  expect(await world.what()).toBe(
    `the traffic of ${NAME} was changed by hand: parameter '/shop/active' has the value 'red'`,
  );
  await world.comparison.repair();
  expect(world.traffic.wasReplaced).toBe(true);
  expect(await world.comparison.check()).toEqual({});
});

test('what only a person can undo is named as such', async () => {
  const world = new World();
  await world.putRelease(GREEN_SERVES);
  world.traffic.foreign = new TrafficTakenError('the name has records of other types', false);
  expect((await world.comparison.check()).difference).toMatchObject({
    remedy: 'undo it, then check again', isRepairable: false,
  });
});

test.each<[string, Partial<ReleaseRecord>]>([
  ['a release is in progress', { current: { ...ENDED, step: 'shift', since: 0, position: 0, goodChecks: 0 } }],
  ['a release has not returned the traffic', { last: { ...ENDED, outcome: 'stuck' } }],
  ['a failed first release has left traffic', { hasStrayTraffic: true }],
])('while %s, nothing is compared or changed', async (_title, state) => {
  const world = new World();
  await world.putRelease({ ...GREEN_SERVES, ...state });
  world.set(BLUE, 7);
  expect(await world.comparison.check()).toEqual({});
  await world.comparison.repair();
  expect(world.traffic.fence).toBe(7);
});

describe('without a record of a release', () => {
  test('traffic that a release has set is recorded again, and says which side serves', async () => {
    const world = new World('blue');
    world.set(GREEN, 5);
    const what = `side green of ${NAME} has all traffic, but the registry has no record of a release`;
    const remedy = 'the change of the traffic is recorded again';
    expect(await world.comparison.check()).toEqual({
      serving: 'green', difference: { what, remedy, isRepairable: true },
    });
    await world.comparison.repair();
    expect(await world.release()).toMatchObject({ fence: 5, change: { shares: GREEN, fence: 5, madeAt: 1000 } });
    expect(world.traffic.writes).toEqual([]);
    expect(await world.comparison.check()).toEqual({});
  });

  test('nothing differs before the first release', async () => {
    const world = new World();
    expect(await world.comparison.check()).toEqual({});
    world.set(GREEN, 0);
    expect(await world.comparison.check()).toEqual({ serving: 'green' });
    await world.comparison.repair();
    expect(await world.release()).toBeUndefined();
  });

  test('traffic that is not from a release is left to a person', async () => {
    const world = new World();
    world.traffic.foreign = new TrafficTakenError("the record 'shop' exists");
    expect((await world.comparison.check()).difference).toEqual({
      what: `the traffic of ${NAME} is not from a release: the record 'shop' exists`,
      remedy: 'do this before the next release',
      isRepairable: false,
    });
    await world.comparison.repair();
    expect(world.traffic.wasReplaced).toBe(false);
  });
});

test('a repair that is killed at any of its calls is completed by the next one', async () => {
  for (const when of ['before', 'after'] as const) {
    for (let call = 1, wasKilled = true; wasKilled; call++) {
      const world = new World();
      await world.putRelease(GREEN_SERVES);
      world.set(BLUE, 4);
      world.fate.dieAt(call, when);
      wasKilled = await world.comparison.repair().then(() => false, error => {
        if (!(error instanceof Killed)) throw error;
        return true;
      });
      world.fate.revive();
      world.fate.dieAt(Infinity, when);
      await world.comparison.repair();
      expect(world.traffic.shares).toEqual(GREEN);
      expect(await world.comparison.check()).toEqual({});
    }
  }
});

test('a release that begins during a repair stays in charge', async () => {
  const world = new World();
  await world.putRelease(GREEN_SERVES);
  world.set(BLUE, 3);
  const { traffic } = world;
  const read = traffic.read.bind(traffic);
  traffic.read = async () => {
    await world.putRelease({ ...GREEN_SERVES, fence: 4 });
    return read();
  };
  await expect(world.comparison.repair()).rejects.toThrow('a concurrent writer changed the record');
  expect(traffic.writes).toEqual([]);
});
