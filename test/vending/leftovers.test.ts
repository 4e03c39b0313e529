import { reasons, Harness } from './harness';
import type { LeaseRecord } from '../../lambda/registry/lease';
import type { LeftoverRecord } from '../../lambda/registry/leftover';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const PIPELINE_STACK = 'org-environments-pipeline-dev';

function withDev(cicd: Cicd): void {
  cicd.environment('test');
  cicd.environment('dev', { account: cicd.account('dev') });
}
function withoutDev(cicd: Cicd): void {
  cicd.environment('test');
  cicd.account('dev');
}

/** What prevents a deletion, and what ends it. */
const CAUSES = [
  [
    'its deploy role is missing',
    ({ simulation: { iam } }: Harness, accountId: string) => {
      const role = iam.role(`arn:aws:iam::${accountId}:role/cdk-hnb659fds-deploy-role-${accountId}-${REGION}`);
      if (!role) throw new Error('the account has no deploy role');
      iam.removeRole(role.arn);
      return () => iam.putRole(role);
    },
  ],
  [
    'its account is suspended',
    ({ simulation: { organizations } }: Harness, accountId: string) => {
      organizations.suspend(accountId);
      return () => organizations.reinstate(accountId);
    },
  ],
] as const;

describe.each(CAUSES)('an environment that is removed while %s', (_, prevent) => {
  let harness: Harness;
  let accountId: string;
  let end: () => unknown;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(withDev))).toBe('');
    accountId = harness.vended['shop-dev'];
    await harness.simulation.cloudformation.create({
      accountId,
      region: REGION,
      name: 'Shop',
      body: JSON.stringify({ Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } }),
      roleArn: `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`,
    });
    end = prevent(harness, accountId);
  });
  afterAll(() => harness.stop());

  const remaining = () => [harness.stackStatus(accountId, 'Shop'), harness.stackStatus(accountId, PIPELINE_STACK)];
  const leftover = async () =>
    harness.record<LeftoverRecord>(`leftover#pipeline#${accountId}#${REGION}#dev`);
  const holder = async () => (await harness.record<LeaseRecord>(`lease#${accountId}`))?.holder?.environmentName;

  test('fails at each of the three attempts of CloudFormation, and remains known', async () => {
    const failed = await harness.deploy(withoutDev);
    expect(failed.failures).toHaveLength(3);
    expect(reasons(failed)).toMatch(/cannot be assumed.*to leave it in the account, run: org-environments forget dev/);
    expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_COMPLETE');
    expect(remaining()).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
    expect(await leftover()).toMatchObject({ name: 'dev', accountId, stackName: PIPELINE_STACK });
    expect(await holder()).toBe('dev');
  });

  test('is deleted with its application when it is put back and removed again', async () => {
    end();
    expect(reasons(await harness.deploy(withDev))).toBe('');
    expect(await leftover()).toBeUndefined();
    expect(harness.simulation.codepipeline.pipelines(accountId, REGION)).toMatchObject([{ disabled: false }]);
    expect(reasons(await harness.deploy(withoutDev))).toBe('');
    expect(remaining()).toEqual([undefined, undefined]);
    expect(await holder()).toBeUndefined();
  });
});
