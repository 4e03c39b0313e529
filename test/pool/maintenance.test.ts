import { owner, POOL, pooled, poolRequest, PoolWorld } from './world';
import { leaseKey } from '../../lambda/registry/lease';
import type { LeaseRecord } from '../../lambda/registry/lease';
import { poolKey } from '../../lambda/registry/pool';
import type { PoolRecord } from '../../lambda/registry/pool';
import { BUSY_MILLISECONDS } from '../../lambda/registry/pool-lease';
import { awsError } from '../account/fake-directory';

const [one, two] = ['One', 'Two'].map(name => owner(name));
const [FIRST, SECOND, THIRD] = [1, 2, 3].map(number => String(100000000000 + number));

let world: PoolWorld;
beforeEach(() => { world = new PoolWorld(); });

test('a request that makes accounts unusable puts one into quarantine, and fails at the second', async () => {
  await world.deployPool({ minimum: '3', maximum: '3' });
  await world.maintain(15);
  for (const id of [FIRST, SECOND, THIRD]) world.directory.change(id, { state: 'SUSPENDED' });
  await expect(world.lease(one)).rejects.toThrow(new RegExp(
    "^'One' cannot use account \\d{12} \\(.*suspended by AWS.*\\), and could not use account \\d{12} before, which is "
      + 'in quarantine: if its organizational unit denies the access role, choose another one; otherwise deploy again$',
  ));
  await world.release(one);
  const states = await Promise.all([FIRST, SECOND, THIRD].map(async id => (await world.leaseOf(id))?.pool?.state));
  expect(states.sort()).toEqual(['available', 'available', 'quarantine']);
});

test('a repeated request may replace an account again', async () => {
  await world.deployPool({ minimum: '2', maximum: '2' });
  await world.maintain(10);
  for (const id of [FIRST, SECOND]) world.directory.change(id, { state: 'SUSPENDED' });
  await expect(world.lease(one)).rejects.toThrow('cannot use account');
  const { accountId: left = '' } = await world.claimOf(one) ?? {};
  world.directory.change(left, { state: 'ACTIVE' });
  expect(await world.lease(one)).toMatchObject({ accountId: left });
});

test('an account that cannot be moved keeps the reason until it is moved', async () => {
  await world.deployPool({ maximum: '1' });
  await world.lease(one);
  await world.release(one);
  await world.endClean(FIRST);
  world.directory.refusals.set('move', [awsError('AccessDeniedException', 'the unit is protected')]);
  await world.maintain();
  expect(await world.leaseOf(FIRST)).toMatchObject({
    pool: { state: 'available', problem: expect.stringContaining('the unit is protected') },
  });
  await world.maintain(20);
  expect((await world.leaseOf(FIRST))?.pool).not.toHaveProperty('problem');
  expect(world.directory.unitOf(FIRST)).toBe('Sandbox');
});

test('each run begins with another pool, so that a slow one does not use the time of all', async () => {
  const write = async (poolName: string) =>
    world.registry.write(poolKey(poolName), { poolName, owners: [], request: poolRequest(), slots: {} }, undefined);
  await write('a');
  await write('b');
  const first: string[] = [];
  const { read } = world.registry;
  jest.spyOn(world.registry, 'read').mockImplementation(async key => {
    if (key.startsWith('pool#')) first.push(key);
    return read.call(world.registry, key) as never;
  });
  for (let run = 0; run < 2; run++) {
    first.push('run');
    await world.maintain();
  }
  const begins = first.flatMap((key, index) => first[index - 1] === 'run' ? [key] : []);
  expect(new Set(begins)).toEqual(new Set(['pool#a', 'pool#b']));
});

test('a clean that the removal of the pool has ended is made again when the pool is defined again', async () => {
  await world.deployPool({ maximum: '1' });
  await world.lease(one);
  await world.release(one);
  expect([...world.clean.started.keys()]).toEqual([`clean-${FIRST}-2`]);
  expect(await world.removePool()).toEqual({
    done: true,
    result: undefined,
    note: `the last AccountPool was removed, which ends the cleans of accounts ${FIRST}: they are cleaned again when `
      + 'an AccountPool with the same poolName is defined',
  });
  expect((await world.leaseOf(FIRST))?.pool?.reason).toBe(
    'its clean has ended, because the last AccountPool was removed: it is cleaned again when an AccountPool with the '
      + `poolName '${POOL}' is defined`,
  );
  world.clock.now += 60_000;
  await world.deployPool({ maximum: '1' });
  await world.maintain(2);
  expect([...world.clean.started.keys()]).toEqual([`clean-${FIRST}-2`, `clean-${FIRST}-3`]);
  await world.endClean(FIRST);
  await world.maintain(2);
  expect(await world.lease(two, pooled())).toMatchObject({ accountId: FIRST });
});

test('the removal of a pool says nothing if another pool remains, or no account is being cleaned', async () => {
  await world.deployPool({ maximum: '1' });
  await world.lease(one);
  expect(await world.removePool()).toEqual({ done: true, result: undefined });
  await world.deployPool({ maximum: '1' });
  await world.release(one);
  const { version, ...pool } = await world.registry.read<PoolRecord>(poolKey(POOL)) ?? { version: 0 };
  await world.registry.write(poolKey('other'), { ...pool, poolName: 'other', slots: {} }, undefined);
  expect(await world.removePool()).toEqual({ done: true, result: undefined });
});

test('a pool that was never removed does not repeat its cleans when it is deployed again', async () => {
  await world.deployPool({ maximum: '1' });
  await world.lease(one);
  await world.release(one);
  await world.deployPool({ maximum: '2' });
  await world.maintain(2);
  expect(world.clean.started.size).toBe(1);
  expect((await world.pool())?.poolName).toBe(POOL);
});

test('an account that the list shows as free is read again before it is taken', async () => {
  await world.deployPool({ minimum: '1', maximum: '1' });
  await world.maintain(10);
  const stale = await world.registry.list<LeaseRecord>('lease');
  const { version, ...lease } = await world.registry.read<LeaseRecord>(leaseKey(FIRST)) ?? { version: 0, fence: 0 };
  const pool = lease.pool && { ...lease.pool, busyUntil: world.clock.now + BUSY_MILLISECONDS };
  await world.registry.write(leaseKey(FIRST), { ...lease, pool }, version);
  jest.spyOn(world.registry, 'list').mockImplementationOnce(async () => stale as never);
  await world.requestLease(one);
  expect(await world.look(one)).toMatchObject({
    done: false, waitsFor: `an account of the pool '${POOL}' that is changed by another request`,
  });
  expect((await world.claimOf(one))?.slot).toBeUndefined();
  expect(await world.leaseOf(FIRST)).toMatchObject({ fence: 0, pool: { state: 'available' } });
});
