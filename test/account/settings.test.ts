import { owner, vended, Vending } from './vending';
import { accountDrifts } from '../../lambda/account/check';
import { accountKey } from '../../lambda/registry/account';
import type { AccountRecord } from '../../lambda/registry/account';
import type { VendedAccountRequest } from '../../src/account/contract';

const dev = owner('Dev');
const BILLING = { contactName: 'Finance', title: 'Team', email: 'finance@example.com', phoneNumber: '+49 30 1' };
const SECURITY = { contactName: 'Security', title: 'Team', email: 'security@example.com', phoneNumber: '+49 30 2' };

let vending: Vending;
beforeEach(() => {
  vending = new Vending();
});

async function driftsOf(request: VendedAccountRequest): Promise<readonly string[]> {
  const record = await vending.registry.read<AccountRecord>(accountKey(request));
  if (!record?.accountId) throw new Error('there is no account');
  const context = {
    ...vending,
    organization: vending.directory,
    partition: 'aws',
    cicdAccount: '222222222222',
    now: () => 0,
    bootstrapTemplate: () => '{"Parameters":{},"Resources":{"CdkBootstrapVersion":{"Properties":{"Value":"33"}}}}',
    cicdStack: { isRollingBack: async () => false },
  };
  const drifts = await accountDrifts(context, { key: accountKey(request), record, request }, record.accountId);
  return drifts.map(({ what }) => what);
}

test('the declared contacts of a new account are set, and no other', async () => {
  const accountId = await vending.create(dev, vended({ alternateContacts: { billing: BILLING } }));
  expect([...vending.settings.contacts]).toEqual([[`${accountId}/billing`, BILLING]]);
});

test('a contact of another administrator is kept, and one that is no longer declared, too', async () => {
  const before = vended({ alternateContacts: { billing: BILLING } });
  const accountId = await vending.create(dev, before);
  await vending.settings.putContact(accountId, 'operations', SECURITY);
  await vending.update(dev, vended({ alternateContacts: { security: SECURITY } }), before);
  expect(Object.fromEntries(vending.settings.contacts)).toEqual({
    [`${accountId}/billing`]: BILLING,
    [`${accountId}/operations`]: SECURITY,
    [`${accountId}/security`]: SECURITY,
  });
});

test('a contact that is as declared is not set again', async () => {
  const request = vended({ alternateContacts: { billing: BILLING } });
  await vending.create(dev, request);
  await vending.update(dev, { ...request, templates: 'second' }, request);
  expect(vending.settings.calls).toEqual(['putContact billing']);
});

test('the alias is set once, and another one replaces it', async () => {
  const before = vended({ accountAlias: 'shop-dev' });
  const accountId = await vending.create(dev, before);
  await vending.update(dev, vended({ accountAlias: 'shop-test' }), before);
  await vending.update(dev, vended({}), vended({ accountAlias: 'shop-test' }));
  expect(vending.settings.calls).toEqual(['setAlias shop-dev', 'setAlias shop-test']);
  expect(vending.settings.aliases.get(accountId)).toBe('shop-test');
});

test('an alias that another account has is rejected with an error that says so', async () => {
  vending.settings.aliases.set('elsewhere', 'shop');
  await expect(vending.create(dev, vended({ accountAlias: 'shop' }))).rejects.toThrow(
    "the alias 'shop' of account 'shop-dev' (aws+dev@example.com) is used by another AWS account: choose another "
      + 'accountAlias',
  );
});

test('an account is ready when AWS has enabled its regions, and each is requested once', async () => {
  const request = vended({ optInRegions: ['eu-south-2', 'me-south-1'] });
  await vending.begin(dev, request);
  for (let count = 0; count < 20; count++) {
    expect(await vending.look(dev, request)).toBeUndefined();
    vending.clock.now += 15_000;
  }
  const [accountId] = [...vending.settings.regions.keys()].map(key => key.split('/')[0]);
  const progress = await vending.lifecycle.reconcile(dev, request);
  expect(progress).toMatchObject({
    done: false,
    waitsFor: `AWS to enable regions eu-south-2, me-south-1 in account ${accountId}, which takes minutes to hours`,
  });
  for (const key of vending.settings.regions.keys()) vending.settings.regions.set(key, 'ENABLED');
  expect(await vending.look(dev, request)).toBe(accountId);
  expect(vending.settings.calls).toEqual(['enableRegion eu-south-2', 'enableRegion me-south-1']);
});

