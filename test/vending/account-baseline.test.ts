import { Harness, reasons } from './harness';
import { Reconciliation } from './reconcile';
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

const twoAccounts = (cicd: Cicd): void => {
  for (const name of ['used', 'unused']) cicd.account(name);
};

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

describe('the default VPCs of accounts with a baseline that removes them', () => {
  const FRANKFURT = 'eu-central-1';
  const baseline = { removeDefaultVpcs: true };
  let harness: Harness;
  let reconciliation: Reconciliation;
  let used: string;
  let unused: string;
  let networkInterface: string;
  beforeAll(async () => {
    harness = await Harness.start();
    reconciliation = new Reconciliation(harness);
    expect(reasons(await harness.deploy(twoAccounts))).toBe('');
    [used = '', unused = ''] = ['shop-used', 'shop-unused'].map(name => harness.vended[name]);
    networkInterface = await plant();
    expect(reasons(await harness.deploy(twoAccounts, { baseline }))).toBe('');
  });
  afterAll(() => harness.stop());

  /** The regions of an account that have what AWS has created in them. */
  function regionsWith(kind: 'vpcs' | 'subnets' | 'internetGateways', accountId: string): readonly string[] {
    const { networks } = harness.simulation.ec2;
    const owned = [...networks[kind].values()].filter(one => one.accountId === accountId);
    return [...new Set(owned.map(({ region }) => region))].sort();
  }

  /** Creates a network interface in a default VPC. */
  async function plant(): Promise<string> {
    const { ec2: { networks }, cloudformation } = harness.simulation;
    const [subnet] = networks.of(networks.subnets, { accountId: used, region: FRANKFURT });
    const stack = await cloudformation.create({
      accountId: used,
      region: FRANKFURT,
      name: 'Shop',
      body: JSON.stringify({
        Resources: { Interface: { Type: 'AWS::EC2::NetworkInterface', Properties: { SubnetId: subnet?.id } } },
      }),
    });
    return stack.resources.get('Interface')?.id ?? '';
  }

  test('are gone in all regions, with their subnets and gateways, unless something is in them', () => {
    for (const kind of ['vpcs', 'subnets', 'internetGateways'] as const) {
      expect(regionsWith(kind, unused)).toEqual([]);
      expect(regionsWith(kind, used)).toEqual([FRANKFURT]);
    }
    expect(harness.calls('ec2:DeleteVpc')).toBe(2 * REGIONS - 1);
  });

  test('are reported as kept while something is in them, and are removed by a repair afterwards', async () => {
    const { ec2: { networks }, cloudformation } = harness.simulation;
    const [vpc] = networks.of(networks.vpcs, { accountId: used, region: FRANKFURT });
    expect(await reconciliation.check()).toEqual([{
      what: `account 'shop-used' (aws+shop-used@example.com): the default VPC ${vpc?.id} of ${FRANKFURT} is kept, `
        + `because it is in use (NetworkInterfaces: ${networkInterface})`,
      remedy: "delete what is in it, or omit 'removeDefaultVpcs' from the baseline, then reconcile again",
      isRepairable: false,
    }]);
    await cloudformation.remove(used, FRANKFURT, 'Shop');
    expect(await reconciliation.check()).toMatchObject([{ isRepairable: true }]);
    expect(await reconciliation.repair()).toEqual([]);
    expect(regionsWith('vpcs', used)).toEqual([]);
  });
});
