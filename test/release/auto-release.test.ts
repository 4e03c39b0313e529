import { ANNA, ENVIRONMENT, ReleaseWorld } from './world';
import { haltKey } from '../../lambda/registry/halt';

const HALT = { environmentName: ENVIRONMENT, by: ANNA, at: '2026-01-01T09:00:00Z', reason: 'incident 7' };

/** An environment whose side green serves `c1`, and a way to push commits to its parent branch. */
async function serving(config: Parameters<typeof ReleaseWorld.start>[0] = {}) {
  const world = await ReleaseWorld.start({ autoReleaseBranch: 'main', ...config });
  await world.release('main');
  const push = async (commitId: string) => {
    world.source.references.set('main', commitId);
    return world.releases.releasePush(ENVIRONMENT, { branchName: 'main', commitId });
  };
  const current = async () => (await world.record())?.current;
  return { world, push, current };
}

test('a pushed commit is released', async () => {
  const { world, push } = await serving();
  const release = await push('c2');
  expect(await world.run(release?.releaseId ?? '')).toEqual({ state: 'succeeded' });
  expect(await world.active()).toBe('blue');
  expect((await world.record())?.last).toMatchObject({ by: 'push to main', requested: 'main', commitId: 'c2' });
});

test('of the commits that are pushed during a release, the last one is released after it', async () => {
  const { world, push, current } = await serving();
  const first = await push('c2');
  const outcome = await world.run(first?.releaseId ?? '', async count => {
    if (count === 1) expect(await push('c3')).toBeUndefined();
    if (count === 2) expect(await push('c4')).toBeUndefined();
  });
  expect(outcome).toEqual({ state: 'succeeded' });
  const next = await current();
  expect(next).toMatchObject({ commitId: 'c4', from: 'blue', to: 'green', by: 'push to main' });
  expect(world.machine.outcomes.get(next?.releaseId ?? '')).toMatchObject({ state: 'waiting' });
  expect(await world.run(next?.releaseId ?? '')).toEqual({ state: 'succeeded' });
  expect(world.source.heads.get('env/prod-green')).toBe('c1+c4');
  expect(await world.record()).not.toHaveProperty('pending');
});

test('a commit waits also for a release that fails, which is not repeated', async () => {
  const { world, push, current } = await serving();
  world.pipelines.broken.add('c2');
  const first = await push('c2');
  const outcome = await world.run(first?.releaseId ?? '', async count => {
    if (count === 1) await push('c3');
  });
  expect(outcome).toMatchObject({ state: 'failed' });
  const next = await current();
  expect(next).toMatchObject({ commitId: 'c3', from: 'green', to: 'blue' });
  expect(await world.run(next?.releaseId ?? '')).toEqual({ state: 'succeeded' });
  expect(await current()).toBeUndefined();
});

test('nothing is released when the commit is active, is being released, or was released meanwhile', async () => {
  const { world, push, current } = await serving();
  expect(await push('c1')).toBeUndefined();
  expect(await current()).toBeUndefined();
  const first = await world.releases.release(ENVIRONMENT, 'main', ANNA).catch(() => undefined);
  expect(first).toBeUndefined();
  const second = await push('c2');
  expect(await push('c2')).toBeUndefined();
  expect(await world.record()).not.toHaveProperty('pending');
  expect(await world.run(second?.releaseId ?? '')).toEqual({ state: 'succeeded' });
  expect(await current()).toBeUndefined();
});

test('an event that arrives late or twice releases nothing', async () => {
  const { world, push, current } = await serving();
  const late = async (commitId: string) => world.releases.releasePush(ENVIRONMENT, { branchName: 'main', commitId });
  world.source.conflicts.set('c2', ['src/a.ts']);
  const first = await push('c2');
  expect(await world.run(first?.releaseId ?? '')).toMatchObject({ state: 'failed' });
  expect(await late('c2')).toBeUndefined();
  const second = await push('c3');
  expect(await late('c2')).toBeUndefined();
  expect(await world.record()).not.toHaveProperty('pending');
  expect(await world.run(second?.releaseId ?? '')).toEqual({ state: 'succeeded' });
  expect(await current()).toBeUndefined();
});

test('a branch that is set back to the commit in progress takes back the commit that waits', async () => {
  const { world, push, current } = await serving();
  const first = await push('c2');
  await push('c3');
  expect((await world.record())?.pending?.commitId).toBe('c3');
  await push('c2');
  expect(await world.record()).not.toHaveProperty('pending');
  expect(await world.run(first?.releaseId ?? '')).toEqual({ state: 'succeeded' });
  expect(await current()).toBeUndefined();
});

test('pushes to another branch, and those that the app does not release any more, release nothing', async () => {
  const { world } = await serving({ autoReleaseBranch: 'next' });
  expect(await world.releases.releasePush(ENVIRONMENT, { branchName: 'main', commitId: 'c1' })).toBeUndefined();
});

test('nothing is released while the environment is halted or being removed', async () => {
  const { world, push, current } = await serving();
  await world.registry.write(haltKey(ENVIRONMENT), HALT, undefined);
  expect(await push('c2')).toBeUndefined();
  expect(await current()).toBeUndefined();
  const removed = await serving();
  await removed.world.requestRemoval();
  expect(await removed.push('c2')).toBeUndefined();
  expect(await removed.current()).toBeUndefined();
});

test('a halt during a release also removes the commit that waits', async () => {
  const { world, push, current } = await serving();
  const first = await push('c2');
  await world.run(first?.releaseId ?? '', async count => {
    if (count === 1) await push('c3');
    if (count === 2) await world.registry.write(haltKey(ENVIRONMENT), HALT, undefined);
  });
  expect(await current()).toBeUndefined();
  expect(await world.record()).not.toHaveProperty('pending');
});

test('a release whose execution has ended is taken over by the next push', async () => {
  const { world, push } = await serving();
  const first = await push('c2');
  world.machine.outcomes.set(first?.releaseId ?? '', { state: 'failed', reason: 'stopped' });
  const second = await push('c3');
  expect(second).toMatchObject({ isTakenOver: true, commitId: 'c3' });
  expect(await world.run(second?.releaseId ?? '')).toEqual({ state: 'succeeded' });
});

test.each(['before', 'after'] as const)(
  'a commit that waits is released, killed at any call %s its effect',
  async when => {
    for (let call = 1, wasKilled = true; wasKilled; call++) {
      const { world, push, current } = await serving();
      const first = await push('c2');
      let armedAt = 0;
      await world.run(first?.releaseId ?? '', async count => {
        if (count === 1) await push('c3');
        if (count !== 2) return;
        armedAt = world.fate.calls.length;
        world.fate.dieAt(call, when);
      });
      wasKilled = world.fate.calls.length >= armedAt + call;
      const next = await current();
      expect({ call, commitId: next?.commitId }).toEqual({ call, commitId: 'c3' });
      expect(world.machine.outcomes.get(next?.releaseId ?? '')).toMatchObject({ state: 'waiting' });
      world.fate.dieAt(1_000_000, 'before');
      expect(await world.run(next?.releaseId ?? '')).toEqual({ state: 'succeeded' });
    }
  },
);
