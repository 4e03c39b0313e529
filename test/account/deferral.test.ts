import { existing, owner, vended, Vending } from './vending';
import { AccessError } from '../../lambda/account/access';
import { accountKey } from '../../lambda/registry/account';
import type { AccountRecord } from '../../lambda/registry/account';
import type { AccountRequest, NamedAccountRequest } from '../../src/account/contract';

const dev = owner('Dev');
const { accountId: _id, ...preparation } = existing();
const NAMED: NamedAccountRequest = { ...preparation, kind: 'named', accountName: 'x' };

async function loseRecord({ registry }: Vending, request: AccountRequest): Promise<void> {
  const { version } = (await registry.read<AccountRecord>(accountKey(request))) ?? { version: 0 };
  await registry.remove(accountKey(request), version);
}

test.each([
  ['SUSPENDED', 'was suspended by AWS; ask AWS Support as its root user to reinstate it'],
  ['PENDING_CLOSURE', 'is being closed; ask AWS Support to reopen it'],
  ['CLOSED', 'is CLOSED; ask AWS Support to reopen it'],
])('defers the update of an account in state %s, with the reason', async (state, problem) => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  vending.directory.change(accountId, { state });
  expect(await vending.update(dev, vended({ tags: {} }), vended())).toBe(accountId);
  expect(await vending.record(vended())).toMatchObject({
    deferral: {
      reason: "account 'shop-dev' (aws+dev@example.com) cannot be used: "
        + `account ${accountId} ${problem}, or use another e-mail`,
    },
  });
});

test.each([
  ['CDKToolkit', undefined],
  ['org-environments-baseline', 'DELETE_FAILED'],
])('defers the update of an account whose stack %s was deleted and cannot be created again', async (name, status) => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  const stacks = vending.directory.stacksOf(accountId);
  stacks.lose(name);
  if (status) stacks.put(name, status);
  stacks.failures.set(name, 'the bucket already exists');
  expect(await vending.update(dev, vended({ tags: {} }), vended())).toBe(accountId);
  expect(await vending.record(vended())).toMatchObject({
    deferral: {
      reason: expect.stringMatching(
        /^account 'shop-dev' .*: stack '.+' .* could not be (created|deleted): the bucket already exists; remove the /,
      ),
    },
  });
});

test('defers the update of an account whose record was lost and whose bootstrap cannot be created again', async () => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  await loseRecord(vending, vended());
  const stacks = vending.directory.stacksOf(accountId);
  stacks.lose('CDKToolkit');
  stacks.failures.set('CDKToolkit', 'the bucket already exists');
  expect(await vending.update(dev, vended({ tags: {} }), vended())).toBe(accountId);
  expect(await vending.record(vended())).toMatchObject({
    deferral: { reason: expect.stringContaining('the bucket already exists') },
  });
  stacks.failures.clear();
  await vending.update(dev, vended(), vended({ tags: {} }));
  expect(await vending.record(vended())).toMatchObject({ state: 'ready' });
  expect(await vending.record(vended())).not.toHaveProperty('recovered');
});

test.each([
  ['vended', vended()],
  ['adopted by id', existing()],
  ['adopted by name', NAMED],
])('defers the update of an account that cannot be used and whose record was lost: %s', async (_, request) => {
  const vending = new Vending();
  if (request.kind !== 'vended') {
    vending.directory.add({
      accountId: '333333333333', accountName: 'x', email: 'x@example.com', roleName: 'OrganizationAccountAccessRole',
    });
  }
  const accountId = await vending.create(dev, request);
  await loseRecord(vending, request);
  vending.directory.change(accountId, { state: 'SUSPENDED' });
  vending.directory.stacksOf(accountId).denied = true;
  vending.clock.now += 3_600_000;
  expect(await vending.update(dev, { ...request, templates: 'second' }, request)).toBe(accountId);
  expect(await vending.record(request)).toMatchObject({
    deferral: { reason: expect.stringMatching(/was suspended by AWS|denies access/) },
  });
});

