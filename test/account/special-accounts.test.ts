import { existing, owner, vended, Vending } from './vending';
import { leaseKey } from '../../lambda/registry/lease';
import { Account } from '../../src';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT } from '../fixtures/app';

test.each([
  ['CICD', CICD_ACCOUNT],
  ['management', MANAGEMENT_ACCOUNT],
])('the %s account cannot be the account of an environment', (kind, accountId) => {
  const cicd = new Cicd();
  const account = Account.fromAccountId(cicd.stack, 'Special', accountId);
  expect(() => cicd.environment('dev', { account })).toThrow(
    `[Cicd/Special] account ${accountId} is the ${kind} account, which cannot be the account of an environment: `
      + 'use another account',
  );
});

describe.each([
  ['the CICD account', CICD_ACCOUNT],
  ['a delegated administrator of the organization', '444444444444'],
])('an account that is %s', (kind, accountId) => {
  function organization(email = 'x@example.com'): Vending {
    const vending = new Vending();
    vending.directory.add({ accountId, email, roleName: 'OrganizationAccountAccessRole' });
    vending.directory.delegated.push('444444444444');
    return vending;
  }

  test('cannot be adopted by its e-mail', async () => {
    const vending = organization('aws+dev@example.com');
    await expect(vending.create(owner('Dev'), vended({ onExisting: 'adopt' }))).rejects.toThrow(
      `the e-mail 'aws+dev@example.com' belongs to account ${accountId}, which is ${kind} and cannot be vended: `
        + 'use another e-mail',
    );
    expect(vending.directory.stacksOf(accountId).begun).toEqual([]);
    expect(vending.fate.calls).not.toContain('tag');
  });

  test('cannot be used by its id, and nothing is created in it', async () => {
    const vending = organization();
    await expect(vending.create(owner('Dev'), existing({ accountId }))).rejects.toThrow(
      `account ${accountId} is ${kind}, which cannot be the account of an environment: use another account`,
    );
    expect(vending.directory.stacksOf(accountId).begun).toEqual([]);
  });
});

test('an account that became a delegated administrator after its environment was created is updated', async () => {
  const vending = new Vending();
  const accountId = '333333333333';
  vending.directory.add({ accountId, email: 'x@example.com', roleName: 'OrganizationAccountAccessRole' });
  await vending.create(owner('Dev'), existing());
  vending.directory.delegated.push(accountId);
  await vending.update(owner('Dev'), existing({ templates: 'second' }), existing());
  expect(vending.fate.calls.filter(call => call === 'update')).toHaveLength(2);
});

test('an account that is created costs no call that lists the delegated administrators', async () => {
  const vending = new Vending();
  await vending.create(owner('Dev'), vended());
  expect(vending.fate.calls).not.toContain('delegatedAdministrators');
});

test('an account of a pool cannot be imported, because the pool deletes what is in it', async () => {
  const vending = new Vending();
  const accountId = '333333333333';
  vending.directory.add({ accountId, email: 'x@example.com', roleName: 'OrganizationAccountAccessRole' });
  const pool = { poolName: 'sandbox', slot: 1, state: 'available', since: 0 };
  await vending.registry.write(leaseKey(accountId), { fence: 0, pool }, undefined);
  await expect(vending.create(owner('Dev'), existing())).rejects.toThrow(
    `account ${accountId} belongs to the account pool 'sandbox', which deletes what is in it after each lease: lease `
      + "an account with the property 'pool' of Account, or use another account",
  );
  expect(vending.directory.stacksOf(accountId).begun).toEqual([]);
});
