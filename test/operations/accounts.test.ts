import { AccountOperations } from '../../lambda/operations/accounts';
import { leaseKey } from '../../lambda/registry/lease';
import type { LeaseRecord } from '../../lambda/registry/lease';
import type { HistoryEntry } from '../../src/history/contract';
import { owner, pooled, PoolWorld } from '../pool/world';

const FIRST = '100000000001';
const [one, two] = ['One', 'Two'].map(name => owner(name));
const CHANGE = { by: 'anna', requestId: 'r', reason: 'checked' };

async function operationsOn(world: PoolWorld) {
  const history: HistoryEntry[] = [];
  const record = async (...entries: readonly HistoryEntry[]) => void history.push(...entries);
  return { history, operations: new AccountOperations(world.registry, { record }, () => world.clock.now) };
}

async function quarantined(): Promise<PoolWorld> {
  const world = new PoolWorld();
  await world.deployPool();
  await world.lease(one);
  await world.release(one);
  await world.endClean(FIRST, 'quarantine');
  await world.maintain(2);
  return world;
}

describe('the accounts of the organization', () => {
  test('are listed with their state, their holder and what remains', async () => {
    const world = await quarantined();
    await world.lease(two, pooled({ accountName: 'shop-two' }));
    const { operations } = await operationsOn(world);
    expect(await operations.list()).toMatchObject([
      {
        accountId: FIRST,
        poolName: 'sandbox',
        email: 'aws+pool-1@example.com',
        accountName: 'pool-1',
        state: 'quarantine',
        reason: '1 resource remains',
        leftovers: ["AWS::S3::Bucket 'b' in eu-central-1: locked: AccessDenied"],
      },
      {
        accountId: '100000000002',
        accountName: 'shop-two',
        state: 'leased',
        holder: 'Two',
        stackName: 'environments',
        since: expect.stringMatching(/^19/),
      },
    ]);
  });

  test('that have no pool are listed with the environment that uses them', async () => {
    const world = new PoolWorld();
    const { operations } = await operationsOn(world);
    const request = { kind: 'vended', accountName: 'shop', email: 'aws@example.com' };
    await world.registry.write('account#aws@example.com', {
      state: 'ready', owners: [{ ...one, request }], accountId: FIRST, createdAt: 0,
    }, undefined);
    const holder = { environmentName: 'dev', pipelineKey: `pipeline#${FIRST}#r#dev`, stackId: one.stackId };
    await world.registry.write<LeaseRecord>(leaseKey(FIRST), { fence: 1, holder }, undefined);
    await world.registry.write('account#aws+new@example.com', { state: 'available', owners: [] }, undefined);
    expect(await operations.list()).toEqual([
      { state: 'creating' },
      {
        accountId: FIRST,
        accountName: 'shop',
        email: 'aws@example.com',
        state: 'leased',
        holder: 'dev',
        stackName: 'environments',
        since: '1970-01-01T00:00:00.000Z',
      },
    ]);
  });

  test('that could not be created are listed with the reason', async () => {
    const world = new PoolWorld();
    world.directory.takenElsewhere.add('aws+pool-1@example.com');
    await world.deployPool({ minimum: '1' });
    await world.maintain(3);
    const { operations } = await operationsOn(world);
    expect(await operations.list()).toMatchObject([
      { email: 'aws+pool-1@example.com', state: 'failed', reason: expect.stringMatching(/is taken/) },
      { email: 'aws+pool-2@example.com', state: 'creating' },
    ]);
  });
});

describe('an account in quarantine', () => {
  test.each([['used', undefined], ['full', true]] as const)('is cleaned again (%s)', async (mode, full) => {
    const world = await quarantined();
    const { operations, history } = await operationsOn(world);
    expect(await operations.clean(FIRST, mode, CHANGE)).toMatchObject([
      { accountId: FIRST, state: 'cleaning', reason: 'checked (anna)' },
    ]);
    await world.maintain();
    const clean = world.clean.started.get(`clean-${FIRST}-3`);
    expect(clean).toMatchObject({ fence: 3 });
    expect(clean?.full).toBe(full);
    expect(history).toMatchObject([{ ...CHANGE, change: 'Account Clean', accountId: FIRST, outcome: 'succeeded' }]);
    await world.endClean(FIRST);
    expect(await world.lease(two)).toMatchObject({ accountId: FIRST });
  });

  test('is available after its release', async () => {
    const world = await quarantined();
    const { operations, history } = await operationsOn(world);
    await operations.release(FIRST, CHANGE);
    expect(history).toMatchObject([{ change: 'Account Release', reason: 'checked' }]);
    await world.maintain(2);
    expect(world.directory.unitOf(FIRST)).toBe('Sandbox');
    expect(await world.lease(two)).toMatchObject({ accountId: FIRST });
  });
});

