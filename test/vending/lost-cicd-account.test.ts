import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Harness, reasons, REPOSITORY } from './harness';
import { Reconciliation } from './reconcile';
import { Account, AccountStack } from '../../src';
import { ACCESS_ROLE_ARN, CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const NEW_ACCOUNT = '333333333333';
const ENV = { account: NEW_ACCOUNT, region: REGION };

let harness: Harness;
beforeEach(async () => {
  // git, so that the repository can be pushed to the new account with all its branches
  harness = await Harness.start({ virtual: {} });
  expect(reasons(await harness.deploy(app))).toBe('');
});
afterEach(() => harness.stop());

function app(cicd: Cicd): void {
  const accounts = ['dev', 'test'].map(name => cicd.account(name));
  ['dev', 'test'].forEach((name, index) => cicd.environment(name, { account: accounts[index] }));
  const stack = new AccountStack(cicd.stack, 'Files', {
    organization: cicd.organization, account: accounts[0], stackName: 'files',
  });
  new Bucket(stack, 'Bucket', { bucketName: 'shop-files' });
}

/** Pushes the repository with all branches to the new CICD account. */
async function pushRepository(): Promise<void> {
  const { codecommit } = harness.simulation;
  const path = codecommit.path(CICD_ACCOUNT, REGION, REPOSITORY);
  await codecommit.seed(NEW_ACCOUNT, REGION, REPOSITORY, path ?? '');
}

/** Everything in the accounts that must neither be lost nor made twice. */
const inventory = () => ({
  accounts: harness.vended,
  stacks: harness.simulation.cloudformation.all
    .filter(({ deleted, accountId }) => !deleted && Object.values(harness.vended).includes(accountId))
    .map(({ accountId, id }) => `${accountId} ${id}`).sort(),
});

/** Names of the roles in the accounts of the environments whose trust names an account. */
function trusting(accountId: string): string[] {
  return Object.values(harness.vended).flatMap(member => harness.simulation.iam.rolesOf(member))
    .filter(({ trust }) => JSON.stringify(trust).includes(accountId)).map(({ roleName }) => roleName);
}

test('a new CICD account takes the environments of a closed one over, and nothing is made twice', async () => {
  const before = inventory();
  harness.simulation.organizations.suspend(CICD_ACCOUNT);
  await pushRepository();
  expect(reasons(await harness.deploy(app, { env: ENV, replacedCicdAccountId: CICD_ACCOUNT }))).toBe('');
  expect(inventory()).toEqual(before);
  expect(await new Reconciliation(harness, NEW_ACCOUNT).check()).toEqual([]);
  expect(trusting(CICD_ACCOUNT)).toEqual([]);
  const trust = JSON.stringify(harness.simulation.iam.role(ACCESS_ROLE_ARN)?.trust);
  expect(trust).toContain(NEW_ACCOUNT);
  expect(trust).not.toContain(CICD_ACCOUNT);

  // pushes reach the pipelines
  const { codecommit, codepipeline, clock } = harness.simulation;
  const git = codecommit.content(NEW_ACCOUNT, REGION, REPOSITORY);
  const parent = await git.head('env/dev');
  const author = { name: 'Anna', email: 'anna@example.com', at: clock.now() };
  const put = [{ path: 'till.txt', content: Buffer.from('new'), mode: '100644' as const }];
  const { commitId } = await git.commit({ parent, message: 'a change', author, put, remove: [] });
  await git.moveBranch('env/dev', parent, commitId);
  codecommit.pushed(NEW_ACCOUNT, REGION, REPOSITORY, `${parent} ${commitId} refs/heads/env/dev`);
  await clock.sleep(120);
  const [execution] = codepipeline.find(harness.vended['shop-dev'], REGION, 'dev')?.executions ?? [];
  expect(execution.found[0].revisionId).toBe(commitId);
});

test('a CICD account that has replaced another one does not need its id any more, and removes what it took over',
  async () => {
    harness.simulation.organizations.suspend(CICD_ACCOUNT);
    await pushRepository();
    expect(reasons(await harness.deploy(app, { env: ENV, replacedCicdAccountId: CICD_ACCOUNT }))).toBe('');
    const before = inventory();
    expect(reasons(await harness.deploy(app, { env: ENV }))).toBe('');
    expect(inventory()).toEqual(before);
    expect(reasons(await harness.deploy(cicd => cicd.environment('dev'), { env: ENV }))).toBe('');
    const left = inventory().stacks.map(stack => stack.replace(/.*stack\/([^/]+)\/.*/, '$1'));
    expect(left.filter(name => /pipeline|files/.test(name))).toEqual(['org-environments-pipeline-dev']);
  });

test('a new CICD account that does not name the closed one learns how to', async () => {
  harness.simulation.organizations.suspend(CICD_ACCOUNT);
  await pushRepository();
  expect(reasons(await harness.deploy(app, { env: ENV }))).toMatch(
    /in CICD account 222222222222: .* \(if that account is closed, set replacedCicdAccountId of Organization instead\)/,
  );
});

test('a CICD account that is in use keeps its environments', async () => {
  await pushRepository();
  expect(reasons(await harness.deploy(app, { env: ENV, replacedCicdAccountId: CICD_ACCOUNT }))).toContain(
    'the CICD account 222222222222 is not closed, so account 333333333333 cannot replace it: close account '
      + '222222222222, or remove replacedCicdAccountId from Organization',
  );
});

test('a CICD account that is in use keeps the trust of an imported account', async () => {
  harness.simulation.organizations.invite('444444444444', 'OrganizationAccountAccessRole');
  const imported = (cicd: Cicd): void => {
    cicd.environment('old', {
      account: Account.fromAccountId(cicd.stack, 'Imported', '444444444444'),
    });
  };
  await pushRepository();
  expect(reasons(await harness.deploy(imported, { env: ENV, replacedCicdAccountId: CICD_ACCOUNT }))).toContain(
    'the CICD account 222222222222 is not closed, so account 333333333333 cannot replace it',
  );
  expect(harness.simulation.cloudformation.find('444444444444', REGION, 'CDKToolkit')).toBeUndefined();
});
