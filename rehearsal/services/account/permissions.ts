import { own, partitionOf, textOf } from '../../core/permissions';
import type { Call, Permissions } from '../../core/service';
import type { Organizations } from '../organizations/service';

/** The caller's own account has an ARN of the account service; the ARN of a member contains the organization. */
export function permissions(organizations: Organizations): Record<string, Permissions> {
  const accountArn = (call: Call): string => {
    const member = textOf(call, 'AccountId');
    const prefix = `arn:${partitionOf(call)}:account::${call.caller.accountId}:account`;
    return member === '' ? prefix : `${prefix}/${organizations.organizationId}/${member}`;
  };
  const onAccount: Permissions = call => [own(call, accountArn(call))];
  return Object.fromEntries([
    'PutAccountName', 'GetAccountInformation', 'GetAlternateContact', 'PutAlternateContact', 'GetRegionOptStatus',
    'EnableRegion', 'StartPrimaryEmailUpdate', 'AcceptPrimaryEmailUpdate', 'ListRegions',
  ].map(operation => [operation, onAccount]));
}
