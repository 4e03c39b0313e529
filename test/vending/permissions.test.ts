import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { reasons, World } from './world';
import { grantedNeverUsed } from '../../rehearsal/assembly/never-used';
import { AccountStack } from '../../src';
import { REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

describe('CloudFormation in a vended account', () => {
  let world: World;
  beforeAll(async () => { world = await World.start(); });
  afterAll(() => world.stop());
  const environment = (cicd: Cicd) => cicd.environment('dev', { account: cicd.account('dev', { organizationalUnit: 'Workloads/Test' }) });

  test('makes the pipeline with the narrow policy alone', async () => {
    expect(reasons(await world.deploy(environment))).toBe('');
    const { simulation: { iam, cloudformation }, vended: { 'shop-dev': accountId } } = world;
    const execution = iam.roleNamed(accountId, `cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`);
    expect(execution).toMatchObject({ managedPolicyArns: [`arn:aws:iam::${accountId}:policy/org-environments-execution-${REGION}`], policies: {} });
    expect(cloudformation.all.find(({ name, accountId: account }) => account === accountId && name.includes('pipeline'))?.actor?.arn).toContain(execution?.roleName);
  });

  test('uses every right but those that have their reason in the code', () => {
    const named = Object.entries(grantedNeverUsed(world.simulation)).filter(([name]) => name.startsWith('org-environments-'));
    // the role of a repository works when a pipeline runs, which none does here
    const found = named.filter(([name]) => !name.startsWith('org-environments-source-'));
    expect(Object.fromEntries(found)).toEqual({
      'org-environments-access': ['account:PutAccountName', 'organizations:ListAccounts', 'organizations:ListCreateAccountStatus', 'organizations:UntagResource'],
      // nothing has been removed yet
      'org-environments-account-provider': ['dynamodb:DeleteItem'],
      'org-environments-branch-provider': ['codecommit:ListBranches', 'dynamodb:DeleteItem'],
      'org-environments-stack-provider': ['dynamodb:DeleteItem'],
      // no commit has been made on a branch with a pipeline yet
      'org-environments-trigger': ['codecommit:GetBranch', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage', 'sts:AssumeRole'],
    });
  });

  test('makes no administrators for applications', async () => {
    const result = await world.deploy(cicd => {
      const { account } = environment(cicd);
      const stack = new AccountStack(cicd.stack, 'Platform', { organization: cicd.organization, account, stackName: 'platform' });
      new Role(stack, 'Admin', { assumedBy: new ServicePrincipal('ec2.amazonaws.com'), managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')] });
    });
    expect(reasons(result)).toMatch(/stack 'platform' .*is not authorized to perform: iam:AttachRolePolicy on resource: .* with an explicit deny in an identity-based policy/);
  });
});
