import { owner, POOL, pooled, PoolWorld, worldWith } from './world';
import { AccessError } from '../../lambda/account/access';
import { AccountOperations } from '../../lambda/operations/accounts';
import { leaseKey } from '../../lambda/registry/lease';
import { poolClaimKey, poolKey } from '../../lambda/registry/pool';
import { NAMES } from '../../src/private/contract';

// ids as of resources of CloudFormation
const [one, two, three] = ['One', 'Two', 'Three'].map(name => ({ ...owner(name), id: `${name}-0123456789abcdef` }));
const [FIRST, SECOND] = [1, 2].map(number => String(100000000000 + number));

/** A pool with two accounts that wait. */
async function waiting(): Promise<PoolWorld> {
  const world = await worldWith({ minimum: '2', maximum: '3' });
  await world.maintain(15);
  return world;
}

const markOf = async (world: PoolWorld, accountId = FIRST) => (await world.directory.tags(accountId))[NAMES.leaseTag];
const leasesOf = async (world: PoolWorld) =>
  Promise.all([FIRST, SECOND].map(async id => (await world.leaseOf(id))?.pool?.owner?.logicalId));

describe('the tag of an account that is leased', () => {
  test('says who leases it since when, and is removed when the account is clean', async () => {
    const world = await worldWith();
    await world.lease(one);
    const at = new Date((await world.leaseOf(FIRST))?.pool?.leasedAt ?? 0).toISOString();
    expect(await markOf(world)).toBe(`One-0123456789abcdef/${at}/environments`);
    expect(await world.check(one)).toEqual([]);
    await world.release(one);
    await world.endClean(FIRST);
    await world.maintain(3);
    expect(await markOf(world)).toBeUndefined();
  });

  test('is that of the next lease, if the account was not moved between them', async () => {
    const world = await worldWith();
    await world.lease(one);
    await world.release(one);
    await world.endClean(FIRST);
    expect(await world.lease(two)).toMatchObject({ accountId: FIRST });
    expect(await markOf(world)).toMatch(/^Two-/);
  });

  test('of a lease that has ended does not prevent the next ones', async () => {
    const world = await worldWith({ maximum: '1' });
    await world.lease(one);
    await world.release(one);
    await world.endClean(FIRST);
    await world.requestLease(two);
    await world.look(two);
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { owner: two, expiresAt: expect.anything() } });
    expect(await markOf(world)).toMatch(/^One-/);
    world.clock.now += 66 * 60_000;
    expect(await world.lease(three)).toMatchObject({ accountId: FIRST });
  });

  test('is set with the next update of an account that an earlier version has leased, or its repair', async () => {
    for (const change of ['update', 'repair'] as const) {
      const world = await worldWith();
      await world.lease(one);
      const mark = await markOf(world);
      await world.directory.untag(FIRST, [NAMES.leaseTag]);
      expect(await world.check(one)).toMatchObject([{ what: expect.stringContaining(NAMES.leaseTag) }]);
      expect(await world[change](one)).toMatchObject({ accountId: FIRST });
      expect(await markOf(world)).toBe(mark);
      expect(await world.check(one)).toEqual([]);
    }
  });
});

