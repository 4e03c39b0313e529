import { Harness, REPOSITORY, reasons } from './harness';
import { Reconciliation } from './reconcile';
import type { Content } from '../../rehearsal/services/codecommit/content';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const UNIT = 'Workloads/Test';

/** Calls of a check for each environment, with those of the function that checks all. */
const MAX_CALLS = 31;

function app(cicd: Cicd): void {
  for (const name of ['dev', 'test']) {
    const account = cicd.account(name, { organizationalUnit: UNIT, accountTags: { team: 'shop' } });
    cicd.environment(name, { account });
  }
}

/** Deletes a stack in the account of `dev` as an administrator. */
async function removeStack(harness: Harness, name: string): Promise<void> {
  const { cloudformation } = harness.simulation;
  const accountId = harness.vended['shop-dev'];
  await cloudformation.remove(accountId, REGION, name);
  await cloudformation.find(accountId, REGION, name)?.operation;
}

describe('change of an environment by hand', () => {
  let harness: Harness;
  let reconciliation: Reconciliation;
  let git: Content;
  let accountId: string;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(app))).toBe('');
    reconciliation = new Reconciliation(harness);
    git = harness.simulation.codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY);
    accountId = harness.vended['shop-dev'];
  });
  afterAll(() => harness.stop());

  const changeAccount = (change: { parentId: string } | { tags: Record<string, string> }) => {
    const { tree } = harness.simulation.organizations;
    const account = tree.account(accountId);
    if (account) tree.putAccount({ ...account, ...change });
  };
  const whats = async () => (await reconciliation.check()).map(({ what }) => what);

  /** Checks that a deployment of the unchanged app changes nothing, and that a repair leaves nothing to report. */
  async function expectRepaired(): Promise<void> {
    expect(await harness.deploy(app)).toMatchObject({ succeeded: true, changed: 0 });
    expect(await reconciliation.repair()).toEqual([]);
    expect(await whats()).toEqual([]);
  }

  test('nothing is reported for environments that are as declared, and a check writes nothing in AWS', async () => {
    const before = { ...harness.simulation.calls };
    expect(await whats()).toEqual([]);
    const calls = Object.entries(harness.simulation.calls)
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count > 0);
    const inAws = calls.filter(([name]) => !/^(dynamodb|lambda|logs):/.test(name));
    expect(inAws.map(([name]) => name).filter(name => !/:(Describe|Get|List|AssumeRole)/.test(name))).toEqual([]);
    const perEnvironment = calls.reduce((sum, [, count]) => sum + count, 0) / 2;
    expect(perEnvironment).toBeLessThanOrEqual(MAX_CALLS);
  });

  test('an account that was moved is moved back', async () => {
    changeAccount({ parentId: harness.simulation.organizations.tree.rootId });
    const [what, ...others] = await whats();
    expect(what).toMatch(/^account 'shop-dev' .* is in r-\w+, not in Workloads\/Test \(ou-[\w-]+\)$/);
    expect(others).toEqual([]);
    await expectRepaired();
    expect(harness.simulation.organizations.unitPath(accountId)).toBe(UNIT);
  });

  test('an account whose tags were removed is tagged again', async () => {
    const { tags = {} } = harness.simulation.organizations.account(accountId) ?? {};
    changeAccount({ tags: {} });
    expect(await whats()).toEqual([
      expect.stringMatching(/does not have the declared tags team, org-environments:registry-key$/),
    ]);
    await expectRepaired();
    expect(harness.simulation.organizations.account(accountId)?.tags).toEqual(tags);
  });

  test('a pipeline stack that was deleted is created again', async () => {
    const name = 'org-environments-pipeline-dev';
    await removeStack(harness, name);
    expect(await whats()).toEqual([`stack '${name}' in account ${accountId} and region ${REGION} does not exist`]);
    await expectRepaired();
    expect(harness.stackStatus(accountId, name)).toBe('CREATE_COMPLETE');
    expect(harness.simulation.codepipeline.find(accountId, REGION, 'dev')?.disabledTransitions.size).toBe(0);
  });

  test('a branch that was deleted is created again at its last commit', async () => {
    const commitId = await harness.push('env/dev', { 'till.txt': 'new' });
    // the pipeline starts, and its run is recorded
    await harness.simulation.clock.sleep(60);
    await git.moveBranch('env/dev', commitId, undefined);
    expect(await reconciliation.check()).toMatchObject([{
      what: "branch 'env/dev' of repository 'shop' does not exist",
      remedy: `it is created again at its last known commit ${commitId}`,
    }]);
    await expectRepaired();
    expect(await git.head('env/dev')).toBe(commitId);
  });

  test('a force-push is reported, with the commit that is lost, until it is accepted', async () => {
    const commitId = await harness.push('env/dev', { 'till.txt': 'newer' });
    expect(await whats()).toEqual([]);
    const { parents: [parent] } = await git.details(commitId);
    await git.moveBranch('env/dev', commitId, parent);
    for (let days = 0; days < 2; days++) {
      expect(await reconciliation.check(['dev'])).toMatchObject([{
        what: `branch 'env/dev' of repository 'shop' was force-pushed: commit ${commitId} is not in it any more`,
        remedy: expect.stringContaining(`git push --force origin ${commitId}:refs/heads/env/dev`),
      }]);
    }
    const [dev, test] = await reconciliation.status();
    expect(dev.drifts).toHaveLength(1);
    expect(test.drifts).toBeUndefined();
    await expectRepaired();
    expect(await git.head('env/dev')).toBe(parent);
  });
});

describe('deletion of a stack that prepares an account', () => {
  let harness: Harness;
  let reconciliation: Reconciliation;
  beforeEach(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(app))).toBe('');
    reconciliation = new Reconciliation(harness);
  });
  afterEach(() => harness.stop());

  test('a bootstrap stack that was deleted is reported, and the bucket that prevents its repair', async () => {
    await removeStack(harness, 'CDKToolkit');
    const [{ what }] = await reconciliation.check();
    expect(what).toMatch(/^stack 'CDKToolkit' in account .* does not exist$/);
    // the template retains the bucket, so CloudFormation cannot create it
    await expect(reconciliation.repair()).rejects.toThrow(
      /StagingBucket .* already exists; remove the cause and run: org-environments reconcile --environment dev/,
    );
  });

  test('a baseline stack that was deleted is reported, and what uses its policies', async () => {
    await removeStack(harness, 'org-environments-baseline');
    const [{ what }] = await reconciliation.check();
    expect(what).toMatch(/^stack 'org-environments-baseline' in account .* is in state DELETE_FAILED$/);
    await expect(reconciliation.repair()).rejects.toThrow(
      /Cannot delete a policy .*; remove the cause and run: org-environments reconcile --environment dev/,
    );
  });

  test('both are created again after both stacks and their buckets were deleted', async () => {
    const accountId = harness.vended['shop-dev'];
    await removeStack(harness, 'CDKToolkit');
    await removeStack(harness, 'org-environments-baseline');
    harness.simulation.s3.removeBucket(`cdk-hnb659fds-assets-${accountId}-${REGION}`);
    harness.simulation.s3.removeBucket(`org-environments-artifacts-${accountId}-${REGION}`);
    expect((await reconciliation.check()).map(({ what }) => what)).toEqual([
      expect.stringContaining("stack 'org-environments-baseline'"),
      expect.stringContaining("stack 'CDKToolkit'"),
      expect.stringMatching(/^cannot assume role .* to deploy stack/),
    ]);
    await reconciliation.repair();
    expect(await reconciliation.check()).toEqual([]);
  });
});
