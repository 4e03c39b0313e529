import { Harness, reasons } from './harness';
import type { LeaseRecord } from '../../lambda/registry/lease';
import type { AccountBaselineProps } from '../../src';
import { Account, AccountPool } from '../../src';
import { POOL_MAINTENANCE } from '../../src/pool/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const HOUR = 3600;
const REGIONS = 17;

/** An app with a pool and an account; `names` are the environments that lease from the pool. */
function app(...names: readonly string[]) {
  return (cicd: Cicd): void => {
    const { stack, organization } = cicd;
    const pool = new AccountPool(stack, 'Pool', {
      organization,
      poolName: 'sandbox',
      minimum: 1,
      maximum: 1,
      email: 'aws+sandbox-{n}@example.com',
      waitingUnit: 'Pool/Waiting',
      quarantineUnit: 'Pool/Quarantine',
    });
    cicd.account();
    for (const name of names) {
      cicd.environment(name, { account: new Account(stack, `${name}-account`, { organization, pool }) });
    }
  };
}
const [empty, leasing] = [app(), app('feature')];

const BASELINE: AccountBaselineProps = {
  monthlyBudget: 200,
  budgetEmails: ['finance@example.com'],
  budgetTopicName: 'costs',
  blockPublicBuckets: true,
  blockPublicSnapshots: true,
  requireImdsv2: true,
  passwordPolicy: { maxAgeDays: 90 },
};

describe('accounts with a baseline', () => {
  let harness: Harness;
  let vended: string;
  let pooled: string;
  beforeAll(async () => {
    harness = await Harness.start({ organizationalUnits: ['Pool/Waiting', 'Pool/Quarantine'] });
    expect(reasons(await harness.deploy(empty, { baseline: BASELINE }))).toBe('');
    await maintain(15, 60);
    vended = harness.vended['shop-dev'] ?? '';
    pooled = harness.vended['sandbox-1'] ?? '';
  });
  afterAll(() => harness.stop());

  const stackIn = (accountId: string) =>
    harness.simulation.cloudformation.find(accountId, REGION, NAMES.accountBaselineStack);
  const budgetIn = (accountId: string) => stackIn(accountId)?.resources.get('Budget')?.properties.Budget;
  const lease = async () => harness.record<LeaseRecord>(`lease#${pooled}`);

  /** Runs of the maintenance of the pools. */
  async function maintain(runs: number, seconds: number): Promise<void> {
    const { lambda, cloudformation, clock } = harness.simulation;
    const resources = cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? [];
    const rule = [...resources].find(({ properties }) => properties.ScheduleExpression === 'rate(1 minute)');
    const [{ Arn: arn }] = rule?.properties.Targets as [{ Arn: string }];
    for (let run = 0; run < runs; run++) {
      await clock.sleep(seconds);
      expect(await lambda.invoke(arn, POOL_MAINTENANCE)).toMatchObject({ failed: false });
    }
  }

  test('have its stack and settings, the account of the app and the one that waits in the pool', async () => {
    expect(await lease()).toMatchObject({ pool: { state: 'available' } });
    for (const accountId of [vended, pooled]) {
      expect(stackIn(accountId)).toMatchObject({ status: 'CREATE_COMPLETE' });
      expect(budgetIn(accountId)).toMatchObject({ BudgetLimit: { Amount: 200, Unit: 'USD' } });
    }
    expect(harness.calls('s3:PutAccountPublicAccessBlock')).toBe(2);
    expect(harness.calls('iam:UpdateAccountPasswordPolicy')).toBe(2);
    expect(harness.calls('ec2:EnableSnapshotBlockPublicAccess')).toBe(2 * REGIONS);
    expect(harness.calls('ec2:ModifyInstanceMetadataDefaults')).toBe(2 * REGIONS);
  });

  test('get a changed baseline, and keep the settings that have not changed', async () => {
    expect(reasons(await harness.deploy(empty, { baseline: { ...BASELINE, monthlyBudget: 300 } }))).toBe('');
    for (const accountId of [vended, pooled]) {
      expect(stackIn(accountId)).toMatchObject({ status: 'UPDATE_COMPLETE' });
      expect(budgetIn(accountId)).toMatchObject({ BudgetLimit: { Amount: 300, Unit: 'USD' } });
    }
    expect(harness.calls('s3:PutAccountPublicAccessBlock')).toBe(2);
    expect(harness.calls('ec2:EnableSnapshotBlockPublicAccess')).toBe(2 * REGIONS);
  });

  test('have it when they are leased, and after they were cleaned', async () => {
    const before = stackIn(pooled)?.events?.length;
    expect(reasons(await harness.deploy(leasing, { baseline: { ...BASELINE, monthlyBudget: 300 } }))).toBe('');
    expect(await lease()).toMatchObject({ holder: { environmentName: 'feature' } });
    expect(reasons(await harness.deploy(empty, { baseline: { ...BASELINE, monthlyBudget: 300 } }))).toBe('');
    await maintain(14, 6 * HOUR);
    expect(await lease()).toMatchObject({ pool: { state: 'available' } });
    expect(stackIn(pooled)).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect(budgetIn(pooled)).toMatchObject({ BudgetLimit: { Amount: 300 } });
    expect(stackIn(pooled)?.events?.length).toBe(before);
  });
});