describe('a registry of a time before a lease', () => {
  test('leaves each account to the Account that has it, and leases no second one', async () => {
    const world = await waiting();
    const backup = world.registry.backup();
    expect(await world.lease(one)).toMatchObject({ accountId: FIRST });
    expect(await world.lease(two)).toMatchObject({ accountId: SECOND });
    world.registry.restore(backup);
    expect(await world.update(two)).toMatchObject({ accountId: SECOND });
    expect(await leasesOf(world)).toEqual([undefined, 'Two']);
    expect(await world.update(one)).toMatchObject({ accountId: FIRST });
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'leased', owner: one } });
    expect((await world.lease(three)).accountId).not.toBe(SECOND);
  });

  test('cleans the account when its Account is removed', async () => {
    const world = await waiting();
    const backup = world.registry.backup();
    const { accountId } = await world.lease(one);
    world.registry.restore(backup);
    await world.release(one);
    expect(await world.leaseOf(accountId)).toMatchObject({ pool: { state: 'cleaning', isCleanStarted: true } });
    expect([...world.clean.started.values()]).toMatchObject([{ accountId }]);
    expect(world.registry.keys).not.toContain(poolClaimKey(one));
  });

  test('does not hand the account out, and leases it to the Account that has it', async () => {
    const world = await waiting();
    const backup = world.registry.backup();
    const { accountId } = await world.lease(one);
    world.registry.restore(backup);
    expect((await world.lease(two)).accountId).not.toBe(accountId);
    expect((await world.lease(three, pooled({ accountName: 'shop-three' }))).accountId).not.toBe(accountId);
    expect(await world.leaseOf(accountId)).toMatchObject({
      pool: { state: 'leased', owner: { id: one.id }, reason: expect.stringContaining(NAMES.leaseTag) },
    });
    expect(world.accountOf(accountId)?.accountName).toBe('shop-dev');
    expect(await world.update(one)).toMatchObject({ accountId });
  });

  test('neither moves nor renames the account', async () => {
    const world = await waiting();
    const backup = world.registry.backup();
    const { accountId } = await world.lease(one);
    world.registry.restore(backup);
    await world.deployPool({ minimum: '2', maximum: '3', templates: 'second' });
    await world.maintain(5);
    expect(world.directory.unitOf(accountId)).toBe('Test');
    expect(await markOf(world, accountId)).toMatch(/^One-/);
    expect(await world.leaseOf(accountId)).toMatchObject({ pool: { state: 'leased', owner: { id: one.id } } });
  });

  test('does not take the account of a lease that was not complete then', async () => {
    const world = await worldWith({ maximum: '1' });
    await world.requestLease(one);
    while (!(await world.claimOf(one))?.accountId) {
      await world.look(one);
      world.clock.now += 10_000;
    }
    const backup = world.registry.backup();
    await world.finish(one);
    world.registry.restore(backup);
    world.clock.now += 70 * 60_000;
    await world.maintain(2);
    expect((await world.leaseOf(FIRST))?.pool).toMatchObject({ state: 'leased', owner: { id: one.id } });
    await world.release(one);
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'cleaning' } });
  });

  test('does not clean an account for a former Account if another one leases it since', async () => {
    const world = await worldWith({ maximum: '2' });
    await world.lease(one);
    const backup = world.registry.backup();
    await world.release(one);
    await world.endClean(FIRST);
    await world.lease(two);
    world.clean.started.clear();
    world.registry.restore(backup);
    await world.release(one);
    expect(world.clean.started.size).toBe(0);
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'leased', owner: { id: two.id } } });
    await world.maintain(3);
    expect(world.clean.started.size).toBe(0);
    expect(await world.update(two)).toMatchObject({ accountId: FIRST });
  });

  test('does not clean it either if its tag cannot be read when the former Account is removed', async () => {
    const world = await worldWith({ maximum: '2' });
    await world.lease(one);
    const backup = world.registry.backup();
    await world.release(one);
    await world.endClean(FIRST);
    await world.lease(two);
    world.clean.started.clear();
    world.registry.restore(backup);
    world.directory.refusals.set('tags', [new AccessError('denied', undefined)]);
    await world.release(one);
    await world.maintain(3);
    expect(world.clean.started.size).toBe(0);
    expect(await world.update(two)).toMatchObject({ accountId: FIRST });
  });

  test('does not clean an account whose clean had just begun, if it is leased since', async () => {
    const world = await worldWith({ maximum: '2' });
    await world.lease(one);
    jest.spyOn(world.clean, 'start').mockRejectedValueOnce(new Error('AccessDenied'));
    await world.release(one);
    const backup = world.registry.backup();
    await world.maintain();
    await world.endClean(FIRST);
    await world.lease(two);
    world.clean.started.clear();
    world.registry.restore(backup);
    await world.maintain(3);
    expect(world.clean.started.size).toBe(0);
    expect(await world.update(two)).toMatchObject({ accountId: FIRST });
  });

  test('follows an Account to the account that it leases now', async () => {
    const world = await worldWith({ maximum: '2' });
    await world.lease(one);
    const backup = world.registry.backup();
    await world.release(one);
    // of the removed one, which is not clean yet
    expect(await markOf(world)).toMatch(/^One-/);
    expect(await world.lease(one)).toMatchObject({ accountId: SECOND });
    await world.endClean(FIRST);
    await world.lease(two);
    world.registry.restore(backup);
    expect(await world.check(one)).toMatchObject([{
      what: `account ${FIRST} of 'One' is leased by 'Two' since then`, isRepairable: true,
    }]);
    expect(await world.update(one)).toMatchObject({ accountId: SECOND });
    expect(await world.update(two, pooled())).toMatchObject({ accountId: FIRST });
  });
});

