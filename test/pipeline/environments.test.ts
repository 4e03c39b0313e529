import { Environments } from '../../lambda/pipeline/environments';
import { environmentKey, pipelinesIn } from '../../lambda/registry/environment';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { leaseKey } from '../../lambda/registry/lease';
import type { LeaseRecord } from '../../lambda/registry/lease';
import { pipelineKey } from '../../lambda/registry/pipeline';
import { FakeRegistry } from '../registry/fake-registry';
import { ONE, TWO, environment, owner, ownerOf, pipeline } from '../stack/world';

const MINUTE = 60_000;
const moved = { ...pipeline, accountId: TWO };
const renamed = { ...pipeline, environment: { ...environment, environmentName: 'qa' } };
const [KEY, MOVED, RENAMED] = [pipeline, moved, renamed].map(pipelineKey) as [string, string, string];
const otherStack = ownerOf('Other', 'Elsewhere');

class Leases {
  public readonly registry = new FakeRegistry();
  public readonly clock = { now: 1000 };
  public readonly environments = new Environments(this.registry, () => this.clock.now);

  public async acquire(request = pipeline, by = owner) {
    return this.registry.transaction(async () => this.environments.acquire(by, request));
  }

  public async lease(accountId: string): Promise<LeaseRecord | undefined> {
    return this.registry.read<LeaseRecord>(leaseKey(accountId));
  }

  public async keys(environmentName = 'test1'): Promise<string[] | undefined> {
    const record = await this.registry.read<EnvironmentRecord>(environmentKey(environmentName));
    return record && pipelinesIn(record).map(({ pipelineKey: key }) => key);
  }
}

describe('a lease', () => {
  test('expires 65 minutes after it was acquired, unless it is confirmed', async () => {
    const world = new Leases();
    expect(await world.acquire()).toEqual({ fence: 1, others: [] });
    expect(await world.lease(ONE)).toEqual({
      fence: 1,
      version: 1,
      holder: { environmentName: 'test1', pipelineKey: KEY, stackId: owner.stackId, expiresAt: 1000 + 65 * MINUTE },
    });
    world.clock.now += 65 * MINUTE - 1;
    expect(await world.environments.isHeld(KEY)).toBe(true);
    world.clock.now += 1;
    expect(await world.environments.isHeld(KEY)).toBe(false);
  });

  test('of an account of a pool keeps its place there, and is rejected unless the account is leased', async () => {
    const world = new Leases();
    const pool = { poolName: 'sandbox', slot: 1, state: 'leased', since: 1 } as const;
    await world.registry.write<LeaseRecord>(leaseKey(ONE), { fence: 7, pool }, undefined);
    expect(await world.acquire()).toEqual({ fence: 8, others: [] });
    await world.environments.confirm(KEY, 0);
    expect(await world.lease(ONE)).toMatchObject({ fence: 8, holder: { pipelineKey: KEY }, pool });
    await world.environments.release(KEY);
    expect(await world.lease(ONE)).toEqual({ fence: 8, pool, version: 4 });
    for (const state of ['cleaning', 'waiting-proof', 'available', 'quarantine'] as const) {
      const { version } = (await world.registry.read(leaseKey(ONE))) ?? { version: 0 };
      await world.registry.write<LeaseRecord>(leaseKey(ONE), { fence: 8, pool: { ...pool, state } }, version);
      await expect(world.acquire()).rejects.toThrow(
        `account ${ONE} belongs to the account pool 'sandbox' and is not leased (it is ${state}), so environment `
          + "'test1' cannot have a pipeline there: use an Account with this pool, which leases an account",
      );
    }
  });

  test('that is acquired again by its holder keeps its fence and expires later', async () => {
    const world = new Leases();
    await world.acquire();
    world.clock.now += MINUTE;
    expect(await world.acquire()).toEqual({ fence: 1, others: [] });
    expect(await world.lease(ONE)).toMatchObject({ fence: 1, holder: { expiresAt: 1000 + 66 * MINUTE } });
    expect(await world.keys()).toEqual([KEY]);
  });

  test('never expires once it is confirmed, even if its holder acquires it again', async () => {
    const world = new Leases();
    await world.acquire();
    await world.environments.confirm(KEY, 0);
    const confirmed = await world.lease(ONE);
    expect(confirmed).toEqual({
      fence: 1,
      version: 2,
      holder: { environmentName: 'test1', pipelineKey: KEY, stackId: owner.stackId, createdAt: 0 },
    });
    await world.environments.confirm(KEY, 0);
    expect(await world.lease(ONE)).toEqual(confirmed);
    await world.acquire();
    expect((await world.lease(ONE))?.holder).toMatchObject({ createdAt: 0 });
    expect((await world.lease(ONE))?.holder).not.toHaveProperty('expiresAt');
    world.clock.now += 1000 * MINUTE;
    expect(await world.environments.isHeld(KEY)).toBe(true);
  });

  test('is confirmed by its holder only', async () => {
    const world = new Leases();
    await world.environments.confirm(KEY, 0);
    expect(await world.lease(ONE)).toBeUndefined();
    await world.acquire();
    await world.environments.release(KEY);
    await world.environments.confirm(KEY, 0);
    expect(await world.lease(ONE)).toEqual({ fence: 1, version: 2 });
    await world.acquire();
    await world.environments.confirm(RENAMED, 0);
    expect((await world.lease(ONE))?.holder).toHaveProperty('expiresAt');
    expect(await world.environments.isHeld(RENAMED)).toBe(false);
  });

  test('of another environment cannot be acquired before it has expired', async () => {
    const world = new Leases();
    await world.acquire();
    await expect(world.acquire(renamed)).rejects.toThrow(`account ${ONE} is leased to environment 'test1'`);
    world.clock.now += 65 * MINUTE;
    expect(await world.acquire(renamed)).toEqual({ fence: 2, others: [] });
    expect(await world.lease(ONE)).toMatchObject({ fence: 2, holder: { pipelineKey: RENAMED } });
    expect([await world.keys(), await world.keys('qa')]).toEqual([undefined, [RENAMED]]);
  });

  test('that was confirmed is not acquired by another environment at any time', async () => {
    const world = new Leases();
    await world.acquire();
    await world.environments.confirm(KEY, 0);
    world.clock.now += 1000 * MINUTE;
    await expect(world.acquire(renamed)).rejects.toThrow(`account ${ONE} is leased to environment 'test1'`);
  });

  test('that is lost stops the deployment: the check compares holder and fence', async () => {
    const world = new Leases();
    const check = async (fence: number) => world.environments.check(pipeline, KEY, fence);
    await expect(check(1)).rejects.toThrow(/^the lease of account \d+ .* has expired, so/);
    await world.acquire();
    await expect(check(1)).resolves.toBeUndefined();
    await expect(check(2)).rejects.toThrow("by environment 'test1' (stack ");
    world.clock.now += 65 * MINUTE;
    await world.acquire(renamed);
    await expect(check(1)).rejects.toThrow("by environment 'qa' (stack ");
    await expect(check(2)).rejects.toThrow("by environment 'qa' (stack ");
    await world.environments.release(RENAMED);
    await expect(check(2)).rejects.toThrow(/^the lease of account \d+ .* has expired, so/);
  });

  test('is released by its holder only, and the next holder gets a higher fence', async () => {
    const world = new Leases();
    await world.acquire();
    world.clock.now += 65 * MINUTE;
    await world.acquire(renamed);
    const before = await world.lease(ONE);
    await world.environments.release(KEY);
    expect(await world.lease(ONE)).toEqual(before);
    await world.environments.release(RENAMED);
    expect(await world.lease(ONE)).toMatchObject({ fence: 2 });
    expect((await world.lease(ONE))?.holder).toBeUndefined();
    expect(await world.acquire()).toEqual({ fence: 3, others: [] });
  });
});

