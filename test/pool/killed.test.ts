import { owner, pooled, PoolWorld } from './world';
import { CREATION_QUEUE } from '../../lambda/account/creation';

const [one, two] = ['One', 'Two'].map(name => owner(name));
const FIRST = '100000000001';

/** Calls that change nothing: dying at one leaves what dying after the change before it leaves. */
const READS = new Set([
  'read', 'list', 'prefetch', 'root', 'unitsBelow', 'parentOf', 'tags', 'describeAccount', 'describeCreation',
  'listAccounts', 'findAccount',
  'stacksIn', 'describe', 'resources', 'lastOperation',
]);

type Story = (world: PoolWorld) => Promise<void>;

/** Runs the same story again and again, and dies at another change each time. Returns the number of calls. */
async function dyingAtEveryChange(when: 'before' | 'after', story: Story): Promise<number> {
  const undisturbed = new PoolWorld();
  await story(undisturbed);
  const { calls } = undisturbed.fate;
  for (const [index, name] of calls.entries()) {
    if (READS.has(name)) continue;
    const world = new PoolWorld();
    world.fate.dieAt(index + 1, when);
    try {
      await story(world);
    } catch (error) {
      throw new Error(`died ${when} call ${index + 1} (${name}): ${String(error)}`, { cause: error });
    }
  }
  return calls.length;
}

/** Everything that outlives a function. */
async function stateOf(world: PoolWorld): Promise<string> {
  const { registry, directory, clean, history } = world;
  const records = await Promise.all(registry.keys.map(async key => [key, await registry.read(key)]));
  const accounts = directory.accounts.map(account => [account, directory.unitOf(account.accountId)]);
  const stacks = directory.accounts.map(({ accountId }) => directory.stacksOf(accountId).begun);
  const creations = [directory.requests.size, registry.members(CREATION_QUEUE)];
  return JSON.stringify([records, accounts, stacks, creations, [...clean.started], history]);
}

test('the calls at which no function is killed change nothing', async () => {
  const changed = new Set<string>();
  const seen = new Set<string>();
  const world: PoolWorld = new PoolWorld(port => new Proxy(port, {
    get: (target, name, receiver) => {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function' || typeof name !== 'string' || !READS.has(name)) return value;
      return async (...parameters: unknown[]) => {
        const before = await stateOf(world);
        const result: unknown = await Reflect.apply(value, receiver, parameters);
        seen.add(name);
        if (await stateOf(world) !== before) changed.add(name);
        return result;
      };
    },
  }));
  await world.deployPool({ minimum: '1', maximum: '2' });
  await world.lease(one);
  await world.release(one);
  await world.endClean(FIRST);
  await world.maintain(3);
  await world.lease(two);
  expect(seen).toContain('read');
  expect([...changed]).toEqual([]);
});

describe.each(['before', 'after'] as const)('a function that is killed %s any of its calls', when => {
  test('creates one account for one request', async () => {
    const calls = await dyingAtEveryChange(when, async world => {
      await world.deployPool();
      await world.lease(one);
      expect(world.directory.accounts).toHaveLength(1);
      expect(await world.leaseOf(FIRST)).toMatchObject({ fence: 1, pool: { state: 'leased', owner: one } });
      expect(world.registry.members(CREATION_QUEUE)).toEqual([]);
    });
    expect(calls).toBeGreaterThan(30);
  });

  test('leases a free account to one request, and creates none', async () => {
    await dyingAtEveryChange(when, async world => {
      await world.deployPool({ minimum: '1', maximum: '1' });
      await world.maintain(15);
      expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'available' } });
      expect(await world.lease(one)).toMatchObject({ accountId: FIRST });
      expect(world.directory.requests.size).toBe(1);
      expect(world.accountOf(FIRST)?.accountName).toBe('shop-dev');
    });
  });

  test('ends a lease, cleans its account once, and leases it again', async () => {
    await dyingAtEveryChange(when, async world => {
      await world.deployPool({ maximum: '1' });
      await world.lease(one);
      await world.release(one);
      await world.maintain();
      expect([...world.clean.started.keys()]).toEqual([`clean-${FIRST}-2`]);
      await world.endClean(FIRST);
      await world.maintain(3);
      expect(world.directory.unitOf(FIRST)).toBe('Sandbox');
      expect(world.registry.keys.filter(key => key.startsWith('pool-claim#'))).toEqual([]);
      expect(await world.lease(two, pooled({ accountName: 'shop-two' }))).toMatchObject({ accountId: FIRST });
      expect(world.directory.requests.size).toBe(1);
    });
  });

  test('moves an account into quarantine, and never leases it', async () => {
    await dyingAtEveryChange(when, async world => {
      await world.deployPool({ maximum: '2' });
      await world.lease(one);
      await world.release(one);
      await world.maintain();
      await world.endClean(FIRST, 'quarantine');
      await world.maintain(3);
      expect(world.directory.unitOf(FIRST)).toBe('Prod');
      expect(new Set(world.history.map(({ requestId, change }) => `${change} ${requestId}`))).toEqual(
        new Set([`Account Quarantine clean-${FIRST}-2`]),
      );
      expect((await world.lease(two)).accountId).not.toBe(FIRST);
    });
  });

  test('leaves an account to its Account after the registry was restored, and cleans it once', async () => {
    await dyingAtEveryChange(when, async world => {
      await world.deployPool({ minimum: '1', maximum: '4' });
      await world.maintain(15);
      const backup = world.registry.backup();
      await world.lease(one);
      world.registry.restore(backup);
      expect((await world.lease(two, pooled({ accountName: 'shop-two' }))).accountId).not.toBe(FIRST);
      expect(await world.update(one)).toMatchObject({ accountId: FIRST });
      expect(world.accountOf(FIRST)?.accountName).toBe('shop-dev');
      world.registry.restore(backup);
      await world.release(one);
      await world.maintain();
      expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'cleaning', isCleanStarted: true } });
      expect(world.clean.started.size).toBe(1);
    });
  });

  test('finds the account of an Account in an empty registry', async () => {
    await dyingAtEveryChange(when, async world => {
      await world.deployPool();
      await world.lease(one);
      world.registry.restore();
      await world.deployPool({ minimum: '1' });
      await world.maintain(3);
      expect(await world.update(one)).toMatchObject({ accountId: FIRST });
      expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'leased', owner: { id: one.id } } });
      expect(world.directory.unitOf(FIRST)).toBe('Test');
    });
  });

  test('gives up an account that is not created yet, or keeps it for the pool', async () => {
    await dyingAtEveryChange(when, async world => {
      await world.deployPool({ maximum: '1' });
      await world.requestLease(one);
      for (let count = 0; count < 3; count++) {
        await world.look(one);
        world.clock.now += 1000;
      }
      await world.release(one);
      expect(await world.lease(two)).toMatchObject({ accountId: FIRST });
      expect(world.directory.accounts).toHaveLength(1);
    });
  });
});
