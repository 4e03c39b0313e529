import { BlueGreenWorld as World, CURRENT, OWNER, REQUEST } from './blue-green-world';
import type { ReleaseRecord } from '../../lambda/registry/release';
import { routeKey } from '../../lambda/registry/route';
import type { BlueGreenRequest } from '../../src/blue-green/release/contract';
import { ownerOf } from '../stack/world';

test('records how releases are made, and the side that serves first', async () => {
  const world = new World();
  await world.putEnvironment();
  await world.lifecycle.requestCreate(OWNER, REQUEST);
  expect(await world.lifecycle.reconcile(OWNER, REQUEST)).toEqual({ done: true, result: { environmentName: 'prod' } });
  const expected = { owners: [{ id: OWNER.id }], firstSide: 'green', config: { machineArn: 'machine' } };
  expect(await world.blueGreen()).toMatchObject(expected);
  expect(await world.active()).toBe('green');
});

test.each<[string, Partial<ReleaseRecord>]>([
  ['a release has changed the traffic', { change: { shares: { blue: 100, green: 0 }, fence: 1, intendedAt: 0 } }],
  ['a release is in progress', { current: CURRENT }],
])('leaves the active side when %s', async (_title, release) => {
  const world = new World();
  await world.putEnvironment();
  await world.putRelease(release);
  await world.lifecycle.requestCreate(OWNER, REQUEST);
  await world.lifecycle.reconcile(OWNER, REQUEST);
  expect(await world.active()).toBe('blue');
});

test('rejects an environment of another stack', async () => {
  const world = new World();
  await world.lifecycle.requestCreate(OWNER, REQUEST);
  await expect(world.lifecycle.requestCreate(ownerOf('Prod', 'Other'), REQUEST)).rejects.toThrow(
    /^blue\/green environment 'prod' belongs to stack 'Cicd' of the CICD account: remove it there first, or choose/,
  );
});

test('an update with another name is rejected', async () => {
  const world = new World();
  await world.lifecycle.requestCreate(OWNER, REQUEST);
  const renamed = { ...REQUEST, environmentName: 'live' };
  await expect(world.lifecycle.requestUpdate(OWNER, renamed, REQUEST)).rejects.toThrow(
    "blue/green environment 'prod' cannot be renamed to 'live': keep its environmentName, or remove it first, and "
      + 'declare the other one in the next deployment',
  );
});

describe('with releases of each commit of a branch', () => {
  const repository = { host: 'codecommit', repositoryName: 'shop', repositoryArn: 'arn:shop' };
  const auto = (autoReleaseBranch?: string): BlueGreenRequest => ({
    ...REQUEST, config: JSON.stringify({ repository, ...(autoReleaseBranch && { autoReleaseBranch }) }),
  });
  const routes = (world: World) => world.registry.keys.filter(key => key.startsWith('route#'));
  const created = async () => {
    const world = new World();
    await world.lifecycle.requestCreate(OWNER, auto('main'));
    await world.lifecycle.reconcile(OWNER, auto('main'));
    return world;
  };

  test('the branch starts releases', async () => {
    const world = await created();
    const route = await world.registry.read(routeKey('arn:shop', 'main'));
    expect(route).toMatchObject({ targets: [], releasedBy: ['prod'] });
  });

  test('another branch replaces it', async () => {
    const world = await created();
    await world.lifecycle.requestUpdate(OWNER, auto('next'), auto('main'));
    await world.lifecycle.reconcile(OWNER, auto('next'));
    expect(routes(world)).toEqual([routeKey('arn:shop', 'next')]);
    await world.lifecycle.requestUpdate(OWNER, auto(), auto('next'));
    await world.lifecycle.reconcile(OWNER, auto());
    expect(routes(world)).toEqual([]);
  });

  test('a branch that only a restored registry has starts no release after the next update or removal', async () => {
    for (const next of [auto('next'), auto()]) {
      const world = await created();
      await world.lifecycle.requestFormer(ownerOf('Other'), next, auto('main'));
      await world.lifecycle.requestFormer(OWNER, auto('main'), auto('main'));
      expect(routes(world)).toEqual([routeKey('arn:shop', 'main')]);
      await world.lifecycle.requestFormer(OWNER, next, auto('main'));
      expect(routes(world)).toEqual([]);
    }
  });

  test('a removal ends it, and drops the commit that waits', async () => {
    const world = await created();
    await world.putRelease({ current: CURRENT, pending: { by: 'push to main', requested: 'main', commitId: 'c2' } });
    await world.lifecycle.requestDelete(OWNER, auto('main'));
    expect(routes(world)).toEqual([]);
    expect(await world.release()).not.toHaveProperty('pending');
  });
});

