import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Harness, reasons } from './harness';
import { Reconciliation } from './reconcile';
import type { Item } from '../../rehearsal/services/dynamodb/expressions';
import { Account, AccountPool, AccountStack, PipelineDefinition } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** Defines environments with one pipeline definition, and a stack in the account of the first one. */
function app(names: readonly string[], version = '1') {
  return (cicd: Cicd): void => {
    const definition = PipelineDefinition.cdk({ environmentVariables: { VERSION: version } });
    const accounts = names.map(name => cicd.account(name));
    names.forEach((name, index) => cicd.environment(name, { account: accounts[index], pipeline: { definition } }));
    const stack = new AccountStack(cicd.stack, 'Files', {
      organization: cicd.organization, account: accounts[0], stackName: 'files',
    });
    new Bucket(stack, 'Bucket', { bucketName: 'shop-files' });
  };
}

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const tableName = (): string => {
  const stack = harness.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd');
  return [...(stack?.resources.values() ?? [])].find(({ type }) => type === 'AWS::DynamoDB::Table')?.id ?? '';
};
const items = (): readonly Item[] => harness.simulation.tables.items(CICD_ACCOUNT, REGION, tableName());
const empty = (): void => harness.simulation.tables.restore(CICD_ACCOUNT, REGION, tableName(), []);
const stackIn = (name: string, stackName = `org-environments-pipeline-${name}`) =>
  harness.simulation.cloudformation.find(harness.vended[`shop-${name}`], REGION, stackName);
/** Everything that must neither be lost nor made twice. */
const inventory = () => ({
  accounts: harness.vended,
  stacks: harness.simulation.cloudformation.all.filter(({ deleted, name }) => !deleted && name !== 'Cicd')
    .map(({ accountId, id }) => `${accountId} ${id}`).sort(),
  pipelines: Object.values(harness.vended)
    .flatMap(accountId => harness.simulation.codepipeline.pipelines(accountId, REGION).map(({ name }) => name)).sort(),
});

describe('a registry without records', () => {
  test('is filled by a deployment that changes all environments, and nothing is made twice', async () => {
    expect(reasons(await harness.deploy(app(['dev', 'test'])))).toBe('');
    const before = inventory();
    empty();
    expect(reasons(await harness.deploy(app(['dev', 'test'], '2')))).toBe('');
    expect(inventory()).toEqual(before);
    expect((await new Reconciliation(harness).check()).map(({ what }) => what)).toEqual([]);
  });

  test('does not prevent that a removed environment is deleted with its pipeline and applications', async () => {
    expect(reasons(await harness.deploy(app(['dev', 'test'])))).toBe('');
    const accountId = harness.vended['shop-test'];
    await harness.simulation.cloudformation.create({
      accountId,
      region: REGION,
      name: 'shop-app',
      body: JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } }),
      roleArn: `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`,
    });
    await harness.simulation.cloudformation.find(accountId, REGION, 'shop-app')?.operation;
    empty();
    expect(reasons(await harness.deploy(app(['dev'])))).toBe('');
    expect(harness.simulation.codepipeline.pipelines(accountId, REGION)).toEqual([]);
    expect([stackIn('test')?.deleted ?? true, stackIn('test', 'shop-app')?.deleted ?? true]).toEqual([true, true]);
    expect(stackIn('dev', 'files')?.deleted).toBe(false);
  });
});

test('an empty table takes the place of a registry that cannot be restored', async () => {
  expect(reasons(await harness.deploy(app(['dev', 'test'])))).toBe('');
  const before = inventory();
  harness.simulation.tables.restoreAs(CICD_ACCOUNT, REGION, tableName(), 'empty', []);
  expect(reasons(await harness.deploy(app(['dev', 'test']), { registryName: 'empty' }))).toBe('');
  expect(inventory()).toEqual(before);
  expect(await new Reconciliation(harness).check()).toEqual([]);
});

test('a stack without the mark of the app is not adopted', async () => {
  expect(reasons(await harness.deploy(app(['dev'])))).toBe('');
  const stack = stackIn('dev', 'files');
  if (stack) Object.assign(stack.target, { tags: {} });
  harness.simulation.tables.restoreAs(CICD_ACCOUNT, REGION, tableName(), 'empty', []);
  expect(reasons(await harness.deploy(app(['dev']), { registryName: 'empty' }))).toMatch(
    /account \d+ already has a stack 'files' that this app did not create/,
  );
  expect(stack?.deleted).toBe(false);
});

