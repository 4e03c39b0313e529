import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { TABLE_NAME_PART } from './contract';
import type { Kind, Permission } from '../kinds/kind';
import { allow, assumeMemberRoles } from '../kinds/permissions';
import { BOOTSTRAP_QUALIFIER, NAMES, RESOURCE_TYPES } from '../private/contract';
import { LISTED, RECORDS } from '../registry/contract';

export const ADDRESSES_KIND: Kind = {
  name: 'addresses',
  resourceType: RESOURCE_TYPES.addressRange,
  alsoServes: [RESOURCE_TYPES.addressSpace],
  roleName: NAMES.addressProviderRole,
  description: 'Gives ranges of address spaces to networks',
  records: {
    write: [RECORDS.space, RECORDS.range],
    list: [LISTED.space],
  },
  permissions: ({ organizationId }) => [
    useTables(organizationId, ['dynamodb:GetItem', 'dynamodb:UpdateItem']),
    allow(
      'Pools', ['ec2:AllocateIpamPoolCidr', 'ec2:GetIpamPoolAllocations', 'ec2:ReleaseIpamPoolAllocation'],
      [`arn:${Aws.PARTITION}:ec2::*:ipam-pool/*`],
      'apps name the pools of VPC IPAM later, and other accounts share theirs',
    ),
    // networks that ranges must not overlap
    assumeMemberRoles(organizationId, [`cdk-${BOOTSTRAP_QUALIFIER}-lookup-role-*`]),
  ],
};

/** Permission to use the tables of address spaces, whose policies must allow it, too. */
export function useTables(organizationId: string, actions: string[]): Permission {
  return {
    statement: new PolicyStatement({
      sid: 'AddressSpaces',
      actions,
      resources: [`arn:${Aws.PARTITION}:dynamodb:*:*:table/*-${TABLE_NAME_PART}*`],
      conditions: { StringEquals: { 'aws:ResourceOrgID': organizationId } },
    }),
    whyWildcard: 'apps define the tables later, in any account; their names, the organization, and their own policies '
      + 'restrict them',
  };
}
