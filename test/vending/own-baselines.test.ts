import { Harness, reasons } from './harness';
import { Reconciliation } from './reconcile';
import { Account, AccountBaseline } from '../../src';
import { NAMES } from '../../src/private/contract';
import { MANAGEMENT_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const EXISTING = '555555555555';

/** An account that is vended, and one that exists, which have a baseline of their own. */
function app(dollars: number, hasOwn = true) {
  return (cicd: Cicd): void => {
    const accountBaseline = hasOwn ? new AccountBaseline(cicd.stack, 'Own', {
      monthlyBudget: dollars, budgetEmails: ['work@example.com'], blockPublicBuckets: true,
    }) : undefined;
    cicd.account('work', { accountBaseline });
    cicd.account('other');
    const existing = Account.fromAccountAttributes(cicd.stack, 'Old', { accountId: EXISTING, accountBaseline });
    cicd.environment('old', { account: existing });
  };
}

const [first, raised, usual] = [app(100), app(150), app(0, false)];
const ORGANIZATION = { baseline: { monthlyBudget: 900, budgetEmails: ['all@example.com'] } };

describe('accounts with a baseline of their own', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
    harness.simulation.organizations.addAccount({
      accountId: EXISTING, name: 'old', email: 'old@example.com', joined: 'CREATED',
    });
    harness.simulation.iam.putRole({
      arn: `arn:aws:iam::${EXISTING}:role/OrganizationAccountAccessRole`,
      roleName: 'OrganizationAccountAccessRole',
      roleId: 'AROALEGACY',
      accountId: EXISTING,
      trust: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:root` } },
        ],
      },
      policies: {},
      managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      tags: {},
    });
    expect(reasons(await harness.deploy(first, ORGANIZATION))).toBe('');
  });
  afterAll(() => harness.stop());

  const budgets = () => ['shop-work', 'shop-other'].map(name => harness.vended[name] ?? '').concat(EXISTING)
    .map(accountId => {
      const stack = harness.simulation.cloudformation.find(accountId, REGION, NAMES.accountBaselineStack);
      const budget: unknown = stack?.resources.get('Budget')?.properties.Budget;
      return JSON.stringify(budget)?.match(/"Amount":(\d+)/)?.[1];
    });

  test('get it, also one that exists, and the others that of the organization', () => {
    expect(budgets()).toEqual(['100', '900', '100']);
    expect(harness.calls('s3:PutAccountPublicAccessBlock')).toBe(2);
  });

  test('get a change of it, and a second deployment changes nothing', async () => {
    expect(reasons(await harness.deploy(raised, ORGANIZATION))).toBe('');
    expect(budgets()).toEqual(['150', '900', '150']);
    const result = await harness.deploy(raised, ORGANIZATION);
    expect([reasons(result), result.changed]).toEqual(['', 0]);
    expect(await new Reconciliation(harness).check()).toEqual([]);
  });

  test('get that of the organization when their own is removed, and one that exists keeps what it has', async () => {
    expect(reasons(await harness.deploy(usual, ORGANIZATION))).toBe('');
    expect(budgets()).toEqual(['900', '900', '150']);
  });
});
