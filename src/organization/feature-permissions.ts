import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { OrganizationFeature } from './organization-feature';
import { NAMES } from '../private/contract';

/** The resources that the permissions of features are for. */
export interface FeatureScope {
  readonly organizationId: string;
  /** Ids of the units in which units may be created; absent: all, and the root. */
  readonly organizationalUnitIds?: readonly string[];
}

interface Statement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: { [operator: string]: unknown };
}

/** Actions on accounts that a feature allows, and that are denied for protected accounts. */
const ACCOUNT_ACTIONS: Readonly<Record<OrganizationFeature, readonly string[]>> = {
  [OrganizationFeature.ALTERNATE_CONTACTS]: ['account:PutAlternateContact'],
  [OrganizationFeature.CLOSE_ACCOUNTS]: ['organizations:CloseAccount'],
  [OrganizationFeature.COSTS]: [],
  [OrganizationFeature.OPT_IN_REGIONS]: ['account:EnableRegion'],
  [OrganizationFeature.ORGANIZATIONAL_UNITS]: [],
  [OrganizationFeature.ROOT_EMAIL]: ['account:AcceptPrimaryEmailUpdate', 'account:StartPrimaryEmailUpdate'],
};

/** The changes of accounts that features allow. */
export function deniableActions(features: readonly OrganizationFeature[]): readonly string[] {
  return features.flatMap(feature => ACCOUNT_ACTIONS[feature]);
}

/** The permissions in the management account that features need. */
export function featureStatements(features: readonly OrganizationFeature[], scope: FeatureScope): PolicyStatement[] {
  const statements: Readonly<Record<OrganizationFeature, () => readonly Statement[]>> = {
    [OrganizationFeature.ALTERNATE_CONTACTS]: () => [
      onAccounts('Contacts', scope, ['account:GetAlternateContact', 'account:PutAlternateContact']),
    ],
    [OrganizationFeature.CLOSE_ACCOUNTS]: () => [{
      sid: 'Close',
      actions: ['organizations:CloseAccount'],
      resources: [organizationsArn(scope, 'account', '*')],
      conditions: OF_THIS_LIBRARY,
    }],
    [OrganizationFeature.COSTS]: () => [{ sid: 'Costs', actions: ['ce:GetCostAndUsage'], resources: ['*'] }],
    [OrganizationFeature.OPT_IN_REGIONS]: () => [
      onAccounts('Regions', scope, ['account:EnableRegion', 'account:GetRegionOptStatus']),
    ],
    [OrganizationFeature.ORGANIZATIONAL_UNITS]: () => unitStatements(scope),
    [OrganizationFeature.ROOT_EMAIL]: () => [
      onAccounts('RootEmail', scope, ['account:AcceptPrimaryEmailUpdate', 'account:StartPrimaryEmailUpdate']),
    ],
  };
  return [...new Set(features)].flatMap(feature => statements[feature]()).map(
    ({ actions, resources, ...rest }) =>
      new PolicyStatement({ ...rest, actions: [...actions], resources: [...resources] }),
  );
}

const OF_THIS_LIBRARY = { Null: { [`aws:ResourceTag/${NAMES.ownerTag}`]: 'false' } };
const TO_BE_TAGGED = { Null: { [`aws:RequestTag/${NAMES.ownerTag}`]: 'false' } };

function unitStatements(scope: FeatureScope): readonly Statement[] {
  const units = organizationsArn(scope, 'ou', '*');
  const { organizationalUnitIds } = scope;
  const parents = organizationalUnitIds
    ? organizationalUnitIds.map(id => organizationsArn(scope, 'ou', id))
    : [organizationsArn(scope, 'root', '*'), units];
  const read = [
    'organizations:DescribeOrganizationalUnit', 'organizations:ListParents', 'organizations:ListTagsForResource',
  ];
  return [
    { sid: 'ReadOwnUnits', actions: read, resources: [units] },
    {
      sid: 'CreateUnits',
      actions: ['organizations:CreateOrganizationalUnit'],
      resources: parents,
      conditions: TO_BE_TAGGED,
    },
    // in units that were created here, and which a confined role does not name
    {
      sid: 'UseOwnUnits',
      actions: [
        'organizations:CreateOrganizationalUnit', 'organizations:DeleteOrganizationalUnit', 'organizations:MoveAccount',
      ],
      resources: [units],
      conditions: OF_THIS_LIBRARY,
    },
  ];
}

/** The Account Management API knows no tags of accounts. */
function onAccounts(sid: string, { organizationId }: FeatureScope, actions: readonly string[]): Statement {
  return { sid, actions, resources: [`arn:${Aws.PARTITION}:account::${Aws.ACCOUNT_ID}:account/${organizationId}/*`] };
}

function organizationsArn({ organizationId }: FeatureScope, kind: string, id: string): string {
  return `arn:${Aws.PARTITION}:organizations::${Aws.ACCOUNT_ID}:${kind}/${organizationId}/${id}`;
}

/** Reasons for the wildcards in the resources of the statements above. */
export const FEATURE_REASONS: { readonly [sid: string]: string } = {
  Contacts: 'the accounts are created later; they are those of the organization',
  Regions: 'the accounts are created later; they are those of the organization',
  RootEmail: 'the accounts are created later; they are those of the organization',
  Close: 'the accounts are created later; they carry the tag of this library',
  Costs: 'the action has no resources',
  ReadOwnUnits: 'the units are created later; they are those of the organization',
  CreateUnits: 'the units are created later; the tag of this library is required',
  UseOwnUnits: 'the units are created later; they carry the tag of this library',
};
