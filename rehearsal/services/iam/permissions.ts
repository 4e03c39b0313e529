import { everywhere, on, partitionOf, textOf } from '../../core/permissions';
import type { Call } from '../../core/service';

const roleArn = (call: Call): string =>
  `arn:${partitionOf(call)}:iam::${call.caller.accountId}:role/${textOf(call, 'RoleName')}`;

export const permissions = {
  ...on(['GetRole', 'ListRolePolicies', 'ListAttachedRolePolicies'], roleArn),
  ...on(['GetPolicy'], call => textOf(call, 'PolicyArn')),
  ...everywhere(['ListRoles', 'ListAccountAliases', 'CreateAccountAlias']),
};