describe('an environment', () => {
  test('that moves to another account has both pipelines until the former is released', async () => {
    const world = new Leases();
    await world.acquire();
    expect(await world.acquire(moved)).toMatchObject({ fence: 1, others: [{ pipelineKey: KEY }] });
    expect(await world.keys()).toEqual([KEY, MOVED]);
    expect(await world.environments.pipeline(MOVED)).toMatchObject({ pipelineKey: MOVED, accountId: TWO });
    expect(await world.environments.others(KEY)).toMatchObject([{ pipelineKey: MOVED }]);
    expect(await world.environments.others(MOVED)).toMatchObject([{ pipelineKey: KEY }]);
    await world.environments.release(KEY);
    expect(await world.keys()).toEqual([MOVED]);
    expect(await world.environments.pipeline(KEY)).toBeUndefined();
    // a pipeline that is not known any more has no others
    expect(await world.environments.others(KEY)).toEqual([]);
    await world.environments.release(MOVED);
    expect(world.registry.keys).toEqual([leaseKey(ONE), leaseKey(TWO)]);
  });

  test('of another stack keeps its name while one of its pipelines holds an account', async () => {
    const world = new Leases();
    await world.acquire();
    await expect(world.acquire(moved, otherStack)).rejects.toThrow("environment 'test1' belongs to stack");
    world.clock.now += 65 * MINUTE;
    expect(await world.acquire(moved, otherStack)).toEqual({ fence: 1, others: [] });
    expect(await world.keys()).toEqual([MOVED]);
  });
});

describe('a pipeline of an environment', () => {
  const suspendedFor = async (world: Leases, key = KEY) => (await world.environments.pipeline(key))?.suspendedFor;

  test('stays suspended for the first pipeline that took its place, until it is resumed', async () => {
    const world = new Leases();
    await world.acquire();
    await world.acquire(moved);
    await world.environments.suspend(KEY, MOVED);
    await world.environments.suspend(KEY, RENAMED);
    expect([await suspendedFor(world), await suspendedFor(world, MOVED)]).toEqual([MOVED, undefined]);
    await world.acquire();
    expect(await suspendedFor(world)).toBe(MOVED);
    await world.environments.resume(KEY);
    expect(await suspendedFor(world)).toBeUndefined();
    expect(await world.environments.pipeline(KEY)).not.toHaveProperty('suspendedFor');
  });

  test('that is removed is suspended for itself, whatever it was suspended for', async () => {
    const world = new Leases();
    await world.acquire();
    await world.environments.suspend(KEY, MOVED);
    await world.environments.suspend(KEY, KEY);
    expect(await suspendedFor(world)).toBe(KEY);
    await world.environments.suspend(KEY, MOVED);
    expect(await suspendedFor(world)).toBe(KEY);
  });

  test('is written only if something changes', async () => {
    const world = new Leases();
    await world.acquire();
    const before = await world.registry.read(environmentKey('test1'));
    await world.environments.resume(KEY);
    await world.environments.suspend(MOVED, KEY);
    await world.environments.release(MOVED);
    expect(await world.registry.read(environmentKey('test1'))).toEqual(before);
    await world.environments.suspend(RENAMED, KEY);
    expect(world.registry.keys).toEqual([environmentKey('test1'), leaseKey(ONE)]);
  });
});
