import { Tags } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { reasons, Harness } from './harness';
import { AccountStack } from '../../src';
import { REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

describe('permissions of CloudFormation in a vended account', () => {
  let harness: Harness;
  beforeAll(async () => { harness = await Harness.start(); });
  afterAll(() => harness.stop());
  const environment = (cicd: Cicd) => {
    // the roles that create resources in the account must be allowed to tag them
    Tags.of(cicd.stack).add('team', 'shop');
    return cicd.environment('dev', { account: cicd.account('dev', { organizationalUnit: 'Workloads/Test' }) });
  };

  test('pipelines have a deployer role of their own, applications the restricted policy', async () => {
    expect(reasons(await harness.deploy(environment))).toBe('');
    const {
      simulation: { iam, cloudformation },
      vended: { 'shop-dev': accountId },
    } = harness;
    const execution = iam.roleNamed(accountId, `cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`);
    expect(execution).toMatchObject({
      managedPolicyArns: [`arn:aws:iam::${accountId}:policy/org-environments-execution-${REGION}`],
      policies: {},
    });
    expect(
      cloudformation.all.find(({ name, accountId: account }) => account === accountId && name.includes('pipeline'))
        ?.actor?.arn,
    ).toContain(`assumed-role/org-environments-deployer-execution-${REGION}/`);
    expect(execution?.permissionsBoundary).toBe(`arn:aws:iam::${accountId}:policy/org-environments-boundary-${REGION}`);
  });

  test('an application stack cannot create a role with the name of a pipeline role', async () => {
    const result = await harness.deploy(cicd => {
      const { account } = environment(cicd);
      const stack = new AccountStack(cicd.stack, 'Thief', {
        organization: cicd.organization,
        account,
        stackName: 'thief',
      });
      new Role(stack, 'Reader', {
        roleName: 'org-environments-pipeline-reader',
        assumedBy: new ServicePrincipal('codebuild.amazonaws.com'),
      });
    });
    expect(reasons(result)).toMatch(
      /iam:CreateRole on resource: arn:aws:iam::\d+:role\/org-environments-pipeline-reader with an explicit deny/,
    );
  });

  test('an application stack cannot attach AdministratorAccess', async () => {
    const result = await harness.deploy(cicd => {
      const { account } = environment(cicd);
      const stack = new AccountStack(cicd.stack, 'Platform', {
        organization: cicd.organization,
        account,
        stackName: 'platform',
      });
      new Role(stack, 'Admin', {
        assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
        managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
      });
    });
    expect(reasons(result)).toMatch(
      /stack 'platform' .*not authorized to perform: iam:AttachRolePolicy on .* explicit deny in an identity-based/,
    );
  });
});
