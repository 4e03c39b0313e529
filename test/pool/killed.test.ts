import { owner, pooled, PoolWorld } from './world';
import { CREATION_QUEUE } from '../../lambda/account/creation';

const [one, two] = ['One', 'Two'].map(name => owner(name));
const FIRST = '100000000001';

/** Runs the same story again and again, dying one call later each time, until it ends before that call. */
async function dyingAtEveryCall(when: 'before' | 'after', story: (world: PoolWorld) => Promise<void>): Promise<number> {
  for (let call = 1; ; call++) {
    const world = new PoolWorld();
    world.fate.dieAt(call, when);
    try {
      await story(world);
    } catch (error) {
      throw new Error(`died ${when} call ${call} (${world.fate.calls[call - 1]}): ${String(error)}`, { cause: error });
    }
    if (world.fate.calls.length < call) return call - 1;
  }
}

describe.each(['before', 'after'] as const)('a function that is killed %s any of its calls', when => {
  test('creates one account for one request', async () => {
    const calls = await dyingAtEveryCall(when, async world => {
      await world.deployPool();
      await world.lease(one);
      expect(world.directory.accounts).toHaveLength(1);
      expect(await world.leaseOf(FIRST)).toMatchObject({ fence: 1, pool: { state: 'leased', owner: one } });
      expect(world.registry.members(CREATION_QUEUE)).toEqual([]);
    });
    expect(calls).toBeGreaterThan(30);
  });

  test('leases a free account to one request, and creates none', async () => {
    await dyingAtEveryCall(when, async world => {
      await world.deployPool({ minimum: '1', maximum: '1' });
      await world.maintain(15);
      expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'available' } });
      expect(await world.lease(one)).toMatchObject({ accountId: FIRST });
      expect(world.directory.requests.size).toBe(1);
      expect(world.accountOf(FIRST)?.accountName).toBe('shop-dev');
    });
  });

  test('ends a lease, cleans its account once, and leases it again', async () => {
    await dyingAtEveryCall(when, async world => {
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
    await dyingAtEveryCall(when, async world => {
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

  test('gives up an account that is not created yet, or keeps it for the pool', async () => {
    await dyingAtEveryCall(when, async world => {
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