describe('an account whose organizational unit a person has renamed or deleted', () => {
  const noUnit = "organizational unit 'Workloads/Test' does not exist: 'Workloads' has Prod: create it, or use the "
    + 'path or id of an existing unit';
  let vending: Vending;
  let accountId: string;
  beforeEach(async () => {
    vending = new Vending();
    accountId = await vending.create(dev, vended());
    vending.directory.units = vending.directory.units.filter(({ name }) => name !== 'Test');
  });

  test('is left as it is by a change of something else, until it has the unit again', async () => {
    const changed = vended({ accountName: 'shop-new' });
    expect(await vending.update(dev, changed, vended())).toBe(accountId);
    expect(await vending.record(changed)).toMatchObject({ deferral: { reason: noUnit } });
    // its stacks can be changed
    expect(vending.registry.keys).not.toContain(`unreachable#${accountId}`);
    vending.directory.units = new Vending().directory.units;
    await vending.update(dev, changed, vended());
    expect(await vending.record(changed)).toMatchObject({ state: 'ready' });
    expect(await vending.record(changed)).not.toHaveProperty('deferral');
    expect(vending.directory.accounts).toMatchObject([{ accountName: 'shop-new' }]);
  });

  test('is left as it is although its record was lost', async () => {
    await loseRecord(vending, vended());
    expect(await vending.update(dev, vended({ accountName: 'shop-new' }), vended())).toBe(accountId);
    expect(await vending.record(vended())).toMatchObject({ deferral: { reason: noUnit } });
  });

  test('fails a change to another unit that does not exist, and not its rollback', async () => {
    const changed = vended({ organizationalUnit: 'Workloads/Foo' });
    await expect(vending.update(dev, changed, vended())).rejects.toThrow("unit 'Workloads/Foo' does not exist");
    vending.isRollingBack = true;
    expect(await vending.update(dev, vended(), changed)).toBe(accountId);
    expect(await vending.record(vended())).toMatchObject({ deferral: { reason: noUnit } });
  });

  test('has a check that names the unit, and what else differs', async () => {
    await vending.directory.untag(accountId, Object.keys(vended().tags));
    const whats = (await vending.lifecycle.check(dev, vended())).map(({ what }) => what);
    expect(whats).toContain("the unit of account 'shop-dev' (aws+dev@example.com) was not found");
    expect(whats).toContainEqual(expect.stringContaining('does not have the declared tags'));
  });
});

test('updates an account that could not be used before, and removes the deferral', async () => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  vending.directory.change(accountId, { state: 'SUSPENDED' });
  await vending.update(dev, vended({ templates: 'second' }), vended());
  expect(await vending.registry.read(`unreachable#${accountId}`)).toMatchObject({
    accountId, reason: expect.stringContaining('was suspended by AWS'), at: expect.any(Number),
  });
  expect(await vending.record(vended())).toMatchObject({ state: 'created' });
  vending.directory.change(accountId, { state: 'ACTIVE' });
  await vending.update(dev, vended({ templates: 'third' }), vended({ templates: 'second' }));
  expect(await vending.record(vended())).toMatchObject({ state: 'ready' });
  expect(await vending.record(vended())).not.toHaveProperty('deferral');
  expect(vending.registry.keys).not.toContain(`unreachable#${accountId}`);
});

test.each(['before', 'after'] as const)(
  'an update that was deferred leaves no mark when it is made, killed at any call %s its effect',
  async when => {
    for (let call = 1, killed = true; killed; call++) {
      const vending = new Vending();
      const accountId = await vending.create(dev, vended());
      vending.directory.change(accountId, { state: 'SUSPENDED' });
      await vending.update(dev, vended({ templates: 'second' }), vended());
      vending.directory.change(accountId, { state: 'ACTIVE' });
      const before = vending.fate.calls.length;
      vending.fate.dieAt(call, when);
      await vending.update(dev, vended({ templates: 'third' }), vended({ templates: 'second' }));
      killed = vending.fate.calls.length >= before + call;
      const marked = vending.registry.keys.includes(`unreachable#${accountId}`);
      expect({ call, marked }).toEqual({ call, marked: false });
      expect(await vending.record(vended())).not.toHaveProperty('deferral');
    }
  },
);

test('an account that is removed while its update is deferred leaves no mark', async () => {
  const vending = new Vending();
  vending.directory.add({
    accountId: '333333333333', email: 'x@example.com', roleName: 'OrganizationAccountAccessRole',
  });
  await vending.create(dev, existing());
  vending.clock.now += 3_600_000;
  vending.directory.stacksOf('333333333333').denied = true;
  await vending.update(dev, existing({ templates: 'second' }), existing());
  expect(vending.registry.keys).toContain('unreachable#333333333333');
  await vending.remove(dev, existing({ templates: 'second' }));
  expect(vending.registry.keys).toEqual([]);
});

test('defers an update without access to the management account only while its stack rolls back', async () => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  vending.clock.now += 3_600_000;
  const denied = () => new AccessError("cannot assume role 'role' of the management account", undefined);
  vending.directory.refusals.set('root', Array.from({ length: 100 }, denied));
  const moved = vended({ organizationalUnit: 'Workloads' });
  await expect(vending.update(dev, moved, vended())).rejects.toThrow("cannot assume role 'role'");
  expect(await vending.record(vended())).not.toHaveProperty('deferral');
  vending.isRollingBack = true;
  expect(await vending.update(dev, vended({ organizationalUnit: 'Workloads' }), moved)).toBe(accountId);
  expect(vending.registry.keys).toContain(`unreachable#${accountId}`);
  vending.directory.refusals.clear();
  expect(await vending.update(dev, vended(), moved)).toBe(accountId);
  expect(vending.registry.keys).not.toContain(`unreachable#${accountId}`);
});

test('defers an update when a session that was assumed before is denied access', async () => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  vending.clock.now += 3_600_000;
  vending.directory.stacksOf(accountId).denied = true;
  expect(await vending.update(dev, vended({ templates: 'second' }), vended())).toBe(accountId);
  expect(await vending.record(vended())).toMatchObject({
    deferral: { reason: expect.stringContaining("account 'shop-dev' (aws+dev@example.com) denies access") },
  });
});
