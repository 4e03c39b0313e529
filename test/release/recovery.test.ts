import { ANNA, ENVIRONMENT, ReleaseWorld } from './world';
import { releaseKey } from '../../lambda/registry/release';
import type { ReleaseRecord } from '../../lambda/registry/release';

const SINGLETON = { kind: 'rule', name: 'nightly' } as const;

async function serving(config: Parameters<typeof ReleaseWorld.start>[0] = {}): Promise<ReleaseWorld> {
  const world = await ReleaseWorld.start(config);
  await world.release('main');
  world.source.references.set('main', 'c2');
  return world;
}

describe('after the execution of a release has ended without a result', () => {
  const stopped = async () => {
    const world = await serving();
    await world.release('main');
    world.source.references.set('main', 'c3');
    const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
    world.machine.outcomes.set(releaseId, { state: 'failed', reason: 'stopped' });
    return world;
  };

  test('a rollback is rejected, because the release may have changed the former side', async () => {
    const world = await stopped();
    await expect(world.rollback()).rejects.toThrow(
      `environment 'prod' cannot be rolled back, because release release-3 of ${ANNA} to side green has not ended (step `
        + 'repair), although its execution has: return its traffic first, with: org-environments abort prod --reason '
        + '<text>',
    );
  });

  test('an abort returns its traffic, and the next release works', async () => {
    const world = await stopped();
    await world.releases.abort(ENVIRONMENT, ANNA, 'a test');
    const { current } = (await world.record()) ?? {};
    expect(await world.run(current?.releaseId ?? '')).toMatchObject({ state: 'failed' });
    expect((await world.record())?.last?.outcome).toBe('returned');
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
  });
});

describe('without the record of the releases', () => {
  const lost = async () => {
    const world = await serving();
    await world.release('main');
    await world.removeRecord();
    world.source.references.set('main', 'c3');
    return world;
  };

  test('the next release continues with the side that has the traffic', async () => {
    const world = await lost();
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
    expect(await world.active()).toBe('green');
    expect(world.traffic.shares).toEqual({ blue: 0, green: 100 });
  });

  test('the next release corrects a wrong active side from the traffic, and moves nothing', async () => {
    const world = await lost();
    await world.setActive('green');
    expect(await world.release('main')).toEqual({
      state: 'failed',
      reason: "side blue of environment 'prod' has all traffic, but the registry had side green as the active one; the "
        + 'registry is corrected now, and nothing was released: release again',
    });
    expect(world.traffic.shares).toEqual({ blue: 100, green: 0 });
    expect(await world.active()).toBe('blue');
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
  });
});

test('a first release whose side lacks a singleton returns, and the next one works', async () => {
  const world = await ReleaseWorld.start({ singletons: [SINGLETON] });
  world.sides.missing.add('green');
  expect(await world.release('main')).toEqual({
    state: 'failed',
    reason: "rule 'nightly', which must run on the active side only, does not exist on side green in account "
      + '444444444444: let the application define it, turned off, then release again',
  });
  expect((await world.record())?.last?.outcome).toBe('returned');
  world.sides.missing.clear();
  world.source.references.set('main', 'c2');
  expect(await world.release('main')).toEqual({ state: 'succeeded' });
  expect(await world.active()).toBe('green');
});

test('a commit that was pushed to the active branch, and is not deployed there, can be released', async () => {
  const world = await serving();
  world.source.heads.set('env/prod-green', 'c1+hotfix');
  world.source.references.set('hotfix', 'hotfix');
  expect(await world.release('hotfix')).toEqual({ state: 'succeeded' });
});

test('an environment that is being removed rejects releases', async () => {
  const world = await serving();
  await world.requestRemoval();
  await expect(world.release('main')).rejects.toThrow(
    "environment 'prod' is being removed: deploy the app with it, then release",
  );
});

test('a record keeps the heads that were deployed', async () => {
  const world = await serving();
  await world.release('main');
  const record = await world.registry.read<ReleaseRecord>(releaseKey(ENVIRONMENT));
  expect(record?.heads).toEqual({ green: 'c1', blue: 'c2' });
});
