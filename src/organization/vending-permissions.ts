import { Aws, Token } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { deniableActions, FEATURE_REASONS, featureStatements } from './feature-permissions';
import type { OrganizationFeature } from './organization-feature';
import { NAMES } from '../private/contract';
import { fail, validate } from '../private/validate';

/** The role that AWS creates in every account that is created in an organization. */
export const DEFAULT_ACCESS_ROLE = 'OrganizationAccountAccessRole';

/** Limits of the permissions to vend accounts. */
export interface VendingLimits {
  readonly organizationId: string;
  /** Names of the roles that may be assumed in member accounts. */
  readonly accessRoleNames: readonly string[];
  /** Ids of the units below which accounts may be entered, and between which they may be moved; absent: all. */
  readonly organizationalUnitIds?: readonly string[];
  /** Ids of accounts that may not be changed and entered; the management account never may. */
  readonly protectedAccountIds?: readonly string[];
  /** What may be done besides vending accounts. */
  readonly features?: readonly OrganizationFeature[];
}

/** The permissions in the management account that vending accounts needs. */
export function vendingStatements(limits: VendingLimits): PolicyStatement[] {
  const { organizationId, organizationalUnitIds = ['*'], protectedAccountIds = [], features = [] } = limits;
  const deny = (sid: string, resources: string[]) => denyChanges(sid, deniableActions(features), resources);
  const arn = (kind: string, id: string) =>
    `arn:${Aws.PARTITION}:organizations::${Aws.ACCOUNT_ID}:${kind}/${organizationId}/${id}`;
  const within = (kind: string) => arn(kind, '*');
  const ofThisLibrary = { Null: { [`aws:ResourceTag/${NAMES.ownerTag}`]: 'false' } };
  return [
    // creating an account with tags needs both; the account has no ARN yet. An adopted account gets the tag first
    allow('CreateTagged', ['organizations:CreateAccount', 'organizations:TagResource'], ['*'], {
      Null: { [`aws:RequestTag/${NAMES.ownerTag}`]: 'false' },
    }),
    ...lookupStatements(within),
    allow('ReadTags', ['organizations:ListTagsForResource'], [within('account')]),
    // UntagResource is for a tag that is no longer declared
    allow('Tags', ['organizations:TagResource', 'organizations:UntagResource'], [within('account')], ofThisLibrary),
    allow('Move', ['organizations:MoveAccount'], [within('account')], ofThisLibrary),
    allow('MoveBetween', ['organizations:MoveAccount'], [
      within('root'), ...organizationalUnitIds.map(id => arn('ou', id)),
    ]),
    // for an account name that has changed; accounts have no tags for this action
    allow('Rename', ['account:PutAccountName'], [nameArn(organizationId, '*')]),
    enterStatement(limits),
    ...featureStatements(features, limits),
    deny('NotTheManagementAccount', [arn('account', Aws.ACCOUNT_ID), nameArn(organizationId, Aws.ACCOUNT_ID)]),
    ...protectedAccountIds.length > 0 ? [
      deny('NotProtectedAccounts', protectedAccountIds.flatMap(id => [
        arn('account', id), nameArn(organizationId, id), `arn:${Aws.PARTITION}:iam::${id}:role/*`,
      ])),
    ] : [],
  ];
}

/** @throws if a name or an id is malformed, or there are no units */
export function checkedLimits(scope: Construct, limits: VendingLimits): VendingLimits {
  const { accessRoleNames, organizationalUnitIds: units, protectedAccountIds = [] } = limits;
  accessRoleNames.forEach(name => validate.roleName(scope, name));
  protectedAccountIds.forEach(id => validate.accountId(scope, id));
  if (units?.length === 0) fail(scope, "'organizationalUnitIds' is empty: name units, or omit it to allow all");
  const wrong = units?.find(id => !Token.isUnresolved(id) && !UNIT_ID.test(id));
  if (wrong !== undefined) {
    fail(scope, `each of the 'organizationalUnitIds' must be an id like 'ou-ab12-cdefgh34', got '${wrong}'; AWS `
      + 'Organizations shows the id of a unit');
  }
  return limits;
}

const UNIT_ID = /^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$/;

function nameArn(organizationId: string, accountId: string): string {
  return `arn:${Aws.PARTITION}:account::${Aws.ACCOUNT_ID}:account/${organizationId}/${accountId}`;
}

function enterStatement({ organizationId, accessRoleNames, organizationalUnitIds }: VendingLimits): PolicyStatement {
  const paths = organizationalUnitIds?.map(id => `${organizationId}/*/${id}/*`);
  return allow('AssumeMemberRoles', ['sts:AssumeRole'], accessRoleNames.map(
    name => `arn:${Aws.PARTITION}:iam::*:role/${name}`,
  ), {
    StringEquals: { 'aws:ResourceOrgID': organizationId },
    StringNotEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID },
    ...paths && { 'ForAnyValue:StringLike': { 'aws:ResourceOrgPaths': paths } },
  });
}

function denyChanges(sid: string, ofFeatures: readonly string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    actions: [
      'account:PutAccountName', 'organizations:MoveAccount', 'organizations:TagResource',
      'organizations:UntagResource', 'sts:AssumeRole', ...ofFeatures,
    ],
    resources,
  });
}

function lookupStatements(within: (kind: string) => string): PolicyStatement[] {
  return [
    // ListAccounts finds the account of an e-mail; ListCreateAccountStatus finds a request whose response was lost
    allow(
      'ReadOrganization',
      [
        'organizations:DescribeCreateAccountStatus', 'organizations:ListCreateAccountStatus',
        'organizations:ListAccounts', 'organizations:ListDelegatedAdministrators', 'organizations:ListRoots',
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
  DescribeOrganization: 'DescribeOrganization has no resource',
  ReadOrganization: 'these actions have no resources',
  ReadQuota: 'the region is that of Organizations, which depends on the partition',
  ReadAccounts: 'the accounts are created later; they are those of the organization',
  ReadUnits: 'the units may be changed later; they are those of the organization',
  ReadTags: 'the accounts are created later; they are those of the organization',
  Tags: 'the accounts are created later; they carry the tag of this library',
  Move: 'the accounts are created later; they carry the tag of this library',
  MoveBetween: 'the units may be changed later; they are those of the organization',
  NotProtectedAccounts: 'all roles are denied',
  Rename: 'the accounts are created later; they are those of the organization',
  AssumeMemberRoles: 'the accounts are created later; the role is named, and the organization',
  ...FEATURE_REASONS,
};

function allow(
  sid: string, actions: string[], resources: string[], conditions?: { [operator: string]: unknown },
): PolicyStatement {
  return new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources, conditions });
}
