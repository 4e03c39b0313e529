import { CfnResource } from 'aws-cdk-lib';
import { failingDeployment } from './failing-deployment';
import { reasons, Harness } from './harness';
import { Reconciliation } from './reconcile';
import { WAYS } from './unusable-ways';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { PipelineDefinition } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** Defines environments with one pipeline definition, which a version changes. */
function app(names: readonly string[], version: string, addMore: (cicd: Cicd) => void = () => {}) {
  return (cicd: Cicd): void => {
    const definition = PipelineDefinition.cdk({ environmentVariables: { VERSION: version } });
    for (const name of names) cicd.environment(name, { account: cicd.account(name), pipeline: { definition } });
    addMore(cicd);
  };
}

/** The same app after an upgrade of the library that changes the baseline of all accounts. */
function upgraded(names: readonly string[], version: string) {
  return app(names, version, cicd => {
    for (const resource of cicd.stack.node.findAll()) {
      if (resource instanceof CfnResource && resource.cfnResourceType === 'Custom::OrgEnvironmentsAccount') {
        resource.addPropertyOverride('templates', 'upgraded');
      }
    }
  });
}

test.each(Object.entries(WAYS))(
  'an account that %s prevents neither an upgrade, nor that others are added, changed and removed, nor a rollback',
  async (_, makeUnusable) => {
    const harness = await Harness.start();
    try {
      expect(reasons(await harness.deploy(app(['dev', 'test', 'prod'], '1')))).toBe('');
      await makeUnusable(harness, harness.vended['shop-test']);
      expect(reasons(await harness.deploy(upgraded(['dev', 'test', 'qa'], '2')))).toBe('');
      const stackOf = (name: string) => harness.simulation.cloudformation.find(
        harness.vended[`shop-${name}`], REGION, `org-environments-pipeline-${name}`,
      );
      for (const name of ['dev', 'qa']) expect(stackOf(name)?.target.body).toMatch(/VERSION[^}]*"[Vv]alue":\s*"2"/);
      expect(stackOf('prod')?.deleted ?? true).toBe(true);
      const failing = app(['dev', 'test', 'qa'], '3', failingDeployment);
      expect(reasons(await harness.deploy(failing))).toMatch(/'same' already exists/);
      expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_COMPLETE');
    } finally {
      await harness.stop();
    }
  },
);

describe('environment in an account that AWS has suspended', () => {
  let harness: Harness;
  let suspended: string;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(app(['dev', 'test', 'prod'], '1')))).toBe('');
    suspended = harness.vended['shop-test'];
    harness.simulation.organizations.suspend(suspended);
  });
  afterAll(() => harness.stop());

  const cicdStatus = () => harness.stackStatus(CICD_ACCOUNT, 'Cicd');
  const pipelineStack = (name: string) => harness.simulation.cloudformation.find(
    harness.vended[`shop-${name}`], REGION, `org-environments-pipeline-${name}`,
  );
  const version = (name: string) =>
    /VERSION[^}]*"(?:Value|value)":\s*"(\w+)"/.exec(pipelineStack(name)?.target.body ?? '')?.[1];
  const deferral = async (name: string) =>
    (await harness.record<EnvironmentRecord>(`environment#${name}`))?.sides.only.pipelines[0]?.deferral;

  test('does not prevent a change of all pipelines, which is recorded as pending for it', async () => {
    expect(reasons(await harness.deploy(app(['dev', 'test', 'prod'], '2')))).toBe('');
    expect([version('dev'), version('test'), version('prod')]).toEqual(['2', '1', '2']);
    expect(await deferral('dev')).toBeUndefined();
    expect(await deferral('test')).toMatchObject({ reason: expect.stringContaining(`in account ${suspended}`) });
  });

  test('does not prevent that another version of the library updates the baseline of all accounts', async () => {
    expect(reasons(await harness.deploy(upgraded(['dev', 'test', 'prod'], '2')))).toBe('');
    expect(await harness.record(`unreachable#${suspended}`)).toMatchObject({
      accountId: suspended, reason: expect.stringContaining('was suspended by AWS'),
    });
    expect(reasons(await harness.deploy(app(['dev', 'test', 'prod'], '2')))).toBe('');
  });

  test('does not prevent the rollback of such a change', async () => {
    const failing = app(['dev', 'test', 'prod'], '3', failingDeployment);
    expect(reasons(await harness.deploy(failing))).toMatch(/'same' already exists/);
    expect(cicdStatus()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([version('dev'), version('prod')]).toEqual(['2', '2']);
  });

  test('does not prevent that other environments are added and removed', async () => {
    expect(reasons(await harness.deploy(app(['dev', 'test', 'qa'], '4')))).toBe('');
    expect([version('dev'), version('qa')]).toEqual(['4', '4']);
    expect(pipelineStack('prod')?.deleted ?? true).toBe(true);
    expect(await deferral('test')).toBeDefined();
  });

  test('is reported, and changed by the daily check after AWS has reinstated the account', async () => {
    const reconciliation = new Reconciliation(harness);
    const [drift, ...others] = await reconciliation.check(['test']);
    expect(drift).toMatchObject({ what: expect.stringContaining('was suspended by AWS'), isRepairable: false });
    expect(others.every(({ isRepairable }) => !isRepairable)).toBe(true);
    harness.simulation.organizations.reinstate(suspended);
    expect(await reconciliation.daily()).toEqual([]);
    expect(version('test')).toBe('4');
    expect(await deferral('test')).toBeUndefined();
    harness.simulation.organizations.suspend(suspended);
    expect(reasons(await harness.deploy(app(['dev', 'test', 'qa'], '4.1')))).toBe('');
  });

  test('is changed by the next deployment after AWS has reinstated the account', async () => {
    harness.simulation.organizations.reinstate(suspended);
    expect(reasons(await harness.deploy(upgraded(['dev', 'test', 'qa'], '5')))).toBe('');
    expect([version('dev'), version('test'), version('qa')]).toEqual(['5', '5', '5']);
    expect(await deferral('test')).toBeUndefined();
    expect(await harness.record(`unreachable#${suspended}`)).toBeUndefined();
  });
});