describe('a construct with another id', () => {
  const NEW = ownerOf('Other', 'Cicd');
  const renamed = async () => {
    const world = new World();
    await world.lifecycle.requestCreate(OWNER, REQUEST);
    await world.putRelease({ fence: 7 });
    await world.lifecycle.requestCreate(NEW, { ...REQUEST, firstSide: 'blue' });
    return world;
  };

  test('keeps the releases when the former one is removed', async () => {
    const world = await renamed();
    await world.lifecycle.requestDelete(OWNER, REQUEST);
    expect(await world.lifecycle.reconcileDelete(OWNER, REQUEST)).toMatchObject({ done: true });
    expect(await world.blueGreen()).toMatchObject({ owners: [{ id: NEW.id }], firstSide: 'blue' });
    expect(await world.release()).toMatchObject({ fence: 7 });
  });

  test('leaves everything to the former one when its deployment fails', async () => {
    const world = await renamed();
    await world.lifecycle.requestDelete(NEW, REQUEST);
    expect(await world.lifecycle.reconcileDelete(NEW, REQUEST)).toMatchObject({ done: true });
    expect(await world.blueGreen()).toMatchObject({ owners: [{ id: OWNER.id }], firstSide: 'green' });
    expect(await world.blueGreen()).not.toHaveProperty('removalRequestedAt');
    expect(await world.release()).toMatchObject({ fence: 7 });
  });
});

describe('a removal', () => {
  test('also stops a release that has started at the same time', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(OWNER, REQUEST);
    await world.lifecycle.requestDelete(OWNER, REQUEST);
    await world.putRelease({ current: CURRENT });
    expect(await world.lifecycle.reconcileDelete(OWNER, REQUEST)).toMatchObject({ done: false });
    expect((await world.release())?.current?.failure).toBe('the environment is being removed');
  });

  test('stops the release in progress, and waits until it has returned the traffic', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(OWNER, REQUEST);
    await world.putRelease({ current: CURRENT });
    await world.lifecycle.requestDelete(OWNER, REQUEST);
    expect((await world.release())?.current?.failure).toBe('the environment is being removed');
    expect(await world.lifecycle.reconcileDelete(OWNER, REQUEST)).toMatchObject({
      done: false, waitsFor: 'the return of the traffic',
    });
    await world.putRelease({ fence: 2 });
    expect(await world.lifecycle.reconcileDelete(OWNER, REQUEST)).toMatchObject({ done: true });
    expect([await world.blueGreen(), await world.release()]).toEqual([undefined, undefined]);
  });

  test('does not wait longer than twenty minutes for a release whose machine has ended', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(OWNER, REQUEST);
    await world.putRelease({ current: CURRENT });
    await world.lifecycle.requestDelete(OWNER, REQUEST);
    world.now += 20 * 60_000 + 1;
    expect(await world.lifecycle.reconcileDelete(OWNER, REQUEST)).toMatchObject({ done: true });
    expect(await world.release()).toBeUndefined();
  });

  test('leaves the record of another resource', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(OWNER, REQUEST);
    const other = { ...OWNER, id: 'other' };
    await world.lifecycle.requestDelete(other, REQUEST);
    expect(await world.lifecycle.reconcileDelete(other, REQUEST)).toMatchObject({ done: true });
    expect((await world.blueGreen())?.removalRequestedAt).toBeUndefined();
  });
});

describe.each(['before', 'after'] as const)('killed %s any of its calls', when => {
  test('a creation, an update and a removal end the same', async () => {
    for (let call = 1, wasKilled = true; wasKilled; call++) {
      const world = new World();
      await world.putEnvironment();
      world.fate.dieAt(call, when);
      await world.survive(async lifecycle => lifecycle.requestCreate(OWNER, REQUEST));
      await world.survive(async lifecycle => lifecycle.reconcile(OWNER, REQUEST));
      expect(await world.active()).toBe('green');
      await world.survive(async lifecycle => lifecycle.requestUpdate(OWNER, REQUEST, REQUEST));
      await world.survive(async lifecycle => lifecycle.reconcile(OWNER, REQUEST));
      await world.survive(async lifecycle => lifecycle.requestDelete(OWNER, REQUEST));
      await world.survive(async lifecycle => lifecycle.reconcileDelete(OWNER, REQUEST));
      expect([await world.blueGreen(), await world.release()]).toEqual([undefined, undefined]);
      wasKilled = call < world.fate.calls.length;
    }
  });

  test('a removal during a release ends the same', async () => {
    for (let call = 1, wasKilled = true; wasKilled; call++) {
      const world = new World();
      await world.lifecycle.requestCreate(OWNER, REQUEST);
      await world.putRelease({ current: CURRENT });
      world.fate.dieAt(call, when);
      const before = world.fate.calls.length;
      await world.survive(async lifecycle => lifecycle.requestDelete(OWNER, REQUEST));
      expect((await world.release())?.current?.failure).toBe('the environment is being removed');
      await world.putRelease({ fence: 2 });
      await world.survive(async lifecycle => lifecycle.reconcileDelete(OWNER, REQUEST));
      expect([await world.blueGreen(), await world.release()]).toEqual([undefined, undefined]);
      wasKilled = call + before < world.fate.calls.length;
    }
  });
});
