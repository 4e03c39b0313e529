import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { NAMES } from '../private/contract';

/** The role that AWS makes in every account created in an organization. */
export const DEFAULT_ACCESS_ROLE = 'OrganizationAccountAccessRole';

/** What vending accounts needs in the management account, and nothing else. */
export function vendingStatements(organizationId: string, accessRoleNames: readonly string[]): PolicyStatement[] {
  const within = (kind: string) => `arn:${Aws.PARTITION}:organizations::${Aws.ACCOUNT_ID}:${kind}/${organizationId}/*`;
  return [
    // creating with tags asks for both, and there is no account yet that could be named
    allow('CreateTagged', ['organizations:CreateAccount', 'organizations:TagResource'], ['*'], {
      Null: { [`aws:RequestTag/${NAMES.ownerTag}`]: 'false' },
    }),
    // ListAccounts finds whose an e-mail is that is taken; ListCreateAccountStatus finds a request whose answer was lost
    allow(
      'Look',
      ['organizations:DescribeCreateAccountStatus', 'organizations:ListCreateAccountStatus', 'organizations:ListAccounts', 'organizations:ListRoots'],
      ['*'],
    ),
    // 'Default maximum number of accounts': whether there is room for those that an app needs
    allow('LookAtQuota', ['servicequotas:GetServiceQuota'], [
      `arn:${Aws.PARTITION}:servicequotas:*:${Aws.ACCOUNT_ID}:organizations/L-E619E033`,
    ]),
    allow('LookAtOne', ['organizations:DescribeAccount', 'organizations:ListParents'], [within('account')]),
    allow('LookIntoUnits', ['organizations:ListOrganizationalUnitsForParent'], [within('root'), within('ou')]),
    // UntagResource is for a tag that is no longer declared
    allow('Tags', ['organizations:ListTagsForResource', 'organizations:TagResource', 'organizations:UntagResource'], [within('account')]),
    allow('Move', ['organizations:MoveAccount'], [within('account'), within('root'), within('ou')]),
    // for a name that has changed since the account was created
    allow('Rename', ['account:PutAccountName'], [`arn:${Aws.PARTITION}:account::${Aws.ACCOUNT_ID}:account/${organizationId}/*`]),
    allow(
      'EnterMembers',
      ['sts:AssumeRole'],
      accessRoleNames.map(name => `arn:${Aws.PARTITION}:iam::*:role/${name}`),
      {
        StringEquals: { 'aws:ResourceOrgID': organizationId },
      },
    ),
  ];
}

/** Why the statements above name no narrower resources. */
export const VENDING_REASONS: { readonly [sid: string]: string } = {
  CreateTagged: 'AWS offers no resource for CreateAccount; our tag is demanded instead',
  Look: 'AWS offers no resources for these questions',
  LookAtQuota: 'the region is that of Organizations, which depends on the partition',
  LookAtOne: 'the accounts are created later; they are those of the organization',
  LookIntoUnits: 'the units may be changed later; they are those of the organization',
  Tags: 'the accounts are created later; they are those of the organization',
  Move: 'the accounts are created later; they are those of the organization',
  Rename: 'the accounts are created later; they are those of the organization',
  EnterMembers: 'the accounts are created later; the role is named, and the organization',
};

function allow(sid: string, actions: string[], resources: string[], conditions?: { [operator: string]: unknown }): PolicyStatement {
  return new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources, conditions });
}
