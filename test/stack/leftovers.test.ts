import type { Wanted } from './world';
import { ONE, TWO, World, dieEverywhere, environment, owner, ownerOf, pipeline, request } from './world';
import type { LeftoverRecord } from '../../lambda/registry/leftover';
import { isTransient } from '../../lambda/shared/errors';
import { IN_PROGRESS } from '../../lambda/shared/lifecycle';

const MINUTE = 60_000;
const NAMES = { net: `${ONE}/eu-central-1/net`, pipe: 'test1' };
const KEYS = { net: `stack#${ONE}#eu-central-1#net`, pipe: `pipeline#${ONE}#eu-central-1#test1` };
const KINDS = [
  ['stack', request, 'net'],
  ['pipeline', pipeline, 'pipe'],
] as const;

const leftovers = async (world: World) => world.registry.list<LeftoverRecord>('leftover');

/** A stack that is deployed in an account, which then can no longer be entered. */
async function unreachable(wanted: Wanted): Promise<World> {
  const world = new World();
  await world.create(wanted);
  world.accounts.closed.add(ONE);
  return world;
}

/** Updates a stack while time passes. */
async function update(world: World, wanted: Wanted, before: Wanted): Promise<unknown> {
  await world.lifecycle.requestUpdate(owner, wanted, before);
  for (;;) {
    const progress = await world.lifecycle.reconcile(owner, wanted).catch((error: unknown) => {
      if (!isTransient(error)) throw error;
      return IN_PROGRESS;
    });
    if (progress.done) return progress.result;
    world.time += 15_000;
  }
}

describe.each(KINDS)('a %s whose account cannot be reached', (_, wanted, stackName) => {
  test('remains known when its deletion fails, however often CloudFormation repeats it', async () => {
    const world = await unreachable(wanted);
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(world.delete(wanted)).rejects.toThrow(`run: org-environments forget ${NAMES[stackName]}`);
      world.time += MINUTE;
    }
    const [leftover, ...others] = await leftovers(world);
    expect(others).toEqual([]);
    expect(leftover).toMatchObject({
      name: NAMES[stackName],
      recordKey: KEYS[stackName],
      accountId: ONE,
      region: 'eu-central-1',
      stackName,
      stackId: owner.stackId,
      reason: expect.stringContaining('cannot be assumed'),
    });
    // the first attempt of a pipeline waits for its roles for a minute
    expect(leftover.at).toBeLessThanOrEqual(MINUTE);
    expect(await world.registry.read(KEYS[stackName])).toMatchObject({ deletedBy: owner.id, owners: [] });
  });

  test('is left behind by another deployment, and remains known', async () => {
    const world = await unreachable(wanted);
    await expect(world.delete(wanted)).rejects.toThrow('cannot be assumed');
    world.accounts.operation = 2;
    await world.delete(wanted);
    expect(await leftovers(world)).toHaveLength(1);
    expect(await world.registry.read(KEYS[stackName])).toMatchObject({ deletedBy: owner.id });
    expect(world.accounts.of(ONE).begun).toEqual([`create ${stackName}`]);
  });

  test('is deleted by CloudFormation\'s next attempt if the account can be reached again', async () => {
    const world = await unreachable(wanted);
    await expect(world.delete(wanted)).rejects.toThrow('cannot be assumed');
    world.accounts.closed.clear();
    await world.delete(wanted);
    expect(world.accounts.of(ONE).begun).toEqual([`create ${stackName}`, `delete ${stackName}`]);
    expect(world.registry.keys.filter(key => !key.startsWith('lease#'))).toEqual([]);
  });

  test.each([1, 2])('is deleted when it is put back and removed again, after %i deployments', async operation => {
    const world = await unreachable(wanted);
    for (world.accounts.operation = 1; world.accounts.operation <= operation; world.accounts.operation++) {
      await world.delete(wanted).catch(() => undefined);
    }
    world.accounts.closed.clear();
    await world.create(wanted, ownerOf('PutBack'));
    expect(await leftovers(world)).toEqual([]);
    world.accounts.operation++;
    await world.delete(wanted, ownerOf('PutBack'));
    expect(world.accounts.of(ONE).begun).toEqual([`create ${stackName}`, `delete ${stackName}`]);
    expect(world.registry.keys.filter(key => !key.startsWith('lease#'))).toEqual([]);
  });

  test('is reported again by a later removal if the account could be reached in between', async () => {
    const world = await unreachable(wanted);
    await expect(world.delete(wanted)).rejects.toThrow('cannot be assumed');
    world.accounts.closed.clear();
    world.accounts.operation = 2;
    await world.create(wanted);
    world.accounts.closed.add(ONE);
    world.accounts.operation = 3;
    await expect(world.delete(wanted)).rejects.toThrow('cannot be assumed');
  });

  test('remains known when it moves to another account', async () => {
    const world = await unreachable(wanted);
    await update(world, { ...wanted, accountId: TWO }, wanted);
    expect(await leftovers(world)).toMatchObject([{ name: NAMES[stackName], accountId: ONE, stackName }]);
    expect(world.registry.keys).toContain(KEYS[stackName]);
    // a later update does not wait for the former account
    world.accounts.entered.length = 0;
    await world.update({ ...wanted, accountId: TWO, parameters: { Size: '2' } }, { ...wanted, accountId: TWO });
    expect(world.accounts.entered.filter(place => place.startsWith(ONE))).toEqual([]);
  });

  test('can move back in a rollback, which deletes the stack in the other account', async () => {
    const world = await unreachable(wanted);
    const moved = { ...wanted, accountId: TWO };
    await update(world, moved, wanted);
    world.accounts.rollingBack = true;
    await expect(update(world, wanted, moved)).resolves.toHaveProperty('stackId');
    expect(await leftovers(world)).toEqual([]);
    expect(world.accounts.of(TWO).begun).toEqual([`create ${stackName}`, `delete ${stackName}`]);
    expect(await world.registry.read(KEYS[stackName])).toMatchObject({
      owners: [{ id: owner.id }], previous: [], deferral: { reason: expect.stringContaining('cannot assume role') },
    });
  });

  test('cannot be moved to, and the stack in the present account is kept', async () => {
    const world = await unreachable(wanted);
    const moved = { ...wanted, accountId: TWO };
    await update(world, moved, wanted);
    await expect(update(world, wanted, moved)).rejects.toThrow('cannot assume role');
    expect(world.accounts.of(TWO).begun).toEqual([`create ${stackName}`]);
  });

  test.each(['before', 'after'] as const)('is deleted later, killed at any call %s its effect', async when => {
    const expected = { begun: [`create ${stackName}`, `delete ${stackName}`], left: [] };
    await dieEverywhere(
      when,
      world => [
        async () => {
          world.accounts.closed.delete(ONE);
          if (world.accounts.of(ONE).begun.length === 0) await world.create(wanted);
          await world.finish(wanted);
          world.accounts.closed.add(ONE);
        },
        async () => {
          const failure: unknown = await world.delete(wanted).catch((error: unknown) => error);
          if (!(failure instanceof Error && failure.message.includes('org-environments forget'))) throw failure;
        },
        async () => {
          world.accounts.closed.delete(ONE);
          world.accounts.operation = 2;
          if (world.accounts.of(ONE).begun.length === 1) await world.create(wanted);
        },
        () => world.delete(wanted),
      ],
      async (world, death) => {
        const left = world.registry.keys.filter(key => !key.startsWith('lease#'));
        expect({ death, begun: world.accounts.of(ONE).begun, left }).toEqual({ death, ...expected });
      },
    );
  });
});

