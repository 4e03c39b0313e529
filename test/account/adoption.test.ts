import { existing, owner, vended, Vending } from './vending';
import type { NamedAccountRequest } from '../../src/account/contract';

const TAG = 'org-environments:registry-key';
const ROLE = 'OrganizationAccountAccessRole';
const who = owner('Legacy');
const { accountId: _id, ...prepared } = existing();
const named: NamedAccountRequest = { ...prepared, kind: 'named', accountName: 'legacy' };

let vending: Vending;
beforeEach(() => {
  vending = new Vending();
});

const add = (account: object = {}) =>
  vending.directory.add({ email: 'legacy@example.com', accountName: 'legacy', roleName: ROLE, ...account });
const calls = (name: string) => vending.fate.calls.filter(call => call === name).length;

test('an account is found by its name, and keeps name and tags', async () => {
  add({ email: 'other@example.com', accountName: 'other' });
  const accountId = add({ tags: { team: 'till' } });
  expect(await vending.create(who, named)).toBe(accountId);
  expect(await vending.directory.tags(accountId)).toEqual({ team: 'till' });
});

test('an account that was found by its name remains the same when another one gets the name', async () => {
  const accountId = add();
  await vending.create(who, named);
  vending.directory.change(accountId, { accountName: 'renamed' });
  add({ email: 'second@example.com' });
  expect(await vending.update(who, { ...named, templates: 'second' }, named)).toBe(accountId);
  expect(calls('listAccounts')).toBe(1);
});

test('a name that several accounts have is rejected with their ids', async () => {
  const ids = [add(), add({ email: 'second@example.com' })];
  await expect(vending.create(who, named)).rejects.toThrow(
    `2 accounts of the organization have the name 'legacy' (${ids.join(', ')}): use Account.fromAccountId() with one `
      + 'of these ids',
  );
});

test('a closed account does not make a name ambiguous', async () => {
  add({ state: 'CLOSED', email: 'closed@example.com' });
  const accountId = add();
  expect(await vending.create(who, named)).toBe(accountId);
});

test('a name that only a closing account has is rejected with an error that says so', async () => {
  add({ state: 'PENDING_CLOSURE' });
  await expect(vending.create(who, named)).rejects.toThrow(
    "account 'legacy' cannot be used: it is being closed; ask AWS Support to reopen it, or use another account",
  );
});

test('a name that no account has is rejected with an error that says so', async () => {
  await expect(vending.create(who, named)).rejects.toThrow(
    "no account of the organization has the name 'legacy': correct the name, or use Account.fromAccountId()",
  );
});

describe.each(['by id', 'by name'])('an account that is adopted %s', how => {
  const adopt = async (account: object) => {
    const accountId = add(account);
    return vending.create(who, how === 'by id' ? existing({ accountId }) : named);
  };

  test.each([
    ['the management account', { managesOrganization: true },
      /^account \d+ is the management account of the organization, which cannot have an environment: use another account$/],
    ['the CICD account', { accountId: '222222222222' },
      /^account 222222222222 is the CICD account, which cannot be the account of an environment: use another account$/],
    ['suspended', { state: 'SUSPENDED' },
      /cannot be used: it was suspended by AWS; ask AWS Support as its root user to reinstate it, or use another account$/],
    ['being closed', { state: 'PENDING_CLOSURE' },
      /cannot be used: it is being closed; ask AWS Support to reopen it, or use another account$/],
    ['closed', { state: 'CLOSED' }, /cannot be used: it is CLOSED; ask AWS Support to reopen it, or use another account$/],
    ['of another organization of this library', { tags: { [TAG]: '111111111111/account/x@example.com' } },
      new RegExp(`^account \\d+ carries the tag '${TAG}' of the organization in CICD account 111111111111: remove it `
        + 'from the app there, and then the tag \\(if that account is closed, set replacedCicdAccountId of '
        + 'Organization instead\\), or use another account$')],
  ])('is rejected if it is %s, and nothing is created in it', async (_, account, message) => {
    await expect(adopt(account)).rejects.toThrow(message);
    expect(calls('deploy') + calls('create')).toBe(0);
  });

  test('is rejected if it is a delegated administrator', async () => {
    vending.directory.delegated.push('333333333333');
    await expect(adopt({ accountId: '333333333333' })).rejects.toThrow(
      'account 333333333333 is a delegated administrator of the organization, which cannot be the account of an '
        + 'environment: use another account',
    );
  });

  test('may carry the tag of this organization', async () => {
    expect(await adopt({ tags: { [TAG]: '222222222222/account/dev@example.com' } })).toMatch(/^\d{12}$/);
  });
});

test('an account of another organization of this library is not adopted by its e-mail', async () => {
  const accountId = add({ email: 'aws+dev@example.com', tags: { [TAG]: '111111111111/account/x@example.com' } });
  await expect(vending.create(who, vended({ onExisting: 'adopt' }))).rejects.toThrow(
    `the e-mail 'aws+dev@example.com' belongs to account ${accountId}, which carries the tag '${TAG}' of the `
      + 'organization in CICD account 111111111111: remove it from the app there, and then the tag (if that account is '
      + 'closed, set replacedCicdAccountId of Organization instead), or use another e-mail',
  );
});

test('the list of all accounts is not read to create, adopt by id, change or remove an account', async () => {
  const accountId = add();
  await vending.create(who, existing({ accountId }));
  await vending.create(owner('Dev'), vended());
  await vending.update(owner('Dev'), vended({ accountName: 'other' }), vended());
  await vending.remove(owner('Dev'), vended({ accountName: 'other' }));
  await vending.create(owner('Again'), vended());
  await vending.remove(who, existing({ accountId }));
  expect(calls('listAccounts') + calls('findAccount')).toBe(0);
});
