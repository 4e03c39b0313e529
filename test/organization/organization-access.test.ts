import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IOrganizationAccessRole, OrganizationAccessRoleProps } from '../../src';
import { Organization, OrganizationAccess, OrganizationAccessRole } from '../../src';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, REGION, quickApp } from '../fixtures/app';
import type { SynthesizedTemplate } from '../fixtures/assembly';
import { onlyResource, resourcesOf, synthesized } from '../fixtures/assembly';
import { identityStatements, list, textOf, trustStatements } from '../fixtures/policies';

function accessRole(props: Partial<OrganizationAccessRoleProps> = {}) {
  const stack = new Stack(quickApp(), 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
  const access = new OrganizationAccessRole(
    stack, 'Access', { cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID, ...props },
  );
  return { stack, access, template: synthesized(stack) };
}

/** What vending accounts calls, and on what. */
const VENDING = {
  CreateTagged: { actions: ['organizations:CreateAccount', 'organizations:TagResource'], resources: ['*'] },
  ReadOrganization: {
    actions: [
      'organizations:DescribeCreateAccountStatus', 'organizations:ListCreateAccountStatus',
      'organizations:ListAccounts', 'organizations:ListDelegatedAdministrators', 'organizations:ListRoots',
    ],
    resources: ['*'],
  },
  ReadQuota: {
    actions: ['servicequotas:GetServiceQuota'],
    resources: ['arn:<AWS::Partition>:servicequotas:*:<AWS::AccountId>:organizations/L-E619E033'],
  },
  ReadAccounts: { actions: ['organizations:DescribeAccount', 'organizations:ListParents'], resources: ['account'] },
  ReadUnits: { actions: ['organizations:ListOrganizationalUnitsForParent'], resources: ['root', 'ou'] },
  ReadTags: { actions: ['organizations:ListTagsForResource'], resources: ['account'] },
  Tags: { actions: ['organizations:TagResource', 'organizations:UntagResource'], resources: ['account'] },
  Move: { actions: ['organizations:MoveAccount'], resources: ['account'] },
  MoveBetween: { actions: ['organizations:MoveAccount'], resources: ['root', 'ou'] },
  Rename: {
    actions: ['account:PutAccountName'],
    resources: [`arn:<AWS::Partition>:account::<AWS::AccountId>:account/${ORGANIZATION_ID}/*`],
  },
  AssumeMemberRoles: {
    actions: ['sts:AssumeRole'], resources: ['arn:<AWS::Partition>:iam::*:role/OrganizationAccountAccessRole'],
  },
};

function vendingOf(template: SynthesizedTemplate) {
  const organizations = (kind: string) =>
    `arn:<AWS::Partition>:organizations::<AWS::AccountId>:${kind}/${ORGANIZATION_ID}/*`;
  return Object.fromEntries(identityStatements(template).filter(
    ({ Sid = '' }) => Sid in VENDING,
  ).map(({ Sid, Action, Resource }) => [Sid, {
    actions: list(Action),
    resources: list(Resource).map(textOf).map(
      arn => ['account', 'root', 'ou'].find(kind => organizations(kind) === arn) ?? arn,
    ),
  }]));
}

describe('the access role in the management account', () => {
  test('trusts only the account provider of the CICD account, with the external id, in the organization', () => {
    const { template } = accessRole();
    expect(trustStatements(template)).toEqual([{
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${CICD_ACCOUNT}:root`]] } },
      Condition: {
        StringEquals: { 'sts:ExternalId': ORGANIZATION_ID, 'aws:PrincipalOrgID': ORGANIZATION_ID },
        ArnEquals: {
          'aws:PrincipalArn': {
            'Fn::Join': [
              '', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${CICD_ACCOUNT}:role/org-environments-account-provider`],
            ],
          },
        },
      },
    }]);
  });

  test('may do what vending accounts needs, and nothing else', () => {
    const { template } = accessRole();
    expect(vendingOf(template)).toEqual(VENDING);
    const allowed = identityStatements(template).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(Object.keys(VENDING).length);
  });

  test('creates no account without our tag, and enters no account of another organization', () => {
    const statements = identityStatements(accessRole().template);
    expect(statements.find(({ Sid }) => Sid === 'CreateTagged')?.Condition).toEqual({
      Null: { 'aws:RequestTag/org-environments:registry-key': 'false' },
    });
    expect(
      statements.find(({ Sid }) => Sid === 'AssumeMemberRoles')?.Condition,
    ).toEqual({
      StringEquals: { 'aws:ResourceOrgID': ORGANIZATION_ID },
      StringNotEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } },
    });
  });

  test('has the name that the CICD account expects, or another one', () => {
    expect(
      onlyResource(accessRole().template, 'AWS::IAM::Role').Properties,
    ).toMatchObject({ RoleName: 'org-environments-access', MaxSessionDuration: 3600 });
    expect(
      onlyResource(accessRole({ roleName: 'vending' }).template, 'AWS::IAM::Role').Properties,
    ).toMatchObject({ RoleName: 'vending' });
  });

  test('requires another external id, if one is set', () => {
    expect(
      trustStatements(accessRole({ externalId: 'shared-secret' }).template)[0].Condition?.StringEquals,
    ).toMatchObject({ 'sts:ExternalId': 'shared-secret' });
  });

  test('enters accounts that were invited by the roles that are named', () => {
    const { template } = accessRole({ accessRoleNames: ['OrganizationAccountAccessRole', 'InvitedAccess'] });
    const entering = identityStatements(template).find(({ Sid }) => Sid === 'AssumeMemberRoles');
    expect(list(entering?.Resource).map(textOf)).toEqual([
      'arn:<AWS::Partition>:iam::*:role/OrganizationAccountAccessRole',
      'arn:<AWS::Partition>:iam::*:role/InvitedAccess',
    ]);
  });

  test('has an ARN', () => {
    const { stack, access } = accessRole();
    expect(stack.resolve(access.roleArn)).toEqual(stack.resolve(access.role.roleArn));
  });

  test.each<[string, Partial<OrganizationAccessRoleProps>, string]>([
    [
      'the account id has eleven digits',
      { cicdAccountId: '22222222222' },
      "the account id must be twelve digits, got '22222222222'",
    ],
    [
      'the organization id is none',
      { organizationId: 'example' },
      "the organization id must be 'o-' and 10 to 32 lower-case letters or digits, got 'example'",
    ],
    [
      'the external id has a space',
      { externalId: 'a b' },
      "the external id must be 2 to 1224 letters, digits and '_+=,.@:/-', got 'a b'",
    ],
    [
      'the role name has a slash',
      { roleName: 'a/b' },
      "the role name must be 1 to 64 letters, digits and '_+=,.@-', got 'a/b'",
    ],
    [
      'a unit is a path',
      { organizationalUnitIds: ['Workloads/Test'] },
      "each of the 'organizationalUnitIds' must be an id like 'ou-ab12-cdefgh34', got 'Workloads/Test'; AWS "
        + 'Organizations shows the id of a unit',
    ],
    [
      'there are no units',
      { organizationalUnitIds: [] },
      "'organizationalUnitIds' is empty: name units, or omit it to allow all",
    ],
    [
      'a protected account has eleven digits',
      { protectedAccountIds: ['22222222222'] },
      "the account id must be twelve digits, got '22222222222'",
    ],
    [
      'a role of members is a wildcard',
      { accessRoleNames: ['*'] },
      "the role name must be 1 to 64 letters, digits and '_+=,.@-', got '*'",
    ],
  ])('is rejected at synth when %s', (_, props, message) => {
    expect(() => accessRole(props)).toThrow(`[Management/Access] ${message}`);
  });
});