test('a region that is not enabled in 40 minutes fails with an error that names it', async () => {
  await expect(vending.create(dev, vended({ optInRegions: ['eu-south-2'] }))).rejects.toThrow(
    /is not ready after 40 minutes: it waits for AWS to enable region eu-south-2 in account \d{12}/,
  );
});

test('a region that is no longer declared stays enabled', async () => {
  const accountId = await vending.create(dev, vended());
  vending.settings.regions.set(`${accountId}/eu-south-2`, 'ENABLED');
  const before = vended({ optInRegions: ['eu-south-2'] });
  await vending.update(dev, before, vended());
  await vending.update(dev, vended(), before);
  expect(vending.settings.regions.get(`${accountId}/eu-south-2`)).toBe('ENABLED');
  expect(vending.settings.calls).toEqual([]);
});

test('access to billing is set when the account is created', async () => {
  await vending.create(dev, vended({ iamUserAccessToBilling: 'DENY' }));
  await vending.create(owner('Test'), vended({ email: 'aws+test@example.com', accountName: 'test' }));
  const wanted = [...vending.directory.requests.values()].map(request => request.wanted.iamUserAccessToBilling);
  expect(wanted).toEqual(['DENY', 'ALLOW']);
});

test.each([
  [vended(), vended({ iamUserAccessToBilling: 'DENY' }), true],
  [vended({ iamUserAccessToBilling: 'DENY' }), vended(), false],
])('a change of the access to billing is rejected before anything is changed, and rolled back', async (
  before, after, present,
) => {
  const accountId = await vending.create(dev, before);
  const record = await vending.record(before);
  await expect(vending.update(dev, { ...after, accountName: 'other' }, before)).rejects.toThrow(
    "the access of IAM users to billing cannot be changed for account 'other' (aws+dev@example.com): AWS sets it when "
      + `it creates an account; set iamUserAccessToBilling to ${present}, and change it as the root user of account `
      + accountId,
  );
  expect(await vending.record(before)).toEqual(record);
  expect(vending.directory.accounts).toMatchObject([{ accountName: 'shop-dev' }]);
  expect(await vending.update(dev, before, { ...after, accountName: 'other' })).toBe(accountId);
});

test('an account that exists is not adopted if access to billing is to be denied', async () => {
  const accountId = vending.directory.add({ email: 'aws+dev@example.com' });
  const request = vended({ onExisting: 'adopt', iamUserAccessToBilling: 'DENY' });
  await expect(vending.create(dev, request)).rejects.toThrow(
    `account 'shop-dev' (aws+dev@example.com) exists as account ${accountId}, and AWS sets the access of IAM users to `
      + 'billing only when it creates an account: omit iamUserAccessToBilling, and set it as its root user',
  );
});

test('the check of an account finds contacts, alias and regions that differ', async () => {
  const contacts = { alternateContacts: { billing: BILLING } };
  const request = vended({ ...contacts, accountAlias: 'shop', optInRegions: ['eu-south-2'] });
  const accountId = await vending.create(dev, vended());
  const name = "account 'shop-dev' (aws+dev@example.com)";
  vending.settings.aliases.set(accountId, 'stolen');
  expect(await driftsOf(request)).toEqual(expect.arrayContaining([
    `the billing contact of ${name} differs`, `${name} has the alias 'stolen'`,
    `region eu-south-2 of ${name} is DISABLED`,
  ]));
  vending.settings.contacts.set(`${accountId}/billing`, BILLING);
  vending.settings.aliases.set(accountId, 'shop');
  vending.settings.regions.set(`${accountId}/eu-south-2`, 'ENABLED');
  expect((await driftsOf(request)).filter(what => /contact|alias|region/.test(what))).toEqual([]);
});

test.each(['before', 'after'] as const)('a handler that is killed %s any call sets all settings', async when => {
  const request = vended({ alternateContacts: { billing: BILLING }, accountAlias: 'shop' });
  for (let call = 1; ; call++) {
    vending = new Vending();
    vending.fate.dieAt(call, when);
    const accountId = await vending.create(dev, request);
    expect(vending.settings.aliases.get(accountId)).toBe('shop');
    expect(vending.settings.contacts.get(`${accountId}/billing`)).toEqual(BILLING);
    if (vending.fate.calls.length < call) return;
  }
});
