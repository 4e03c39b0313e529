import { ONE, TWO, World, dieEverywhere, ownerOf, owner, pipeline, request } from './world';
import type { Wanted } from './world';
import type { Owner } from '../../lambda/shared/lifecycle';

const KINDS: readonly (readonly [string, Wanted])[] = [['a pipeline', pipeline], ['a stack', request]];

describe.each(KINDS)('%s whose registry was restored after it has moved', (_, former) => {
  const moved: Wanted = { ...former, accountId: TWO };
  const stacksIn = ({ accounts }: World, accountId: string): readonly string[] =>
    accounts.of(accountId).begun.map(call => call.split(' ')[0]);

  /** A registry from before the move, which does not know the stack in the present account. */
  async function restored(): Promise<World> {
    const world = new World();
    const { registry } = world;
    await world.create(former);
    const saved = await Promise.all(registry.keys.map(async key => [key, await registry.read(key)] as const));
    await world.lose(...registry.keys);
    await world.create(moved);
    await world.lose(...registry.keys);
    for (const [key, record] of saved) if (record) await registry.write(key, record, undefined);
    return world;
  }

  test('is deleted in the account that it has left, with the next update', async () => {
    const world = await restored();
    // once more after a step that was killed
    for (let times = 0; times < 2; times++) await world.lifecycle.requestFormer?.(owner, moved, former, false);
    await world.update(moved, moved);
    expect(stacksIn(world, ONE)).toEqual(['create', 'delete']);
    expect(stacksIn(world, TWO)).toEqual(['create']);
    await world.lifecycle.requestFormer?.(owner, moved, former, false);
    await world.update(moved, moved);
    expect(stacksIn(world, TWO)).toEqual(['create']);
  });

  test('is deleted in both accounts by its deletion', async () => {
    const world = await restored();
    await world.lifecycle.recover?.(owner, moved);
    await world.lifecycle.requestFormer?.(owner, moved, former, false);
    await world.delete(moved);
    expect(stacksIn(world, ONE)).toEqual(['create', 'delete']);
    expect(stacksIn(world, TWO)).toEqual(['create', 'delete']);
  });

  test.each(['before', 'after'] as const)('is deleted there, killed at any call %s its effect', async when => {
    await dieEverywhere(
      when,
      world => [
        async () => world.lifecycle.requestFormer?.(owner, moved, former, false), () => world.update(moved, moved),
      ],
      async (world, death) => {
        const begun = [ONE, TWO].map(accountId => stacksIn(world, accountId));
        expect({ death, begun }).toEqual({ death, begun: [['create', 'delete'], ['create']] });
      },
      restored,
    );
  });

  test('is deleted in both accounts if the registry has only its request', async () => {
    const world = await restored();
    await world.lose(world.registry.keys.find(key => /^(stack|pipeline)#/.test(key)) ?? '');
    await world.lifecycle.recover?.(owner, moved);
    await world.lifecycle.requestFormer?.(owner, moved, former, false);
    await world.delete(moved);
    expect(stacksIn(world, ONE)).toEqual(['create', 'delete']);
    expect(stacksIn(world, TWO)).toEqual(['create', 'delete']);
    expect(world.registry.keys.filter(key => !key.startsWith('lease#'))).toEqual([]);
  });

  test('stays there if it is created again: it was retained', async () => {
    const world = await restored();
    const keys = [...world.registry.keys];
    await world.lifecycle.requestFormer?.(owner, moved, former, true);
    expect(world.registry.keys).toEqual(keys);
  });

  test('is forgotten there if it is created again and exists in neither account', async () => {
    const world = await restored();
    for (const accountId of [ONE, TWO]) world.accounts.of(accountId).lose(former.stackName);
    await world.lifecycle.requestFormer?.(owner, moved, former, true);
    await world.create(moved);
    expect(world.registry.keys.filter(key => key.includes(ONE) && !key.startsWith('lease#'))).toEqual([]);
    expect(await world.leaseOf(ONE) ?? {}).not.toHaveProperty('holder');
    expect(stacksIn(world, TWO)).toEqual(['create', 'create']);
  });

  test('stays in the account that it has left if another construct owns it there', async () => {
    const world = await restored();
    const keys = [...world.registry.keys];
    await world.lifecycle.requestFormer?.(ownerOf('Other'), moved, former, false);
    expect(world.registry.keys).toEqual(keys);
    await world.update(moved, moved, ownerOf('Other'));
    expect(stacksIn(world, ONE)).toEqual(['create']);
  });
});

describe('a pipeline that exists neither where the registry has its lease nor in a record', () => {
  const moved = { ...pipeline, accountId: TWO };
  const elsewhere = ownerOf('Stack', 'Elsewhere');

  /** A registry from before the move of an owner, which had lost the record of the pipeline before. */
  async function withoutPipeline(by: Owner): Promise<World> {
    const world = new World();
    const { registry } = world;
    await world.create(pipeline, by);
    const saved = await Promise.all(registry.keys.map(async key => [key, await registry.read(key)] as const));
    await world.delete(pipeline, by);
    await world.lose(...registry.keys);
    for (const [key, record] of saved) {
      if (record && !key.startsWith('pipeline#')) await registry.write(key, record, undefined);
    }
    return world;
  }

  test('is removed from its environment and its account by the next update', async () => {
    const world = await withoutPipeline(owner);
    await world.lifecycle.requestFormer?.(owner, moved, pipeline, false);
    await world.update(moved, moved);
    expect(await world.environment()).toMatchObject({ sides: { only: { pipelines: [{ accountId: TWO }] } } });
    expect(await world.leaseOf(ONE)).not.toHaveProperty('holder');
    expect(world.registry.keys).not.toContain(`pipeline#${ONE}#eu-central-1#test1`);
    expect(world.pipelines.active).toEqual([TWO]);
  });

  test('stays in the records if another stack holds its account', async () => {
    const world = await withoutPipeline(elsewhere);
    await world.lifecycle.requestFormer?.(owner, moved, pipeline, false);
    expect(await world.leaseOf(ONE)).toMatchObject({ holder: { stackId: elsewhere.stackId } });
    expect(await world.environment()).toBeDefined();
    expect(await world.route()).toEqual([`${ONE}/test1`]);
  });

  test('is removed from all records, killed at any call before or after its effect', async () => {
    for (const when of ['before', 'after'] as const) {
      await dieEverywhere(
        when,
        world => [
          async () => world.lifecycle.requestFormer?.(owner, moved, pipeline, false), () => world.delete(moved),
        ],
        async (world, death) => {
          const keys = world.registry.keys.filter(key => !key.startsWith('lease#'));
          expect({ death, keys, lease: await world.leaseOf(ONE) }).toMatchObject({ death, keys: [] });
          expect({ death, lease: await world.leaseOf(ONE) }).not.toHaveProperty('lease.holder');
        },
        async () => withoutPipeline(owner),
      );
    }
  });
});