describe('an imported access role', () => {
  const stack = () => new Stack(quickApp(), 'Cicd');

  test('has the ARN that it is imported by, and adds no resource', () => {
    const scope = stack();
    const imported: IOrganizationAccessRole = OrganizationAccessRole.fromRoleArn(
      scope, 'Access', 'arn:aws:iam::999999999999:role/vending',
    );
    expect(imported.roleArn).toBe('arn:aws:iam::999999999999:role/vending');
    expect(Template.fromStack(scope).toJSON().Resources).toBeUndefined();
  });

  test('is rejected when its ARN is not the ARN of a role', () => {
    expect(() => OrganizationAccessRole.fromRoleArn(stack(), 'Access', 'vending')).toThrow(
      '[Cicd/Access] the role ARN must be like '
        + "'arn:aws:iam::111122223333:role/org-environments-access', got 'vending'");
  });
});

describe('the account provider', () => {
  const providerStatements = (access: OrganizationAccess) => identityStatements(
    synthesized(new Cicd(quickApp(), { access }).stack),
  );

  test('may only describe the organization and enter the access role', () => {
    const statements = providerStatements(OrganizationAccess.role('arn:aws:iam::999999999999:role/vending'));
    expect(statements.filter(({ Sid }) => Sid === 'AssumeAccessRole')).toEqual([
      {
        Sid: 'AssumeAccessRole',
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Resource: 'arn:aws:iam::999999999999:role/vending',
      },
    ]);
    expect(
      statements.flatMap(({ Action }) => Action).filter(action => /^(organizations|account):/.test(action)),
    ).toEqual(['organizations:DescribeOrganization']);
  });

  test('has the same rights itself when the CICD account is the management account', () => {
    const { stack } = new Cicd(quickApp(), { access: OrganizationAccess.sameAccount() });
    const template = synthesized(stack);
    const { AssumeMemberRoles, ...vending } = VENDING;
    expect(vendingOf(template)).toMatchObject(vending);
    expect(identityStatements(template).map(({ Sid }) => Sid)).not.toContain('AssumeAccessRole');
  });

  test('enters members by other roles, if they are named', () => {
    const statements = providerStatements(OrganizationAccess.sameAccount({ accessRoleNames: ['InvitedAccess'] }));
    expect(
      statements.flatMap(({ Resource }) => list(Resource)).map(textOf),
    ).toContain('arn:<AWS::Partition>:iam::*:role/InvitedAccess');
  });

  test('uses the external id that the access role requires', () => {
    const { stack } = new Cicd(
      quickApp(),
      { access: OrganizationAccess.role('arn:aws:iam::999999999999:role/vending', { externalId: 'shared-secret' }) },
    );
    expect(
      resourcesOf(synthesized(stack), 'AWS::Lambda::Function').map(
        ({ Properties }) => Properties.Environment?.Variables.ACCESS_EXTERNAL_ID,
      ),
    )
      .toContain('shared-secret');
  });

  test('has the name that the access role trusts', () => {
    expect(resourcesOf(synthesized(new Cicd().stack), 'AWS::IAM::Role').map(({ Properties }) => Properties.RoleName))
      .toContain('org-environments-account-provider');
  });

  test('cannot be given a role of members that is a wildcard', () => {
    const stack = new Stack(quickApp(), 'Cicd');
    const access = OrganizationAccess.sameAccount({ accessRoleNames: ['*'] });
    expect(() => new Organization(stack, 'Organization', { organizationId: ORGANIZATION_ID, access })).toThrow(
      "[Cicd/Organization] the role name must be 1 to 64 letters, digits and '_+=,.@-', got '*'");
  });
});

test('a role in another partition than the region of the stack is rejected', () => {
  const access = (partition: string) => ({
    access: OrganizationAccess.role(`arn:${partition}:iam::${MANAGEMENT_ACCOUNT}:role/org-environments-access`),
    env: { account: CICD_ACCOUNT, region: 'us-gov-west-1' },
  });
  expect(() => new Cicd(quickApp(), access('aws'))).toThrow(
    "[Cicd/Organization] the role 'arn:aws:iam::999999999999:role/org-environments-access' is in the partition 'aws', "
      + "but the region 'us-gov-west-1' of the stack is in 'aws-us-gov', and an organization is in one partition: use "
      + "'arn:aws-us-gov:iam::999999999999:role/org-environments-access'",
  );
  expect(() => new Cicd(quickApp(), access('aws-us-gov'))).not.toThrow();
});
