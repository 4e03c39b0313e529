import { owner, pooled, PoolWorld, POOL, worldWith } from './world';
import { CREATION_QUEUE } from '../../lambda/account/creation';
import { leaseKey } from '../../lambda/registry/lease';
import type { LeaseRecord } from '../../lambda/registry/lease';

const [one, two, three] = ['One', 'Two', 'Three'].map(name => owner(name));
const FIRST = '100000000001';

describe('an account that is leased from an empty pool', () => {
  test('is created, named, moved, tagged and bootstrapped for cleaning', async () => {
    const world = await worldWith();
    expect(await world.lease(one)).toEqual({
      accountId: FIRST, accountName: 'shop-dev', email: 'aws+pool-1@example.com',
    });
    expect(world.accountOf(FIRST)).toMatchObject({ accountName: 'shop-dev', email: 'aws+pool-1@example.com' });
    expect(world.directory.unitOf(FIRST)).toBe('Test');
    expect(await world.directory.tags(FIRST)).toMatchObject({ team: 'shop' });
    const baseline = await world.directory.stacksOf(FIRST).describe('org-environments-baseline');
    expect(baseline?.parameters).toMatchObject({ Cleaning: 'true' });
    expect(await world.leaseOf(FIRST)).toMatchObject({
      fence: 1, pool: { poolName: POOL, slot: 1, state: 'leased', owner: one },
    });
    expect((await world.leaseOf(FIRST))?.pool?.expiresAt).toBeUndefined();
    expect(world.registry.members(CREATION_QUEUE)).toEqual([]);
  });

  test('keeps the name of the pool and its waiting unit, if the Account declares none', async () => {
    const world = await worldWith();
    const request = pooled({ accountName: undefined, organizationalUnit: undefined });
    expect(await world.lease(one, request)).toMatchObject({ accountName: 'pool-1' });
    expect(world.directory.unitOf(FIRST)).toBe('Sandbox');
  });
});

describe('the end of a lease', () => {
  test('is refused while an environment of another stack uses the account, which would be cleaned', async () => {
    const world = await worldWith();
    await world.lease(one);
    const { version, ...lease } = await world.registry.read<LeaseRecord>(leaseKey(FIRST)) ?? { fence: 0 };
    const stackId = 'arn:aws:cloudformation:eu-central-1:222222222222:stack/others/1';
    const holder = { environmentName: 'theirs', pipelineKey: `pipeline#${FIRST}#r#theirs`, stackId };
    await world.registry.write<LeaseRecord>(leaseKey(FIRST), { ...lease, holder }, version);
    await expect(world.release(one)).rejects.toThrow(
      `'One' cannot be removed, because environment 'theirs' of stack 'others' uses account ${FIRST}, which would be `
        + 'cleaned: remove that environment first, then delete again',
    );
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'leased' } });
  });

  test('starts the clean, and the account waits in its unit when it is clean', async () => {
    const world = await worldWith({ secondLookSeconds: '0' });
    await world.lease(one);
    await world.release(one);
    expect(await world.leaseOf(FIRST)).toMatchObject({ fence: 2, pool: { state: 'cleaning', isCleanStarted: true } });
    expect([...world.clean.started.values()]).toMatchObject([{
      cleanId: `clean-${FIRST}-2`,
      accountId: FIRST,
      fence: 2,
      region: 'eu-central-1',
      secondLookSeconds: 0,
      maxSeconds: 172_800,
      protectingTag: 'org-environments:protect',
      // the clean may not delete the role by which the account is entered
      spare: [{ type: 'AWS::IAM::Role', id: 'OrganizationAccountAccessRole' }],
      cleaners: [],
    }]);
    await world.endClean(FIRST);
    await world.maintain(3);
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'available' } });
    expect(world.accountOf(FIRST)?.accountName).toBe('pool-1');
    expect(world.directory.unitOf(FIRST)).toBe('Sandbox');
    expect(await world.directory.tags(FIRST)).not.toHaveProperty('team');
    expect(world.history.map(({ change }) => change)).toEqual(['Account Available']);
  });

  test('leases the account again without a new one, and finds its bootstrap as it was', async () => {
    const world = await worldWith();
    await world.lease(one);
    const stacks = world.directory.stacksOf(FIRST);
    const before = await stacks.describe('CDKToolkit');
    await world.release(one);
    await world.endClean(FIRST);
    await world.maintain(3);
    expect(await world.lease(two, pooled({ accountName: 'shop-two' }))).toMatchObject({ accountId: FIRST });
    expect(world.accountOf(FIRST)?.accountName).toBe('shop-two');
    expect(world.directory.requests.size).toBe(1);
    expect(await stacks.describe('CDKToolkit')).toEqual(before);
    expect(await world.leaseOf(FIRST)).toMatchObject({ fence: 3, pool: { state: 'leased', owner: two } });
  });

  test('returns an account that was never complete without a clean', async () => {
    const world = await worldWith();
    await world.requestLease(one);
    while (!(await world.claimOf(one))?.accountId) {
      await world.look(one);
      world.clock.now += 10_000;
    }
    await world.release(one);
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'available' } });
    expect(world.clean.started.size).toBe(0);
  });

  test('keeps an account whose creation is in progress for the next lease', async () => {
    const world = await worldWith({ maximum: '1' });
    await world.requestLease(one);
    while (world.directory.requests.size === 0) {
      await world.look(one);
      world.clock.now += 1000;
    }
    await world.release(one);
    expect(world.registry.keys).toContain('account#aws+pool-1@example.com');
    expect(await world.lease(two)).toMatchObject({ accountId: FIRST });
    expect(world.directory.requests.size).toBe(1);
  });

  test('before its creation has begun leaves nothing', async () => {
    const world = await worldWith();
    await world.requestLease(one);
    await world.look(one);
    await world.release(one);
    expect(world.registry.keys).toEqual([`pool#${POOL}`]);
    expect((await world.pool())?.slots).toEqual({});
  });

  test('starts a clean that was not started by the next maintenance', async () => {
    const world = await worldWith();
    await world.lease(one);
    const start = jest.spyOn(world.clean, 'start').mockRejectedValueOnce(new Error('AccessDenied'));
    await world.release(one);
    expect(world.clean.started.size).toBe(0);
    await world.maintain();
    expect(start).toHaveBeenCalledTimes(2);
    expect([...world.clean.started.keys()]).toEqual([`clean-${FIRST}-2`]);
    await world.maintain();
    expect(start).toHaveBeenCalledTimes(2);
  });
});