test('a registry of a time before three changes is restored: nothing is lost, and nothing is made twice', async () => {
  expect(reasons(await harness.deploy(app(['dev', 'test'])))).toBe('');
  const backup = items();
  // an environment is changed, one is added, and one is removed
  expect(reasons(await harness.deploy(app(['dev', 'test'], '2')))).toBe('');
  expect(reasons(await harness.deploy(app(['dev', 'test', 'qa'], '2')))).toBe('');
  expect(reasons(await harness.deploy(app(['dev', 'qa'], '2')))).toBe('');
  const before = inventory();
  harness.simulation.tables.restoreAs(CICD_ACCOUNT, REGION, tableName(), 'restored', backup);

  const result = await harness.deploy(app(['dev', 'qa'], '2'), { registryName: 'restored' });
  expect(reasons(result)).toBe('');
  expect(inventory()).toEqual(before);
  const commitId = await harness.push('env/qa', { 'till.txt': 'new' });
  await harness.simulation.clock.sleep(60);
  const [execution] = harness.simulation.codepipeline.find(harness.vended['shop-qa'], REGION, 'qa')?.executions ?? [];
  expect(execution.found[0].revisionId).toBe(commitId);
  // the environment that was removed is still in the backup
  const reconciliation = new Reconciliation(harness);
  const stale = await reconciliation.check();
  expect(stale.map(({ what }) => what).sort()).toEqual(['testaccount', 'testBranch', 'testPipeline'].sort().map(id => (
    expect.stringMatching(new RegExp(`^'${id}.*' was removed from stack 'Cicd', but the registry still has it$`))
  )));
  expect(await reconciliation.repair()).toEqual([]);
  expect(await reconciliation.check()).toEqual([]);
  expect(inventory()).toEqual(before);
  expect(harness.simulation.tables.items(CICD_ACCOUNT, REGION, 'restored').map(({ pk }) => String(pk))
    .filter(pk => /^(pipeline|environment|route|branch|resource|drift)#.*test/.test(pk))).toEqual([]);
});

describe('environments whose accounts are leased from a pool', () => {
  /** Defines a pool, and environments that lease from it. */
  const leasing = (...names: readonly string[]) => (cicd: Cicd): void => {
    const { stack, organization } = cicd;
    const pool = new AccountPool(stack, 'Pool', {
      organization,
      poolName: 'sandbox',
      maximum: 4,
      email: 'aws+sandbox-{n}@example.com',
      waitingUnit: 'Pool/Waiting',
      quarantineUnit: 'Pool/Quarantine',
    });
    for (const name of names) {
      const account = new Account(stack, `${name}-account`, { organization, pool, accountName: `shop-${name}` });
      cicd.environment(name, { account });
    }
  };

  beforeEach(async () => {
    await harness.stop();
    harness = await Harness.start({ organizationalUnits: ['Pool/Waiting', 'Pool/Quarantine'] });
  });

  const registries = ['of a time before their leases', 'without records'];
  test.each(registries)('keep their accounts in a registry %s', async name => {
    expect(reasons(await harness.deploy(leasing()))).toBe('');
    const backup = name === 'without records' ? [] : items();
    expect(reasons(await harness.deploy(leasing('dev', 'test')))).toBe('');
    const before = inventory();
    harness.simulation.tables.restoreAs(CICD_ACCOUNT, REGION, tableName(), 'restored', backup);
    expect(reasons(await harness.deploy(leasing('dev', 'test'), { registryName: 'restored' }))).toBe('');
    expect(inventory()).toEqual(before);
    expect((await new Reconciliation(harness).check()).map(({ what }) => what)).toEqual([]);
    // the removal of one cleans its account
    const accountId = harness.vended['shop-test'];
    expect(reasons(await harness.deploy(leasing('dev'), { registryName: 'restored' }))).toBe('');
    const restored = harness.simulation.tables.items(CICD_ACCOUNT, REGION, 'restored');
    expect(restored.find(({ pk }) => pk === `lease#${accountId}`)).toMatchObject({
      pool: { state: 'cleaning', isCleanStarted: true },
    });
  });
});
