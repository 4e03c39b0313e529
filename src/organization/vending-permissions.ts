import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { NAMES } from '../private/contract';

/** The role that AWS creates in every account that is created in an organization. */
export const DEFAULT_ACCESS_ROLE = 'OrganizationAccountAccessRole';

/** The permissions in the management account that vending accounts needs. */
export function vendingStatements(organizationId: string, accessRoleNames: readonly string[]): PolicyStatement[] {
  const within = (kind: string) => `arn:${Aws.PARTITION}:organizations::${Aws.ACCOUNT_ID}:${kind}/${organizationId}/*`;
  return [
    // creating an account with tags needs both; the account has no ARN yet
    allow('CreateTagged', ['organizations:CreateAccount', 'organizations:TagResource'], ['*'], {
      Null: { [`aws:RequestTag/${NAMES.ownerTag}`]: 'false' },
    }),
    ...lookupStatements(within),
    // UntagResource is for a tag that is no longer declared
    allow(
      'Tags',
      ['organizations:ListTagsForResource', 'organizations:TagResource', 'organizations:UntagResource'],
      [within('account')],
    ),
    allow('Move', ['organizations:MoveAccount'], [within('account'), within('root'), within('ou')]),
    // for an account name that has changed
    allow('Rename', ['account:PutAccountName'], [
      `arn:${Aws.PARTITION}:account::${Aws.ACCOUNT_ID}:account/${organizationId}/*`,
    ]),
    allow(
      'AssumeMemberRoles',
      ['sts:AssumeRole'],
      accessRoleNames.map(name => `arn:${Aws.PARTITION}:iam::*:role/${name}`),
      {
        StringEquals: { 'aws:ResourceOrgID': organizationId },
      },
    ),
  ];
}

function lookupStatements(within: (kind: string) => string): PolicyStatement[] {
  return [
    // ListAccounts finds the account of an e-mail; ListCreateAccountStatus finds a request whose response was lost
    allow(
      'ReadOrganization',
      [
        'organizations:DescribeCreateAccountStatus', 'organizations:ListCreateAccountStatus',
        'organizations:ListAccounts', 'organizations:ListRoots',
      ],
      ['*'],
    ),
    // 'Default maximum number of accounts'
    allow('ReadQuota', ['servicequotas:GetServiceQuota'], [
      `arn:${Aws.PARTITION}:servicequotas:*:${Aws.ACCOUNT_ID}:organizations/L-E619E033`,
    ]),
    allow('ReadAccounts', ['organizations:DescribeAccount', 'organizations:ListParents'], [within('account')]),
    allow('ReadUnits', ['organizations:ListOrganizationalUnitsForParent'], [within('root'), within('ou')]),
  ];
}

/** Reasons for the wildcards in the resources of the statements above. */
export const VENDING_REASONS: { readonly [sid: string]: string } = {
  CreateTagged: 'CreateAccount has no resource; the tag of this library is required instead',
  ReadOrganization: 'these actions have no resources',
  ReadQuota: 'the region is that of Organizations, which depends on the partition',
  ReadAccounts: 'the accounts are created later; they are those of the organization',
  ReadUnits: 'the units may be changed later; they are those of the organization',
  Tags: 'the accounts are created later; they are those of the organization',
  Move: 'the accounts are created later; they are those of the organization',
  Rename: 'the accounts are created later; they are those of the organization',
  AssumeMemberRoles: 'the accounts are created later; the role is named, and the organization',
};

function allow(
  sid: string, actions: string[], resources: string[], conditions?: { [operator: string]: unknown },
): PolicyStatement {
  return new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources, conditions });
}
