import { ONE, TWO, World, ownerOf, owner, pipeline, request } from './world';
import type { Wanted } from './world';

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
    for (let times = 0; times < 2; times++) await world.lifecycle.requestFormer?.(owner, moved, former);
    await world.update(moved, moved);
    expect(stacksIn(world, ONE)).toEqual(['create', 'delete']);
    expect(stacksIn(world, TWO)).toEqual(['create']);
    await world.lifecycle.requestFormer?.(owner, moved, former);
    await world.update(moved, moved);
    expect(stacksIn(world, TWO)).toEqual(['create']);
  });

  test('is deleted in both accounts by its deletion', async () => {
    const world = await restored();
    await world.lifecycle.recover?.(owner, moved);
    await world.lifecycle.requestFormer?.(owner, moved, former);
    await world.delete(moved);
    expect(stacksIn(world, ONE)).toEqual(['create', 'delete']);
    expect(stacksIn(world, TWO)).toEqual(['create', 'delete']);
  });

  test('stays in the account that it has left if another construct owns it there', async () => {
    const world = await restored();
    const keys = [...world.registry.keys];
    await world.lifecycle.requestFormer?.(ownerOf('Other'), moved, former);
    expect(world.registry.keys).toEqual(keys);
    await world.update(moved, moved, ownerOf('Other'));
    expect(stacksIn(world, ONE)).toEqual(['create']);
  });
});