test('an account cannot be leased while the maintenance moves it', async () => {
  const world = await worldWith({ maximum: '1' });
  await world.lease(one);
  await world.release(one);
  await world.endClean(FIRST);
  await world.requestLease(two);
  const { move } = world.directory;
  const seen: unknown[] = [];
  jest.spyOn(world.directory, 'move').mockImplementationOnce(async (...parameters) => {
    seen.push(await world.look(two));
    await move.apply(world.directory, parameters);
  });
  await world.maintain();
  expect(seen).toMatchObject([
    { done: false, waitsFor: "an account of the pool 'sandbox' that is changed by another request" },
  ]);
  expect(await world.finish(two)).toMatchObject({ accountId: FIRST });
  expect(world.directory.unitOf(FIRST)).toBe('Test');
});

describe('an account that could not be cleaned', () => {
  test('is moved to the quarantine and reported once with what remains', async () => {
    const world = await worldWith();
    await world.lease(one);
    await world.release(one);
    await world.endClean(FIRST, 'quarantine');
    await world.maintain(3);
    expect(world.directory.unitOf(FIRST)).toBe('Prod');
    expect(world.history).toMatchObject([{
      change: 'Account Quarantine',
      outcome: 'failed',
      accountId: FIRST,
      subject: POOL,
      requestId: `clean-${FIRST}-2`,
      reason: "1 resource remains: AWS::S3::Bucket 'b' in eu-central-1: locked: AccessDenied",
    }]);
  });

  test('is never leased, and another account is created', async () => {
    const world = await worldWith();
    await world.lease(one);
    await world.release(one);
    await world.endClean(FIRST, 'quarantine');
    expect((await world.lease(two)).accountId).not.toBe(FIRST);
  });

  test('goes to quarantine when its clean does not end', async () => {
    const world = await worldWith();
    await world.lease(one);
    await world.release(one);
    // the clean, and two times until a second look
    world.clock.now += 130 * 3600_000;
    await world.maintain(2);
    expect(await world.leaseOf(FIRST)).toMatchObject({
      fence: 3, pool: { state: 'quarantine', reason: expect.stringMatching(/its clean did not end/) },
    });
  });
});

