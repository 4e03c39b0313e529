import { CfnResource } from 'aws-cdk-lib';
import { reasons, Harness } from './harness';
import { WAYS } from './unusable-ways';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { PipelineDefinition } from '../../src';
import { REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const ALL_WAYS: typeof WAYS = {
  ...WAYS,
  'was suspended': ({ simulation }, accountId) => simulation.organizations.suspend(accountId),
};

const NAMES = Array.from({ length: 50 }, (_, index) => `env${index + 1}`);
const UNUSABLE = Object.keys(ALL_WAYS).map((_, index) => `env${index + 1}`);
const [REMOVED, ...OTHERS] = NAMES.slice(UNUSABLE.length);

/** Defines environments that share one pipeline definition, which a version changes. */
function app(names: readonly string[], version: string, isUpgraded = false) {
  return (cicd: Cicd): void => {
    const definition = PipelineDefinition.cdk({ environmentVariables: { VERSION: version } });
    for (const name of names) cicd.environment(name, { account: cicd.account(name), pipeline: { definition } });
    if (!isUpgraded) return;
    // another version of the library changes the baseline of all accounts
    for (const resource of cicd.stack.node.findAll()) {
      if (resource instanceof CfnResource && resource.cfnResourceType === 'Custom::OrgEnvironmentsAccount') {
        resource.addPropertyOverride('templates', 'upgraded');
      }
    }
  };
}

describe(`with ${UNUSABLE.length} of 50 accounts unusable, each in another way`, () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(app(NAMES, '1')))).toBe('');
    for (const [index, makeUnusable] of Object.values(ALL_WAYS).entries()) {
      await makeUnusable(harness, harness.vended[`shop-${UNUSABLE[index]}`]);
    }
  });
  afterAll(() => harness.stop());

  const stackOf = (name: string) => harness.simulation.cloudformation.find(
    harness.vended[`shop-${name}`], REGION, `org-environments-pipeline-${name}`,
  );
  const version = (name: string) =>
    /VERSION[^}]*"(?:Value|value)":\s*"(\w+)"/.exec(stackOf(name)?.target.body ?? '')?.[1];
  const pending = async (): Promise<readonly string[]> => {
    const records = await Promise.all(
      [...NAMES, 'added'].map(async name => harness.record<EnvironmentRecord>(`environment#${name}`)),
    );
    return records.flatMap(record => record?.sides.only.pipelines.some(({ deferral }) => deferral)
      ? [record.environmentName]
      : []);
  };

  test('others are changed, added and removed, and it is recorded as pending', async () => {
    expect(reasons(await harness.deploy(app([...UNUSABLE, ...OTHERS, 'added'], '2')))).toBe('');
    expect(new Set([...OTHERS, 'added'].map(version))).toEqual(new Set(['2']));
    expect(version(REMOVED)).toBeUndefined();
    // pipelines are deployed with the roles of the baseline
    expect(Object.fromEntries(Object.keys(ALL_WAYS).map((way, index) => [way, version(UNUSABLE[index])]))).toEqual({
      'was closed': '1',
      'has no access role': '2',
      'has no bootstrap': '2',
      'has no baseline': '1',
      'was suspended': '1',
    });
    expect(await pending()).toEqual(UNUSABLE.filter(name => version(name) === '1'));
  });

  test('an upgrade of the library succeeds', async () => {
    expect(reasons(await harness.deploy(app([...UNUSABLE, ...OTHERS, 'added'], '2', true)))).toBe('');
    const unreachable = async (name: string) => harness.record(`unreachable#${harness.vended[`shop-${name}`]}`);
    expect(await Promise.all(UNUSABLE.map(unreachable))).not.toContain(undefined);
    expect(await unreachable(REMOVED)).toBeUndefined();
  });
});
