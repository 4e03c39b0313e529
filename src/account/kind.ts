import type { Kind } from '../kinds/kind';
import { describeStacks } from '../kinds/permissions';
import { VENDING_REASONS } from '../organization/vending-permissions';
import { NAMES, RESOURCE_TYPES } from '../private/contract';
import { RECORDS } from '../registry/contract';
import { readConnections } from '../sources/connection-reading';
import { credentialsPermissions } from '../sources/credentials';
import { repositoryPermissions } from '../sources/repository-permissions';

export const ACCOUNT_KIND: Kind = {
  name: 'account',
  resourceType: RESOURCE_TYPES.account,
  alsoServes: [
    RESOURCE_TYPES.preconditions, RESOURCE_TYPES.organizationalUnit, RESOURCE_TYPES.pool, RESOURCE_TYPES.baseline,
  ],
  roleName: NAMES.accountProviderRole,
  description: 'Vends the accounts of environments',
  records: {
    write: [RECORDS.account, RECORDS.preconditions, RECORDS.unreachable, RECORDS.unit, RECORDS.closing],
    // an account in use is not closed, and one of a pool is not imported
    read: [RECORDS.lease],
    queue: [RECORDS.creations],
  },
  environment: ({ access }) => access.environment,
  permissions: ({ access, repositoryNames, repositoryCredentials }) => [
    ...access.statements.map(statement => ({ statement, whyWildcard: VENDING_REASONS[statement.sid ?? ''] })),
    repositoryPermissions(repositoryNames, 'account'),
    ...credentialsPermissions(repositoryCredentials),
    ...(repositoryCredentials.length > 0 ? [readConnections()] : []),
    // a rollback closes no account
    describeStacks('DescribeStacks', ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks']),
  ],
};
