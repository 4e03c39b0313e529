import { Account } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';

test('an account stops at synth when its region has a typing error', () => {
  const env = { account: '222222222222', region: 'eu-wset-1' };
  const { stack, organization } = new Cicd(quickApp(), { imported: true, env });
  expect(() => new Account(stack, 'Account', { organization, accountName: 'dev', email: 'dev@example.com' })).toThrow(
    "[Cicd/Account] the region 'eu-wset-1' is not known: use a region that all accounts have (us-east-1, ",
  );
});