describe('a pool without a free account', () => {
  test('waits, and then names its maximum, who holds the accounts, and what to do', async () => {
    const world = await worldWith();
    await world.lease(one);
    await world.lease(two);
    await world.release(two);
    await world.requestLease(three);
    expect(await world.look(three)).toMatchObject({
      done: false, waitsFor: "a free account of the pool 'sandbox' (its accounts: 1 leased, 1 cleaning)",
    });
    await expect(world.finish(three)).rejects.toThrow(
      "the account pool 'sandbox' has no free account for 'Three' after 15 minutes: its maximum is 2 (account "
        + "100000000001 is leased by 'One' of stack 'environments'; account 100000000002 is being cleaned): remove an "
        + 'environment in a deployment before this one, raise the maximum, or return accounts from quarantine '
        + '(org-environments accounts)',
    );
  });

  test('leases the account that becomes free while it waits', async () => {
    const world = await worldWith({ maximum: '1' });
    await world.lease(one);
    await world.requestLease(two);
    await world.look(two);
    await world.release(one);
    await world.look(two);
    await world.endClean(FIRST);
    expect(await world.finish(two)).toMatchObject({ accountId: FIRST });
  });

  test('leases the account that is free for the longest time', async () => {
    const world = await worldWith();
    const [first, second] = [await world.lease(one), await world.lease(two)];
    for (const [who, { accountId }] of [[two, second], [one, first]] as const) {
      await world.release(who);
      await world.endClean(accountId);
      world.clock.now += 60_000;
    }
    expect(await world.lease(three)).toMatchObject({ accountId: second.accountId });
  });
});

describe('a pool with a minimum', () => {
  test('creates accounts ahead, and again after a lease, up to its maximum', async () => {
    const world = await worldWith({ minimum: '1' });
    expect(world.directory.requests.size).toBe(1);
    await world.maintain(8);
    expect(await world.leaseOf(FIRST)).toMatchObject({ fence: 0, pool: { state: 'available' } });
    expect(world.directory.unitOf(FIRST)).toBe('Sandbox');
    expect(await world.lease(one)).toMatchObject({ accountId: FIRST });
    expect(world.directory.requests.size).toBe(2);
    await world.maintain(8);
    expect(await world.lease(two)).toMatchObject({ accountId: '100000000002' });
    await world.maintain(8);
    expect(world.directory.accounts).toHaveLength(2);
  });

  test('gives an account that is being created ahead to the first lease', async () => {
    const world = await worldWith({ minimum: '1', maximum: '1' });
    expect(await world.lease(one)).toMatchObject({ accountId: FIRST });
    expect(world.directory.requests.size).toBe(1);
  });

  test('goes on with the next account if an e-mail is taken', async () => {
    const world = new PoolWorld();
    world.directory.takenElsewhere.add('aws+pool-1@example.com');
    await world.deployPool({ minimum: '1' });
    await world.maintain(10);
    expect((await world.pool())?.slots).toMatchObject({
      1: { problem: expect.stringMatching(/'aws\+pool-1@example.com' is taken/) }, 2: { accountId: FIRST },
    });
    expect(world.accountOf(FIRST)).toMatchObject({ email: 'aws+pool-2@example.com' });
  });

  test('tries a failed creation again, and does not stop the other accounts', async () => {
    const world = new PoolWorld();
    world.directory.failures.push('INVALID_ADDRESS');
    await world.deployPool({ minimum: '2' });
    await world.maintain(8);
    const slots = (await world.pool())?.slots;
    expect(slots).toMatchObject({ 1: { failure: { reason: expect.stringMatching(/postal address/) } } });
    expect(slots?.['2']?.accountId).toBe(FIRST);
    await world.maintain(45);
    expect((await world.pool())?.slots['1']?.accountId).toBe('100000000002');
  });

  test('updates the accounts that wait when the library is newer', async () => {
    const world = await worldWith({ minimum: '1' });
    await world.maintain(8);
    await world.deployPool({ minimum: '1', templates: 'second' });
    await world.maintain(8);
    expect(await world.recordOf('aws+pool-1@example.com')).toMatchObject({
      state: 'ready', owners: [{ request: { templates: 'second' } }],
    });
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'available' } });
  });

  test('creates no accounts after its removal, and uses its accounts again when it is defined again', async () => {
    const world = await worldWith({ minimum: '1' });
    await world.maintain(8);
    await world.removePool();
    await world.maintain(3);
    expect(world.directory.accounts).toHaveLength(1);
    await world.deployPool({ minimum: '1' });
    expect(await world.lease(one)).toMatchObject({ accountId: FIRST });
  });
});

test('a pool whose function has no permission yet is requested again for a minute', async () => {
  const world = new PoolWorld();
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
  const read = jest.spyOn(world.registry, 'read').mockRejectedValue(denied);
  await expect(world.deployPool()).rejects.toThrow(expect.objectContaining({ name: 'RolePropagatingError' }));
  world.clock.now += 61_000;
  await expect(world.deployPool()).rejects.toThrow(denied);
  read.mockRestore();
  await world.deployPool();
});
