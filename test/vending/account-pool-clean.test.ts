import { reasons, Harness } from './harness';
import type { LeaseRecord } from '../../lambda/registry/lease';
import { Account, AccountPool } from '../../src';
import { POOL_MAINTENANCE } from '../../src/pool/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const DAY = 24 * 3600;

/** Defines environments whose accounts are leased from a pool. */
function leasing(...names: readonly string[]) {
  return (cicd: Cicd): void => {
    const { stack, organization } = cicd;
    const pool = new AccountPool(stack, 'Pool', {
      organization,
      poolName: 'sandbox',
      maximum: 1,
      email: 'aws+sandbox-{n}@example.com',
      waitingUnit: 'Pool/Waiting',
      quarantineUnit: 'Pool/Quarantine',
    });
    for (const name of names) {
      cicd.environment(name, { account: new Account(stack, `${name}-account`, { organization, pool }) });
    }
  };
}
const [empty, first, second] = [leasing(), leasing('first'), leasing('second')];

describe('the account of a removed environment', () => {
  let harness: Harness;
  let accountId: string;
  beforeAll(async () => {
    harness = await Harness.start({ organizationalUnits: ['Pool/Waiting', 'Pool/Quarantine'] });
    expect(reasons(await harness.deploy(first))).toBe('');
    accountId = harness.simulation.organizations.accounts.find(({ joined }) => joined === 'CREATED')?.accountId ?? '';
  });
  afterAll(() => harness.stop());

  const lease = async () => harness.record<LeaseRecord>(`lease#${accountId}`);
  const buckets = () => harness.simulation.cloudformation.inventory.all({ accountId, region: REGION })
    .filter(({ type }) => type === 'AWS::S3::Bucket').map(({ id }) => id).sort();

  async function deployApplication(properties: object): Promise<void> {
    const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    const stack = await harness.simulation.cloudformation.create({
      accountId,
      region: REGION,
      name: 'Shop',
      body: JSON.stringify({
        Resources: {
          Orders: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'orders', ...properties }, ...retained },
        },
      }),
      roleArn: `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`,
    });
    expect(stack.status).toBe('CREATE_COMPLETE');
  }

  /** Lets days pass, in which the maintenance of the pools runs. */
  async function pass(days: number): Promise<void> {
    const { lambda, cloudformation, clock } = harness.simulation;
    const resources = cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? [];
    const rule = [...resources].find(({ properties }) => properties.ScheduleExpression === 'rate(1 minute)');
    const [{ Arn: arn }] = rule?.properties.Targets as [{ Arn: string }];
    for (let steps = 0; steps < days * 4; steps++) {
      await clock.sleep(DAY / 4);
      expect(await lambda.invoke(arn, POOL_MAINTENANCE)).toMatchObject({ failed: false });
    }
  }

  test('is cleaned with the permissions of its role, proved clean, and leased again with its bootstrap', async () => {
    const before = buckets();
    await deployApplication({});
    harness.simulation.s3.write('orders', 'order/1', Buffer.from('order'));
    expect(reasons(await harness.deploy(empty))).toBe('');
    expect(buckets()).toContain('orders');
    await pass(1);
    expect(await lease()).toMatchObject({ pool: { state: 'waiting-proof' } });
    await pass(3);
    expect(await lease()).toMatchObject({ pool: { state: 'available' } });
    expect(buckets()).toEqual(before);
    expect(reasons(await harness.deploy(second))).toBe('');
    expect(harness.calls('organizations:CreateAccount')).toBe(1);
    expect(await lease()).toMatchObject({ pool: { state: 'leased' }, holder: { environmentName: 'second' } });
  });

  test('goes to quarantine, named with its reason, while something in it cannot be deleted', async () => {
    await deployApplication({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } },
      },
    });
    harness.simulation.s3.write('orders', 'order/1', Buffer.from('order'));
    expect(reasons(await harness.deploy(empty))).toBe('');
    await pass(4);
    const leftover = expect.stringMatching(/^AWS::S3::Bucket 'orders' in eu-west-1: waits until 20\d\d-/);
    expect(await lease()).toMatchObject({ pool: { state: 'quarantine', leftovers: [leftover] } });
    expect(harness.simulation.organizations.unitPath(accountId)).toBe('Pool/Quarantine');
  });
});
