import { Template } from 'aws-cdk-lib/assertions';
import { Account, AccountBaseline } from '../../src';
import type { AccountBaselineProps } from '../../src';
import { Cicd } from '../fixtures/app';
import { customer, environments } from '../fixtures/customers';

const targets = ({ stack }: Cicd): Record<string, string | undefined> =>
  Object.fromEntries(Object.values(Template.fromStack(stack).findResources('Custom::OrgEnvironmentsAccount'))
    .map(({ Properties: { accountName, accountId, baseline } }) => [accountName ?? accountId, baseline]));

const settings = ({ stack }: Cicd): Record<string, unknown> =>
  Object.fromEntries(Object.values(Template.fromStack(stack).findResources('Custom::OrgEnvironmentsAccountBaseline'))
    .map(({ Properties: { target, settings: all } }) => [target, all]));

test('each class of accounts of a customer has its baseline', () => {
  const cicd = new Cicd();
  const baseline = (id: string, props: AccountBaselineProps) => new AccountBaseline(cicd.stack, id, props);
  const accountBaselines = {
    sharedServices: baseline('Services', { blockPublicBuckets: true }),
    database: baseline('Data', { blockPublicSnapshots: true }),
    work: baseline('Work', { monthlyBudget: 100, budgetEmails: ['dev@example.com'], removeDefaultVpcs: true }),
    deployment: baseline('Deployment', { passwordPolicy: { maxAgeDays: 90 }, requireImdsv2: true }),
  };
  environments(cicd, { customer: customer(cicd, { accountBaselines }) });
  expect(targets(cicd)).toEqual({
    'acme-services': 'accounts/Cicd/Services',
    'acme-shop-services': 'accounts/Cicd/Data',
    'acme-shop-dev': 'accounts/Cicd/Work',
    'acme-shop-test': 'accounts/Cicd/Work',
    'acme-shop-uat': 'accounts/Cicd/Work',
    'acme-shop-prod-blue': 'accounts/Cicd/Deployment',
    'acme-shop-prod-green': 'accounts/Cicd/Deployment',
  });
  expect(settings(cicd)).toEqual({
    'accounts/Cicd/Services': { bucketAccess: 'blocked' },
    'accounts/Cicd/Data': { snapshotSharing: 'blocked' },
    'accounts/Cicd/Work': { defaultVpcs: 'removed' },
    'accounts/Cicd/Deployment': {
      instanceMetadata: 'v2', passwordPolicy: expect.objectContaining({ maxAgeDays: '90' }),
    },
  });
});

test('an environment organization has baselines instead of those of its customer', () => {
  const cicd = new Cicd();
  const [usual, strict] = ['Usual', 'Strict'].map(id => new AccountBaseline(cicd.stack, id));
  environments(cicd, {
    customer: customer(cicd, { accountBaselines: { sharedServices: usual, work: usual } }),
    accountBaselines: { work: strict },
  });
  expect(targets(cicd)).toMatchObject({
    'acme-services': 'accounts/Cicd/Usual',
    'acme-shop-services': 'accounts/Cicd/Usual',
    'acme-shop-dev': 'accounts/Cicd/Strict',
  });
  expect(targets(cicd)['acme-shop-prod-blue']).toBeUndefined();
});

test('an account waits for its baseline, also one that exists', () => {
  const cicd = new Cicd();
  const accountBaseline = new AccountBaseline(cicd.stack, 'Baseline');
  const existing = Account.fromAccountAttributes(cicd.stack, 'Old', { accountId: '333333333333', accountBaseline });
  cicd.environment('dev', { account: cicd.account('dev', { accountBaseline }) });
  cicd.environment('old', { account: existing });
  expect(targets(cicd)).toEqual({
    'shop-dev': 'accounts/Cicd/Baseline', '333333333333': 'accounts/Cicd/Baseline',
  });
  const found = Object.values(Template.fromStack(cicd.stack).findResources('Custom::OrgEnvironmentsAccount'));
  expect(found.map(({ DependsOn }) => JSON.stringify(DependsOn))).toEqual([
    expect.stringContaining('BaselineAccounts'), expect.stringContaining('BaselineAccounts'),
  ]);
});
