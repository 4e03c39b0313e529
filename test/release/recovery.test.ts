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
      `environment 'prod' cannot be rolled back, because release release-3 of ${ANNA} to side green has not ended `
        + '(step repair), although its execution has: return its traffic first, with: org-environments abort prod '
        + '--reason <text>',
    );
  });

  test('an abort returns its traffic, and the next release works', async () => {
    const world = await stopped();
    await world.releases.abort(ENVIRONMENT, ANNA, { reason: 'a test' });
    const { current } = (await world.record()) ?? {};
    expect(await world.run(current?.releaseId ?? '')).toMatchObject({ state: 'failed' });
    expect((await world.record())?.last?.outcome).toBe('returned');
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
  });
});

describe('right after the deployment that has created the role of the traffic', () => {
  test('a release waits until the role can be assumed', async () => {
    const world = await ReleaseWorld.start();
    world.traffic.deniedUntil = world.now() + 45_000;
    expect(await world.release('main')).toEqual({ state: 'succeeded' });
  });

  test('a release fails with the denial if it lasts longer than a minute', async () => {
    const world = await ReleaseWorld.start();
    world.traffic.deniedUntil = world.now() + 90_000;
    expect(await world.release('main')).toMatchObject({
      state: 'failed', reason: expect.stringContaining('not authorized to perform: sts:AssumeRole'),
    });
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
  expect(record?.deployed).toEqual({
    green: { head: 'c1', requested: 'main', commitId: 'c1' }, blue: { head: 'c2', requested: 'main', commitId: 'c2' },
  });
});

test('a release that takes over waits until clients have left the side that it changes', async () => {
  const shift = [{ percent: 50, seconds: 60 }, { percent: 100, seconds: 0 }];
  const world = await serving({ holdSeconds: 600, shift });
  world.sleep(600);
  const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
  await world.run(releaseId, async () => {
    if (world.traffic.shares?.blue === 50) throw new Error('the execution was stopped');
  }).catch(() => undefined);
  world.machine.outcomes.set(releaseId, { state: 'failed', reason: 'stopped' });
  let mergedAt = 0;
  world.source.onMerge = () => void (mergedAt = world.now());
  world.source.references.set('main', 'c3');
  expect(await world.release('main')).toEqual({ state: 'succeeded' });
  expect(mergedAt - (world.traffic.leftAt.get('blue') ?? 0)).toBeGreaterThanOrEqual(600_000);
});

test('a release whose execution was not started is started by the next command', async () => {
  const world = await serving();
  world.fate.dieAt(world.fate.calls.length, 'before');
  const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
  world.machine.outcomes.delete(releaseId);
  await expect(world.release('main')).rejects.toThrow(`environment 'prod' is locked by the release ${releaseId}`);
  expect(await world.run(releaseId)).toEqual({ state: 'succeeded' });
});

test('the first release is the first again when another one takes it over', async () => {
  const world = await ReleaseWorld.start({ shift: [{ percent: 10, seconds: 60 }, { percent: 100, seconds: 0 }] });
  const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
  world.machine.outcomes.set(releaseId, { state: 'failed', reason: 'stopped' });
  expect(await world.release('main')).toEqual({ state: 'succeeded' });
  expect(world.traffic.history.map(({ shares }) => shares)).toEqual([{ blue: 0, green: 100 }]);
});

test('an abort long after the end of the execution returns the traffic', async () => {
  const world = await serving({ bakeSeconds: 600 });
  const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
  await world.run(releaseId, async count => {
    const { current: before } = (await world.record()) ?? {};
    if (before?.step === 'bake') await world.releases.abort(ENVIRONMENT, ANNA, { reason: 'x' });
    if (before?.isReturning) throw new Error(`stopped at ${count}`);
  }).catch(() => undefined);
  world.machine.outcomes.set(releaseId, { state: 'failed', reason: 'stopped' });
  world.sleep(7200);
  await world.releases.abort(ENVIRONMENT, ANNA, { reason: 'y' });
  const { current } = (await world.record()) ?? {};
  expect(await world.run(current?.releaseId ?? '')).toMatchObject({ state: 'failed' });
  expect((await world.record())?.last?.outcome).toBe('returned');
});

test('a commit that is pushed to the branch of the side during the deployment does not serve', async () => {
  const world = await serving();
  const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
  let pushed = false;
  const outcome = await world.run(releaseId, async () => {
    const { current } = (await world.record()) ?? {};
    if (pushed || current?.step !== 'deploy' || world.pipelines.disabled.has('333333333333')) return;
    pushed = true;
    world.pipelines.push('blue', 'c2+late');
  });
  expect(outcome).toEqual({ state: 'succeeded' });
  const { waiting } = await world.pipelines.state({ accountId: '333333333333' });
  expect(waiting).toEqual(['push-c2+late']);
});

test('a commit that has passed the pipeline after the released one fails the release', async () => {
  const world = await serving();
  const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
  let pushed = false;
  const outcome = await world.run(releaseId, async () => {
    const { current } = (await world.record()) ?? {};
    if (pushed || current?.step !== 'deploy' || !world.pipelines.disabled.has('333333333333')) return;
    pushed = true;
    world.pipelines.push('blue', 'c2+late');
    await world.pipelines.enable({ accountId: '333333333333' });
    world.sleep(300);
    await world.pipelines.executions({ accountId: '333333333333' });
    world.sleep(300);
  });
  expect(outcome).toMatchObject({
    reason: "commit c2+late was pushed to branch 'env/prod-blue' while commit c2 was deployed, and has passed pipeline "
      + "'prod' in account 333333333333 (execution push-c2+late, Succeeded): release again",
  });
  expect(world.traffic.shares).toEqual({ blue: 0, green: 100 });
});

describe('a rollback after a release that has failed', () => {
  const releasedTwice = async () => {
    const world = await serving();
    await world.release('main');
    world.source.references.set('main', 'c3');
    return world;
  };

  test('is possible when it has not changed the former side', async () => {
    const world = await releasedTwice();
    world.source.conflicts.set('c3', ['src/a.ts']);
    expect(await world.release('main')).toMatchObject({ state: 'failed' });
    expect(await world.release('main')).toMatchObject({ state: 'failed' });
    expect(await world.rollback()).toEqual({ state: 'succeeded' });
    expect(await world.active()).toBe('green');
  });

  test('is rejected when it has', async () => {
    const world = await releasedTwice();
    world.pipelines.broken.add('c1+c3');
    expect(await world.release('main')).toMatchObject({ state: 'failed' });
    await expect(world.rollback()).rejects.toThrow('has changed side green');
  });
});

test('a singleton that does not stop fails the release after thirty minutes', async () => {
  const world = await serving({ singletons: [SINGLETON] });
  world.sides.stuck.add(`green ${JSON.stringify(SINGLETON)}`);
  expect(await world.release('main')).toMatchObject({
    reason: "rule 'nightly' of side green in account 444444444444 did not turn off within 30 minutes: see what keeps "
      + 'it, then release again',
  });
  expect(world.traffic.shares).toEqual({ blue: 0, green: 100 });
});

test('a decision about another release than the one in progress is rejected', async () => {
  const world = await serving();
  const { releaseId } = await world.releases.release(ENVIRONMENT, 'main', ANNA);
  await expect(world.releases.abort(ENVIRONMENT, ANNA, { reason: 'x', releaseId: 'release-1' })).rejects.toThrow(
    `release release-1 of environment 'prod' is not in progress: release ${releaseId} of main (c2) to side blue by `
      + `${ANNA} is; nothing was done`,
  );
  const { failure } = await world.releases.abort(ENVIRONMENT, ANNA, { reason: 'x', releaseId });
  expect(failure).toBe(`aborted by ${ANNA}: x`);
});
