import { newBranch, requestOf, who, World } from './preconditions-world';
import { Killed } from '../shared/fate';

describe('preconditions that were met before', () => {
  test('are not checked again, so that a later change does not fail because of them', async () => {
    const world = new World();
    await world.check(requestOf());
    world.fate.calls.length = 0;
    world.repositories.deleteByHand('main');
    world.repositories.push('trunk');
    world.directory.limit = 1;
    await world.check(requestOf(), requestOf());
    expect(world.fate.calls.filter(call => !/^(read|write)$/.test(call))).toEqual([]);

    const more = requestOf({ newBranches: [newBranch('env/dev'), newBranch('env/new')] });
    await expect(world.check(more, requestOf())).rejects.toThrow(
      "branch 'env/new' has parent 'main', which does not exist in repository 'shop': it has 'trunk'",
    );
    // the rollback
    await world.check(requestOf(), more);
  });

  test('are checked again if a change that was rolled back is deployed again', async () => {
    const world = new World();
    const more = requestOf({ newBranches: [newBranch('env/dev'), newBranch('env/new', 'trunk')] });
    world.repositories.push('trunk');
    await world.check(requestOf());
    await world.check(more, requestOf());
    await world.check(requestOf(), more);
    world.repositories.deleteByHand('trunk');
    await expect(world.check(more, requestOf())).rejects.toThrow("branch 'env/new' has parent 'trunk'");
  });

  test('are removed from the registry when the stack is deleted, without any other call', async () => {
    const world = new World();
    await world.check(requestOf());
    world.fate.calls.length = 0;
    await world.preconditions.requestDelete(who);
    expect(await world.preconditions.reconcileDelete()).toEqual({ done: true, result: undefined });
    await world.preconditions.requestDelete(who);
    expect(world.registry.keys).toEqual(['preconditions#account-count']);
    expect(new Set(world.fate.calls)).toEqual(new Set(['read', 'remove']));
  });
});

test.each(Array.from({ length: 9 }, (_, index) => index + 1))(
  'preconditions that are killed at call %i and checked again have the same result',
  async n => {
    for (const when of ['before', 'after'] as const) {
      const world = new World();
      world.fate.dieAt(n, when);
      const run = async () => world.check(requestOf());
      await run().catch(async (error: unknown) => {
        if (!(error instanceof Killed) || !world.fate.revive()) throw error;
        await run();
      });
      expect(world.registry.keys.filter(key => !key.endsWith('#account-count'))).toEqual([
        'preconditions#Preconditions-environments',
      ]);
    }
  },
);

describe('the list of all accounts', () => {
  const lists = (world: World) => world.fate.calls.filter(call => call === 'listAccounts').length;
  const second = requestOf({ emails: ['dev@example.com', 'test@example.com'] });
  const third = requestOf({ emails: [...second.emails, 'prod@example.com'] });

  test('is read once a day for new accounts', async () => {
    const world = new World();
    world.directory.limit = 10;
    await world.check(requestOf());
    await world.check(second, requestOf());
    expect(lists(world)).toBe(1);
    world.clock.now += 25 * 3_600_000;
    await world.check(third, second);
    expect(lists(world)).toBe(2);
  });

  test('is read again near the limit, which is a problem only if it is exceeded', async () => {
    const world = new World();
    world.directory.limit = 4;
    await world.check(requestOf());
    await world.check(second, requestOf());
    expect(lists(world)).toBe(1);
    await world.check(third, second);
    expect(lists(world)).toBe(2);
    world.directory.limit = 2;
    await expect(world.check(requestOf({ emails: [...third.emails, 'more@example.com'] }), third)).rejects.toThrow(
      'no account was created: the organization has 2 accounts, and its limit of accounts is 2, so 1 more cannot be '
        + 'created',
    );
  });

  test('is not read if no account is new', async () => {
    const world = new World();
    await world.check(requestOf({ emails: [] }));
    expect(lists(world)).toBe(0);
  });
});
