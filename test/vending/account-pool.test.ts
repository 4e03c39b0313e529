import { reasons, Harness } from './harness';
import { Reconciliation } from './reconcile';
import type { LeaseRecord } from '../../lambda/registry/lease';
import type { Stack as SimulatedStack } from '../../rehearsal/services/cloudformation/stack';
import { Account, AccountPool } from '../../src';
import type { OperationResponse } from '../../src/operations/contract';
import { POOL_MAINTENANCE } from '../../src/pool/contract';
import { NAMES, RESOURCE_TYPES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const CLEAN = 'test/pool/stub-clean.ts';
const OPERATIONS = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;

/** Defines environments whose accounts are leased from a pool. */
function leasing(...names: readonly string[]) {
  return (cicd: Cicd): void => {
    const { stack, organization } = cicd;
    const pool = new AccountPool(stack, 'Pool', {
      organization,
      poolName: 'sandbox',
      maximum: 2,
      email: 'aws+sandbox-{n}@example.com',
      waitingUnit: 'Pool/Waiting',
      quarantineUnit: 'Pool/Quarantine',
    });
    for (const name of names) {
      const account = new Account(stack, `${name}-account`, {
        organization,
        pool,
        accountName: `shop-${name}`,
        organizationalUnit: 'Workloads/Test',
        accountTags: { team: name },
      });
      cicd.environment(name, { account });
    }
  };
}
const [empty, first, second] = [leasing(), leasing('first'), leasing('second')];

describe('an environment whose account is leased from a pool', () => {
  let harness: Harness;
  let accountId: string;
  /** Simulated seconds of each deployment: of its account, and until its environment was ready. */
  const seconds: Record<string, { readonly account: number; readonly environment: number }> = {};
  beforeAll(async () => {
    harness = await Harness.start({
      stubs: { clean: CLEAN },
      organizationalUnits: ['Workloads/Test', 'Pool/Waiting', 'Pool/Quarantine'],
    });
    expect(reasons(await harness.deploy(empty))).toBe('');
    await deploy('created', first);
    accountId = harness.vended['shop-first'];
  });
  afterAll(() => harness.stop());

  /** Deploys an app, and measures how long its account and its environment took. */
  async function deploy(name: string, app: (cicd: Cicd) => void): Promise<void> {
    const { cloudformation, clock } = harness.simulation;
    const startedAt = clock.now();
    expect(reasons(await harness.deploy(app))).toBe('');
    const environment = (clock.now() - startedAt) / 1000;
    const stack = cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd');
    const account = [...(stack?.resources.values() ?? [])].find(({ type }) => type === RESOURCE_TYPES.account);
    if (account) seconds[name] = { account: span(stack, account.logicalId), environment };
  }

  /** Seconds from the first to the last event of a resource, or of the stack itself. */
  function span(stack: SimulatedStack | undefined, logicalId = stack?.name): number {
    const times = (stack?.events ?? []).filter(event => event.logicalId === logicalId).map(({ at }) => at);
    return (Math.max(...times) - Math.min(...times)) / 1000;
  }

  async function lease(): Promise<LeaseRecord | undefined> {
    return harness.record<LeaseRecord>(`lease#${accountId}`);
  }

  async function maintain(): Promise<void> {
    const { lambda, cloudformation, clock } = harness.simulation;
    const resources = cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? [];
    const rule = [...resources].find(({ properties }) => properties.ScheduleExpression === 'rate(1 minute)');
    const [{ Arn: arn }] = rule?.properties.Targets as [{ Arn: string }];
    const { failed, payload } = await lambda.invoke(arn, POOL_MAINTENANCE);
    expect({ failed, payload }).toMatchObject({ failed: false });
    await clock.sleep(60);
  }

  async function accounts() {
    const { payload } = await harness.simulation.lambda.invoke(OPERATIONS, { operation: 'accounts' });
    return (JSON.parse(payload) as OperationResponse<never>).accounts;
  }

  test('has a new account while the pool is empty', async () => {
    expect(await new Reconciliation(harness).check()).toEqual([]);
    expect(harness.calls('organizations:CreateAccount')).toBe(1);
    expect(harness.simulation.organizations.unitPath(accountId)).toBe('Workloads/Test');
    expect(await lease()).toMatchObject({
      holder: { environmentName: 'first' }, pool: { poolName: 'sandbox', state: 'leased' },
    });
    expect(await accounts()).toMatchObject([
      { accountId, poolName: 'sandbox', state: 'leased', holder: 'first', accountName: 'shop-first' },
    ]);
    const cleanRole = `arn:aws:iam::${accountId}:role/org-environments-clean-${REGION}`;
    expect(harness.simulation.iam.role(cleanRole)).toBeDefined();
  });

  test('returns its account to the waiting unit when it is removed and clean', async () => {
    await deploy('removed', empty);
    await harness.simulation.clock.sleep(60);
    expect(await lease()).toMatchObject({ pool: { state: 'available' } });
    await maintain();
    await maintain();
    const { organizations } = harness.simulation;
    expect(organizations.unitPath(accountId)).toBe('Pool/Waiting');
    expect(organizations.account(accountId)).toMatchObject({ name: 'sandbox-1' });
    expect(await accounts()).toMatchObject([{ accountId, state: 'available' }]);
  });

  test('leases a free account without a new one, in less than 2 % of the time, with its bootstrap as it was',
    async () => {
      const { cloudformation } = harness.simulation;
      const bootstrap = () => {
        const stack = cloudformation.find(accountId, REGION, 'CDKToolkit');
        return { id: stack?.id, events: stack?.events?.length, bucket: stack?.resources.get('StagingBucket')?.id };
      };
      const before = bootstrap();
      expect(before.bucket).toMatch(/^cdk-hnb659fds-assets-/);
      const lists = harness.calls('organizations:ListAccounts');
      await deploy('leased', second);
      expect(harness.calls('organizations:ListAccounts')).toBe(lists);
      expect(harness.calls('organizations:CreateAccount')).toBe(1);
      expect(harness.vended['shop-second']).toBe(accountId);
      expect(bootstrap()).toEqual(before);
      expect(await lease()).toMatchObject({ holder: { environmentName: 'second' } });
      expect(seconds.leased.account / seconds.created.account).toBeLessThan(0.02);
    });

  test('is ready in less than 22 % of the time of a new one: what is left is its own role and its own pipeline', () => {
    expect(seconds.leased.environment / seconds.created.environment).toBeLessThan(0.22);
    const { cloudformation } = harness.simulation;
    const cicd = cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd');
    const role = [...(cicd?.resources.keys() ?? [])].find(logicalId => /^secondPipelineSourceRole/.test(logicalId));
    const pipeline = cloudformation.find(accountId, REGION, 'org-environments-pipeline-second');
    const byCloudFormation = span(cicd, role) + span(pipeline);
    expect(byCloudFormation).toBeGreaterThan(20);
    expect(seconds.leased.environment - byCloudFormation).toBeLessThanOrEqual(3);
  });
});