test('a lease whose holder no longer exists ends with a clean', async () => {
  const world = new PoolWorld();
  await world.deployPool();
  await world.lease(one);
  const { operations } = await operationsOn(world);
  expect(await operations.release(FIRST, CHANGE)).toMatchObject([{ state: 'cleaning' }]);
  await world.maintain();
  expect([...world.clean.started.keys()]).toEqual([`clean-${FIRST}-2`]);
});

test('a lease whose holder exists is not ended, even if no pipeline uses the account', async () => {
  const world = new PoolWorld();
  await world.deployPool();
  await world.lease(one);
  await world.registry.write(`resource#${one.id}`, { ownerId: one.id, kind: 'resource' }, undefined);
  const { operations } = await operationsOn(world);
  await expect(operations.release(FIRST, CHANGE)).rejects.toThrow(
    `account ${FIRST} cannot be released: 'One' of stack 'environments' leases it, and exists: remove the Account from `
      + 'its app and deploy; nothing was done',
  );
  expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'leased' } });
});

test('an account that an environment uses is neither cleaned nor released', async () => {
  const world = new PoolWorld();
  await world.deployPool();
  await world.lease(one);
  const { operations } = await operationsOn(world);
  await expect(operations.clean(FIRST, 'used', CHANGE)).rejects.toThrow(
    `account ${FIRST} cannot be cleaned: 'One' leases it: if that no longer exists, run org-environments accounts `
      + `release ${FIRST} --force --reason <text>; nothing was done`,
  );
  const lease = await world.leaseOf(FIRST);
  const holder = { environmentName: 'dev', pipelineKey: `pipeline#${FIRST}#r#dev`, stackId: one.stackId };
  await world.registry.write(leaseKey(FIRST), { ...lease, holder }, (lease as { version?: number }).version);
  await expect(operations.release(FIRST, CHANGE)).rejects.toThrow(
    `account ${FIRST} cannot be released: environment 'dev' of stack 'environments' uses it: remove the environment; `
      + 'nothing was done',
  );
});

test('an account that is being cleaned, or available, is not released', async () => {
  const world = new PoolWorld();
  await world.deployPool();
  await world.lease(one);
  await world.release(one);
  const { operations } = await operationsOn(world);
  await expect(operations.release(FIRST, CHANGE)).rejects.toThrow(
    /cannot be released: it is being cleaned since .*, and is available or in quarantine after that; nothing was done/,
  );
  await world.endClean(FIRST);
  await expect(operations.release(FIRST, CHANGE)).rejects.toThrow(
    `account ${FIRST} cannot be released: it is available; nothing was done`,
  );
});

test('an account without a pool is neither cleaned nor released; the error names those of pools', async () => {
  const empty = await operationsOn(new PoolWorld());
  await expect(empty.operations.clean('333333333333', 'used', CHANGE)).rejects.toThrow(
    'account 333333333333 does not exist in the registry: no account pool has an account; nothing was done',
  );
  const world = new PoolWorld();
  await world.deployPool();
  await world.lease(one);
  const { operations } = await operationsOn(world);
  await expect(operations.release('333333333333', CHANGE)).rejects.toThrow(
    `account 333333333333 does not exist in the registry: use one of ${FIRST}`,
  );
  const existing = { owners: [], accountId: '333333333333', state: 'ready', attempt: '1', tagKeys: [], stacks: {} };
  await world.registry.write('account#existing', existing, undefined);
  await expect(operations.release('333333333333', CHANGE)).rejects.toThrow(
    `account 333333333333 belongs to no account pool: use one of ${FIRST}`,
  );
});