describe('a pipeline that remains in an account that cannot be reached', () => {
  test('keeps its lease and its place in the environment, suspended and without a route', async () => {
    const world = await unreachable(pipeline);
    await expect(world.delete(pipeline)).rejects.toThrow('cannot be assumed');
    world.accounts.operation = 2;
    await world.delete(pipeline);
    expect((await world.leaseOf(ONE))?.holder).toMatchObject({ environmentName: 'test1' });
    expect((await world.environment())?.sides.only.pipelines).toMatchObject([
      { accountId: ONE, isLeftover: true, suspendedFor: KEYS.pipe },
    ]);
    expect(await world.route()).toBeUndefined();
  });

  test('does not block the environment, which exists in another account', async () => {
    const world = await unreachable(pipeline);
    const moved = { ...pipeline, accountId: TWO };
    await update(world, moved, pipeline);
    expect((await world.environment())?.sides.only.pipelines).toEqual([
      expect.objectContaining({ accountId: ONE, isLeftover: true }),
      expect.not.objectContaining({ isLeftover: true }),
    ]);
    await world.delete(moved);
    expect((await world.environment())?.sides.only.pipelines).toMatchObject([{ accountId: ONE, isLeftover: true }]);
  });

  test.each([
    ['another environment cannot take its account', { environmentName: 'test2' }, owner],
    ['another stack cannot take its name', {}, ownerOf('Other', 'Other')],
  ])('%s: the error says how to forget it', async (_, changes, by) => {
    const world = await unreachable(pipeline);
    await expect(world.delete(pipeline)).rejects.toThrow('cannot be assumed');
    world.accounts.closed.clear();
    const other = { ...pipeline, stackName: 'other', environment: { ...environment, ...changes } };
    await expect(world.create(other, by)).rejects.toThrow(
      'org-environments forget test1',
    );
  });
});

test('a stack that cannot be deleted for another reason remains known, and is never left behind', async () => {
  const world = new World();
  await world.create();
  for (world.accounts.operation = 1; world.accounts.operation <= 2; world.accounts.operation++) {
    world.accounts.of(ONE).failures.set('net', 'Bucket: not empty');
    await expect(world.delete()).rejects.toThrow(
      'Bucket: not empty; remove the cause and delete again; to leave it in the account, '
        + `run: org-environments forget ${NAMES.net}`,
    );
  }
  expect(await leftovers(world)).toMatchObject([{ reason: expect.stringContaining('not empty') }]);
  await world.delete();
  expect(world.registry.keys).toEqual([]);
});
