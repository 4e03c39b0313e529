import { owner, pooled, PoolWorld, worldWith } from './world';

const [one, two] = ['One', 'Two'].map(name => owner(name));
const FIRST = '100000000001';

describe('a lease', () => {
  test('that has expired before it was complete is taken by the next one in one write', async () => {
    const world = await worldWith({ maximum: '1' });
    await world.requestLease(one);
    while (!(await world.claimOf(one))?.accountId) {
      await world.look(one);
      world.clock.now += 10_000;
    }
    world.clock.now += 66 * 60_000;
    expect(await world.lease(two)).toMatchObject({ accountId: FIRST });
    expect(await world.leaseOf(FIRST)).toMatchObject({ pool: { owner: two } });
    await world.requestLease(one);
    await expect(world.finish(one)).rejects.toThrow(/has no free account for 'One'/);
  });

  test('is renewed by each step of its request', async () => {
    const world = await worldWith({ maximum: '1' });
    world.directory.usableAfter = 14 * 60_000;
    await world.requestLease(one);
    while (!(await world.claimOf(one))?.accountId) {
      await world.look(one);
      world.clock.now += 10_000;
    }
    const before = (await world.leaseOf(FIRST))?.pool?.expiresAt ?? 0;
    world.clock.now += 35 * 60_000;
    await world.look(one);
    expect((await world.leaseOf(FIRST))?.pool?.expiresAt).toBeGreaterThan(before);
  });

  test('of an account that cannot be used goes to quarantine, and another account is leased', async () => {
    const world = await worldWith({ minimum: '1' });
    await world.maintain(8);
    world.directory.change(FIRST, { state: 'SUSPENDED' });
    expect((await world.lease(one)).accountId).not.toBe(FIRST);
    expect(await world.leaseOf(FIRST)).toMatchObject({
      pool: { state: 'quarantine', reason: expect.stringMatching(/suspended by AWS/) },
    });
  });

  test('never gets an account that existed with its e-mail: it goes to quarantine', async () => {
    const world = new PoolWorld();
    const tags = { 'org-environments:registry-key': '222222222222/account/aws+pool-1@example.com' };
    const found = world.directory.add({
      email: 'aws+pool-1@example.com', roleName: 'OrganizationAccountAccessRole', tags,
    });
    await world.deployPool();
    expect((await world.lease(one)).accountId).not.toBe(found);
    expect(await world.leaseOf(found)).toMatchObject({
      pool: { state: 'quarantine', reason: 'it existed before, and the registry does not know its content' },
    });
    // it may be in use: an operator decides
    await world.maintain(3);
    expect(world.directory.unitOf(found)).not.toBe('Workloads/Prod');
    expect(world.accountOf(found)?.accountName).not.toBe('pool-1');
  });

  test('names the pools that exist if its own does not', async () => {
    const world = await worldWith();
    await world.requestLease(one, pooled({ poolName: 'sandbx' }));
    await expect(world.look(one, pooled({ poolName: 'sandbx' }))).rejects.toThrow(
      "'One' leases from the account pool 'sandbx', which does not exist (the organization has 'sandbox'): correct "
        + 'the name; or deploy its AccountPool, or if it is deployed, run: org-environments reconcile --all',
    );
  });

  test('cannot change its pool', async () => {
    const world = await worldWith();
    await world.lease(one);
    await expect(world.requestUpdate(one, pooled({ poolName: 'other' }))).rejects.toThrow(
      "'One' cannot change from the account pool 'sandbox' to 'other', because it keeps its account: define another "
        + 'Account instead',
    );
  });

  test('is rejected in another region than that of the pool', async () => {
    const world = await worldWith();
    await world.requestLease(one, pooled({ region: 'eu-west-1' }));
    await expect(world.look(one, pooled({ region: 'eu-west-1' }))).rejects.toThrow(
      "the account pool 'sandbox' bootstraps its accounts in eu-central-1, but this Account is defined in eu-west-1: "
        + 'define it in a stack in eu-central-1, or use a pool of eu-west-1',
    );
  });

  test('renames and moves its account when the Account changes', async () => {
    const world = await worldWith();
    await world.lease(one);
    const changed = pooled({ accountName: 'shop-new', organizationalUnit: 'Workloads/Prod', tags: {} });
    await world.requestUpdate(one, changed);
    expect(await world.finish(one, changed)).toMatchObject({ accountId: FIRST, accountName: 'shop-new' });
    expect(world.directory.unitOf(FIRST)).toBe('Prod');
    expect(await world.directory.tags(FIRST)).not.toHaveProperty('team');
  });

  test('differs when its account was renamed by hand, or its lease was ended', async () => {
    const world = await worldWith();
    await world.lease(one);
    expect(await world.check(one)).toEqual([]);
    await world.directory.rename(FIRST, 'other');
    expect(await world.check(one)).toMatchObject([{ what: expect.stringMatching(/has the name 'other'/) }]);
    await world.release(one);
    expect(await world.check(one)).toMatchObject([{ what: "the registry has no account for 'One'" }]);
  });
});
