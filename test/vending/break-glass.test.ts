import { cpSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { failingDeployment } from './failing-deployment';
import { Harness, reasons, REPOSITORY } from './harness';
import { Reconciliation } from './reconcile';
import { PipelineDefinition } from '../../src';
import { ACCESS_ROLE_ARN, CICD_ACCOUNT, MANAGEMENT_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** Defines environments with tags of their accounts and a pipeline definition, which a version changes. */
function app(names: readonly string[], version = '1', addMore: (cicd: Cicd) => void = () => {}) {
  return (cicd: Cicd): void => {
    const definition = PipelineDefinition.cdk({ environmentVariables: { VERSION: version } });
    for (const name of names) {
      cicd.environment(name, { account: cicd.account(name, { accountTags: { version } }), pipeline: { definition } });
    }
    addMore(cicd);
  };
}

let harness: Harness;
afterEach(() => harness.stop());

const lastExecution = (name: string) =>
  harness.simulation.codepipeline.find(harness.vended[`shop-${name}`], REGION, name)?.executions[0];

async function startsAt(name: string, commitId: string): Promise<boolean> {
  await harness.simulation.clock.sleep(240);
  return lastExecution(name)?.found.some(({ revisionId }) => revisionId === commitId) === true;
}

test('environments deploy without the role in the management account, and it is created again', async () => {
  harness = await Harness.start();
  expect(reasons(await harness.deploy(app(['dev'])))).toBe('');
  harness.simulation.iam.removeRole(ACCESS_ROLE_ARN);
  expect(await startsAt('dev', await harness.push('env/dev', { 'till.txt': 'new' }))).toBe(true);

  // the unchanged stack of the management account creates nothing
  const failed = await harness.deploy(app(['dev', 'test']));
  expect(reasons(failed)).toContain(`cannot assume role '${ACCESS_ROLE_ARN}' of the management account`);
  expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(harness.vended).not.toHaveProperty('shop-test');

  await harness.simulation.cloudformation.remove(MANAGEMENT_ACCOUNT, REGION, 'Management');
  expect(reasons(await harness.deploy(app(['dev', 'test'], '2')))).toBe('');
  expect(await new Reconciliation(harness).check()).toEqual([]);
});

test('an update without the role in the management account is rolled back, and made when there is a role', async () => {
  harness = await Harness.start();
  expect(reasons(await harness.deploy(app(['dev', 'test'])))).toBe('');
  harness.simulation.iam.removeRole(ACCESS_ROLE_ARN);
  expect(reasons(await harness.deploy(app(['dev', 'test'], '2')))).toContain('of the management account');
  expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_COMPLETE');
  const pending = async () => Promise.all(['dev', 'test'].map(async name =>
    (await harness.record(`unreachable#${harness.vended[`shop-${name}`]}`)) !== undefined));
  expect(await pending()).toContain(true);

  await harness.simulation.cloudformation.remove(MANAGEMENT_ACCOUNT, REGION, 'Management');
  expect(reasons(await harness.deploy(app(['dev', 'test'])))).toBe('');
  const reconciliation = new Reconciliation(harness);
  expect((await reconciliation.check()).map(({ isDeferredUpdate }) => isDeferredUpdate)).toContain(true);
  expect(await reconciliation.repair()).toEqual([]);
  expect(await pending()).toEqual([false, false]);
  expect(reasons(await harness.deploy(app(['dev', 'test'], '2')))).toBe('');
});

test('the rollback of the CICD stack ends without the resource that cannot be restored', async () => {
  harness = await Harness.start();
  const withPolicy = (roleName: string, addMore: (cicd: Cicd) => void = () => {}) => (cicd: Cicd): void => {
    new CfnPolicy(cicd.stack, 'Own', {
      policyName: 'own', roles: [roleName], policyDocument: { Version: '2012-10-17', Statement: [] },
    });
    app(['dev'])(cicd);
    addMore(cicd);
  };
  const { iam, cloudformation, server } = harness.simulation;
  const names = ['helper', 'other'];
  for (const roleName of names) {
    iam.putRole({
      arn: `arn:aws:iam::${CICD_ACCOUNT}:role/${roleName}`,
      roleName,
      roleId: `AROA${roleName}`,
      accountId: CICD_ACCOUNT,
      trust: { Version: '2012-10-17', Statement: [] },
      policies: {},
      managedPolicyArns: [],
      tags: {},
    });
  }
  expect(reasons(await harness.deploy(withPolicy('helper')))).toBe('');
  iam.removeRole(`arn:aws:iam::${CICD_ACCOUNT}:role/helper`);
  await harness.deploy(withPolicy('other', failingDeployment));
  expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_FAILED');

  const { accessKeyId } = iam.issue({ accountId: CICD_ACCOUNT, arn: `arn:aws:iam::${CICD_ACCOUNT}:root` });
  const call = async (operation: string, input: object) => server.call({
    service: 'cloudformation', operation, region: REGION, accessKeyId, input: { StackName: 'Cicd', ...input },
  });
  const { StackEvents } = await call('DescribeStackEvents', {}) as { StackEvents: StackEvent[] };
  const [event] = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED');
  expect(event).toMatchObject({ LogicalResourceId: 'Own', ResourceStatusReason: expect.stringContaining('helper') });
  await call('ContinueUpdateRollback', { ResourcesToSkip: [event.LogicalResourceId] });
  await cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.operation;
  expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(reasons(await harness.deploy(withPolicy('other')))).toBe('');
});

test('a repository that was deleted is created again with all branches, and pushes start pipelines', async () => {
  // git, so that the repository can be cloned with all its branches
  harness = await Harness.start({ virtual: {} });
  const { codecommit } = harness.simulation;
  expect(reasons(await harness.deploy(app(['dev'])))).toBe('');
  const clone = join(mkdtempSync(join(tmpdir(), 'clone-')), 'shop.git');
  cpSync(codecommit.path(CICD_ACCOUNT, REGION, REPOSITORY) ?? '', clone, { recursive: true });
  await codecommit.remove(CICD_ACCOUNT, REGION, REPOSITORY);
  await codecommit.seed(CICD_ACCOUNT, REGION, REPOSITORY, clone);
  expect(reasons(await harness.deploy(app(['dev'], '2')))).toBe('');
  expect(await new Reconciliation(harness).check()).toEqual([]);
  expect(await startsAt('dev', await harness.push('env/dev', { 'till.txt': 'new' }))).toBe(true);
});

test('each step of docs/break-glass.md names the file that rehearses it', () => {
  const root = join(__dirname, '../..');
  const text = readFileSync(join(root, 'docs/break-glass.md'), 'utf8');
  const steps = text.split(/^(?=\d\. |## )/m).filter(part => /^\d\. /.test(part));
  expect(steps.length).toBeGreaterThan(15);
  const files = steps.map(step => /`(test\/[\w/.-]+)`\)/.exec(step)?.[1] ?? step);
  expect(files.filter(file => !existsSync(join(root, file)))).toEqual([]);
});
