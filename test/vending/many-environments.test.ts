import { CfnResource } from 'aws-cdk-lib';
import { reasons, Harness } from './harness';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { PipelineDefinition } from '../../src';
import { REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const NAMES = Array.from({ length: 50 }, (_, index) => `env${index + 1}`);
const [SUSPENDED, REMOVED, ...OTHERS] = NAMES;

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

describe('with one of 50 accounts suspended', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(app(NAMES, '1')))).toBe('');
    harness.simulation.organizations.suspend(harness.vended[`shop-${SUSPENDED}`]);
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
    expect(reasons(await harness.deploy(app([SUSPENDED, ...OTHERS, 'added'], '2')))).toBe('');
    expect(new Set([...OTHERS, 'added'].map(version))).toEqual(new Set(['2']));
    expect([version(SUSPENDED), version(REMOVED)]).toEqual(['1', undefined]);
    expect(await pending()).toEqual([SUSPENDED]);
  });

  test('an upgrade of the library succeeds', async () => {
    expect(reasons(await harness.deploy(app([SUSPENDED, ...OTHERS, 'added'], '2', true)))).toBe('');
    expect(await harness.record(`unreachable#${harness.vended[`shop-${SUSPENDED}`]}`)).toBeDefined();
    expect(await harness.record(`unreachable#${harness.vended[`shop-${REMOVED}`]}`)).toBeUndefined();
  });
});
