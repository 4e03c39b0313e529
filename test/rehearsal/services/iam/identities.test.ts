import * as billing from 'aws-cdk-lib/aws-billing';
import * as billingconductor from 'aws-cdk-lib/aws-billingconductor';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as identitystore from 'aws-cdk-lib/aws-identitystore';
import * as invoicing from 'aws-cdk-lib/aws-invoicing';
import * as organizations from 'aws-cdk-lib/aws-organizations';
import * as sso from 'aws-cdk-lib/aws-sso';
import { BASELINE } from '../../../../lambda/account/baseline';
import type { PolicyDocument, Statement } from '../../../../rehearsal/core/policy-document';
import { Simulation } from '../../../../rehearsal/simulation';
import { requiredProperties } from '../../../fixtures/required-properties';

const ACCOUNT = '999999999999';
const REGION = 'eu-west-1';
const ROLES_AND_POLICIES = [
  'Role',
  'RolePolicy',
  'Policy',
  'ManagedPolicy',
  'InstanceProfile',
  'ServiceLinkedRole',
].map(kind => `AWS::IAM::${kind}`);

/** All types of these services in the CDK. */
const TYPES = [iam, identitystore, organizations, sso, billing, billingconductor, invoicing].flatMap(library =>
  Object.values(library).flatMap((construct: unknown) =>
    typeof construct === 'function' && 'CFN_RESOURCE_TYPE_NAME' in construct
      ? [String(construct.CFN_RESOURCE_TYPE_NAME)]
      : [],
  ),
);
const IDENTITIES = TYPES.filter(type => !ROLES_AND_POLICIES.includes(type));

const PROPERTIES = {
  'AWS::IAM::AccessKey': { UserName: 'anna' },
  'AWS::IAM::UserPolicy': { UserName: 'anna', PolicyName: 'own' },
  'AWS::IAM::GroupPolicy': { GroupName: 'people', PolicyName: 'own' },
  'AWS::IAM::UserToGroupAddition': { GroupName: 'people', Users: ['anna'] },
  'AWS::IAM::OIDCProvider': { Url: 'https://token.actions.githubusercontent.com' },
  'AWS::Organizations::OrganizationalUnit': { ParentId: 'r-abcd' },
  'AWS::Organizations::Policy': { Type: 'SERVICE_CONTROL_POLICY' },
  'AWS::IAM::Policy': { PolicyName: 'own', PolicyDocument: { Statement: [] }, Users: ['anna'], Groups: ['people'] },
  'AWS::IAM::ManagedPolicy': { PolicyDocument: { Statement: [] }, Groups: ['people'] },
};

describe('resources for users, accounts and billing', () => {
  let simulation: Simulation;
  let number = 0;
  beforeAll(async () => { simulation = await Simulation.start({ managementAccountId: ACCOUNT, scale: 6000 }); });
  afterAll(async () => { await simulation.stop(); });

  /** Deploys one resource with a role that has the policy, and returns the failure. */
  async function failure(type: string, policy: readonly Statement[]): Promise<string | undefined> {
    const roleName = `role-${++number}`;
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/${roleName}`;
    const document: PolicyDocument = { Version: '2012-10-17', Statement: [...policy] };
    const trust: PolicyDocument = {
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'cloudformation.amazonaws.com' } },
      ],
    };
    const identity = { arn: roleArn, roleName, roleId: roleName, accountId: ACCOUNT, tags: {} };
    simulation.iam.putRole({ ...identity, trust, policies: { document }, managedPolicyArns: [] });
    const Properties = { ...requiredProperties(type), ...Reflect.get(PROPERTIES, type) };
    const body = JSON.stringify({ Resources: { It: { Type: type, Properties } } });
    const request = {
      accountId: ACCOUNT,
      region: REGION,
      name: roleName,
      body,
      roleArn,
      capabilities: ['CAPABILITY_NAMED_IAM'],
    };
    const stack = await simulation.cloudformation.create(request);
    return stack.events.find(({ status }) => status === 'CREATE_FAILED')?.reason;
  }

  test('exist as types in the CDK', () => {
    expect(TYPES.length).toBeGreaterThan(30);
  });

  test.each(IDENTITIES)('%s is denied by the policy for applications', async type => {
    const [services, roles] = BASELINE.Resources.ExecutionPolicy.Properties.PolicyDocument.Statement;
    expect(
      await failure(
        type,
        [services, roles].map(({ Effect = 'Allow', Action, NotAction }): Statement => ({
          Effect,
          Action: Action && [...Action],
          NotAction: NotAction && [...NotAction],
          Resource: '*',
        })),
      ),
    ).toMatch(
      /not authorized to perform: (iam|sso|identitystore|organizations|billing(conductor)?|invoicing):\w+ on resource/,
    );
  });

  test.each([
    [
      'AWS::IAM::OIDCProvider',
      'iam:CreateOpenIDConnectProvider',
      `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
    ],
    ['AWS::IAM::AccessKey', 'iam:CreateAccessKey', `arn:aws:iam::${ACCOUNT}:user/anna`],
    ['AWS::IAM::UserToGroupAddition', 'iam:AddUserToGroup', `arn:aws:iam::${ACCOUNT}:group/people`],
    ['AWS::IAM::UserPolicy', 'iam:PutUserPolicy', `arn:aws:iam::${ACCOUNT}:user/anna`],
    ['AWS::SSO::PermissionSet', 'sso:CreatePermissionSet', '*'],
  ])('%s needs %s on %s and nothing else', async (type, Action, Resource) => {
    expect(await failure(type, [{ Effect: 'Allow', Action, Resource }])).toBeUndefined();
  });

  test.each([
    ['AWS::IAM::Policy', ['iam:PutRolePolicy', 'iam:PutUserPolicy'], 'iam:PutGroupPolicy'],
    ['AWS::IAM::ManagedPolicy', ['iam:CreatePolicy', 'iam:AttachRolePolicy'], 'iam:AttachGroupPolicy'],
  ])('%s for a group needs more than %j', async (type, Action, missing) => {
    expect(await failure(type, [{ Effect: 'Allow', Action, Resource: '*' }])).toContain(
      `is not authorized to perform: ${missing} on resource: arn:aws:iam::${ACCOUNT}:group/people`,
    );
  });

  test('a placeholder type needs no permission', async () => {
    expect(await failure('AWS::MSK::Cluster', [{ Effect: 'Allow', Action: 'kafka:*', Resource: '*' }])).toBeUndefined();
  });
});
