import { ONE, TWO, World, ownerOf, pipeline, request } from './world';
import type { Wanted } from './world';
import type { StackRecord } from '../../lambda/registry/stack';

const KINDS: readonly (readonly [string, Wanted])[] = [['pipelines', pipeline], ['stacks', request]];
const [first, second] = [ownerOf('First'), ownerOf('Second')];

describe.each(KINDS)('two %s of one name that exchange their accounts in one deployment', (_, inOne) => {
  const inTwo: Wanted = { ...inOne, accountId: TWO };
  const moves = [[first, inTwo, inOne], [second, inOne, inTwo]] as const;

  async function exchanged(order: readonly (typeof moves)[number][]): Promise<World> {
    const world = new World();
    await world.create(inOne, first);
    await world.create(inTwo, second);
    for (const [owner, wanted, before] of order) await world.lifecycle.requestUpdate(owner, wanted, before);
    for (const [owner, wanted] of order) await world.finish(wanted, owner);
    return world;
  }

  const ownersOf = async ({ registry }: World): Promise<unknown> => {
    const records = await Promise.all([ONE, TWO].map(async accountId => {
      const key = registry.keys.find(name => /^(stack|pipeline)#/.test(name) && name.includes(accountId)) ?? '';
      return registry.read<StackRecord>(key);
    }));
    return records.map(record => record?.owners.map(({ logicalId }) => logicalId));
  };

  test.each([[moves], [[...moves].reverse()]])('have one owner each, and are deleted with it (%#)', async order => {
    const world = await exchanged(order);
    expect(await ownersOf(world)).toEqual([['Second'], ['First']]);
    await world.delete(inTwo, first);
    await world.delete(inOne, second);
    expect(world.registry.keys.filter(key => !key.startsWith('lease#'))).toEqual([]);
    for (const accountId of [ONE, TWO]) {
      expect(world.accounts.of(accountId).begun.at(-1)).toMatch(/^delete /);
    }
  });
});