describe('an empty registry', () => {
  async function emptied(): Promise<PoolWorld> {
    const world = await worldWith({ maximum: '3' });
    await world.lease(one, pooled({ accountName: 'shop-one' }));
    await world.lease(two, pooled({ accountName: 'shop-two', tags: { team: 'two' } }));
    world.registry.restore();
    await world.deployPool({ minimum: '1', maximum: '3' });
    return world;
  }

  test('is filled by the updates of all Accounts, which keep their accounts', async () => {
    const world = await emptied();
    // the name has changed in the same deployment
    const request = pooled({ accountName: 'shop-new', tags: {} });
    expect(await world.update(two, request, pooled({ accountName: 'shop-two', tags: { team: 'two' } })))
      .toMatchObject({ accountId: SECOND, accountName: 'shop-new' });
    expect(await world.directory.tags(SECOND)).not.toHaveProperty('team');
    expect(await world.update(one, pooled({ accountName: 'shop-one' }))).toMatchObject({ accountId: FIRST });
    expect(world.directory.accounts).toHaveLength(2);
    expect(await world.check(one, pooled({ accountName: 'shop-one' }))).toEqual([]);
    await world.release(one);
    await world.endClean(FIRST);
    await world.maintain(3);
    expect(world.directory.unitOf(FIRST)).toBe('Sandbox');
    expect(await markOf(world)).toBeUndefined();
  });

  test('leases the accounts that its maintenance finds to those that have them', async () => {
    const world = await emptied();
    await world.maintain(10);
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'leased', owner: { id: one.id } } });
    expect((await world.lease(three, pooled({ accountName: 'shop-three' }))).accountId).not.toBe(SECOND);
    expect(world.accountOf(FIRST)?.accountName).toBe('shop-one');
    expect(await world.checkPool()).toContainEqual({
      what: "account 100000000001 of the account pool 'sandbox' is leased by 'One' of stack 'environments', which the "
        + 'registry does not know',
      remedy: 'deploy a change of this Account; if it does not exist any more, run org-environments accounts release '
        + '100000000001 --force --reason <text>, which cleans the account',
      isRepairable: false,
    });
    expect(await world.update(one, pooled({ accountName: 'shop-one' }))).toMatchObject({ accountId: FIRST });
    expect(await world.update(two, pooled({ accountName: 'shop-two' }))).toMatchObject({ accountId: SECOND });
    expect(world.directory.unitOf(SECOND)).toBe('Test');
    expect(await world.checkPool()).toEqual([]);
  });

  test('leases an account that a new Account finds to the one that has it', async () => {
    const world = await emptied();
    await world.deployPool({ maximum: '4' });
    const { accountId } = await world.lease(three, pooled({ accountName: 'shop-three' }));
    expect([FIRST, SECOND]).not.toContain(accountId);
    await world.maintain(5);
    expect(await leasesOf(world)).toEqual(['One', 'Two']);
    expect([FIRST, SECOND].map(id => world.directory.unitOf(id))).toEqual(['Test', 'Test']);
  });

  test('cleans the account of a removed Account', async () => {
    const world = await emptied();
    await world.release(two);
    expect(await world.leaseOf(SECOND)).toMatchObject({ pool: { state: 'cleaning', isCleanStarted: true } });
    expect(await world.leaseOf(FIRST)).toBeUndefined();
  });
});

