import type { Identities } from './identities';
import { everywhere, on, partitionOf, textOf } from '../../core/permissions';
import type { Call, Permissions } from '../../core/service';

const OF_ROLES = [
  'DeleteRole', 'DeleteRolePolicy', 'DetachRolePolicy', 'GetRole', 'ListAttachedRolePolicies',
  'ListInstanceProfilesForRole', 'ListRolePolicies', 'ListRoleTags',
];
const OF_USERS = [
  'DeleteLoginProfile', 'DeleteUser', 'ListAccessKeys', 'ListAttachedUserPolicies', 'ListGroupsForUser',
  'ListMFADevices', 'ListSSHPublicKeys', 'ListUserPolicies', 'ListUserTags',
];

export function permissions(identities: Identities): Record<string, Permissions> {
  const prefix = (call: Call): string => `arn:${partitionOf(call)}:iam::${call.caller.accountId}`;
  /** The ARN of a role has its path. */
  const roleArn = (call: Call): string => {
    const name = textOf(call, 'RoleName');
    return identities.roleNamed(call.caller.accountId, name)?.arn ?? `${prefix(call)}:role/${name}`;
  };
  return {
    ...on(OF_ROLES, roleArn),
    ...on(OF_USERS, call => `${prefix(call)}:user/${textOf(call, 'UserName')}`),
    ...on(['GetPolicy'], call => textOf(call, 'PolicyArn')),
    ...everywhere([
      'ListRoles', 'ListUsers', 'ListAccountAliases', 'CreateAccountAlias', 'GetAccountPasswordPolicy',
      'UpdateAccountPasswordPolicy',
    ]),
  };
}
