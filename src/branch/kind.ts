import type { Kind } from '../kinds/kind';
import { NAMES, RESOURCE_TYPES } from '../private/contract';
import { LISTED, RECORDS } from '../registry/contract';
import { credentialsPermissions } from '../sources/credentials';
import { repositoryPermissions, reviewPermissions } from '../sources/repository-permissions';

export const BRANCH_KIND: Kind = {
  name: 'branch',
  resourceType: RESOURCE_TYPES.branch,
  alsoServes: [RESOURCE_TYPES.repository],
  roleName: NAMES.branchProviderRole,
  description: 'Creates the branches of environments, and repositories',
  // the last commits: a deleted branch is created at one of them
  records: { write: [RECORDS.branch], read: [RECORDS.deployment], list: [LISTED.branch] },
  permissions: ({ repositoryNames, repositoryCredentials }) => [
    repositoryPermissions(repositoryNames, 'branch'), reviewPermissions(),
    ...credentialsPermissions(repositoryCredentials),
  ],
};