describe('a lost record', () => {
  let world: PoolWorld;
  beforeEach(async () => {
    world = await waiting();
    await world.lease(one);
  });

  test.each([
    ['claim', poolClaimKey(one)], ['lease', leaseKey(FIRST)], ['pool', poolKey(POOL)],
  ])('of the %s is written again by a repair, and no other account is leased', async (_, key) => {
    const accountId = (await world.claimOf(one))?.accountId;
    expect(accountId).toBe(FIRST);
    world.registry.lose(key);
    if (key === poolKey(POOL)) await world.deployPool({ maximum: '3' });
    expect(await world.check(one)).toEqual([{
      what: "the registry has no account for 'One'",
      remedy: "its account is found by its lease or its tag 'org-environments:leased-by'",
      isRepairable: true,
    }]);
    expect(await world.repair(one)).toMatchObject({ accountId: FIRST });
    expect(await world.check(one)).toEqual([]);
    expect(await leasesOf(world)).toEqual(['One', undefined]);
  });

  test('of the claim is found by the lease, if the account has no tag yet', async () => {
    await world.directory.untag(FIRST, [NAMES.leaseTag]);
    world.registry.lose(poolClaimKey(one));
    expect(await world.update(one)).toMatchObject({ accountId: FIRST });
  });

  test('of the claim does not prevent the clean when the Account is removed', async () => {
    world.registry.lose(poolClaimKey(one));
    await world.release(one);
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { state: 'cleaning' } });
  });
});

describe('an account that neither the registry nor a tag knows', () => {
  async function unknown(): Promise<PoolWorld> {
    const world = await waiting();
    const backup = world.registry.backup();
    await world.lease(one);
    await world.directory.untag(FIRST, [NAMES.leaseTag]);
    world.registry.restore(backup);
    return world;
  }

  test('is not replaced by another one: the error names the tag, with which the next update finds it', async () => {
    const world = await unknown();
    const error: unknown = await world.update(one).catch((failure: unknown) => failure);
    const value = `One-0123456789abcdef/${new Date(world.clock.now).toISOString()}/environments`;
    expect(error).toEqual(new Error(
      "'One' has an account of the account pool 'sandbox', but neither the registry nor the tag "
        + "'org-environments:leased-by' of an account says which one, and no other account was leased: set this tag of "
        + `its account to '${value}' in the management account and deploy again; or restore the registry to a later `
        + 'time; or define another Account instead',
    ));
    expect(await leasesOf(world)).toEqual([undefined, undefined]);
    await world.directory.tag(FIRST, { [NAMES.leaseTag]: value });
    expect(await world.update(one)).toMatchObject({ accountId: FIRST });
  });

  test('is not cleaned when its Account is removed', async () => {
    const world = await unknown();
    await world.release(one);
    expect(await leasesOf(world)).toEqual([undefined, undefined]);
    expect(world.clean.started.size).toBe(0);
  });
});

test('an update does not need the management account to know its account', async () => {
  const world = await worldWith();
  await world.lease(one);
  world.directory.refusals.set('tags', [new AccessError('denied', undefined)]);
  await world.requestUpdate(one);
  expect(await world.finish(one)).toMatchObject({ accountId: FIRST });
});

test('the lease of an operator who has ended it is not restored', async () => {
  const world = await waiting();
  await world.lease(one);
  const operations = new AccountOperations(world.registry, { record: async () => undefined }, () => world.clock.now);
  await operations.release(FIRST, { by: 'anna', requestId: 'r', reason: 'it is gone' });
  expect(await world.check(one)).toMatchObject([{ isRepairable: false }]);
  expect(await world.update(one)).toMatchObject({ accountId: SECOND });
});
