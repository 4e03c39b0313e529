import { owner, vended, Vending } from './vending';
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

test('the CICD account cannot be adopted by its e-mail', async () => {
  const vending = new Vending();
  vending.directory.add({ accountId: CICD_ACCOUNT, email: 'aws+dev@example.com' });
  await expect(vending.create(owner('Dev'), vended({ onExisting: 'adopt' }))).rejects.toThrow(
    `the e-mail 'aws+dev@example.com' belongs to the CICD account ${CICD_ACCOUNT}, which cannot be vended: use another `
      + 'e-mail',
  );
});
