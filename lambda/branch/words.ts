import type { BranchRequest } from '../../src/branch/contract';
import { NAMES } from '../../src/private/contract';
import { isNamed, isRefused } from '../shared/errors';

/** Where the repositories are. */
export interface Place { readonly accountId: string; readonly region: string }

const ENCRYPTION = [
  'EncryptionIntegrityChecksFailedException', 'EncryptionKeyAccessDeniedException', 'EncryptionKeyDisabledException',
  'EncryptionKeyInvalidIdException', 'EncryptionKeyInvalidUsageException', 'EncryptionKeyNotFoundException', 'EncryptionKeyRequiredException',
  'EncryptionKeyUnavailableException',
];

/** The same error in the user's words, if it is one of CodeCommit's that will not pass by itself. */
export function explained(error: unknown, request: BranchRequest, place: Place): unknown {
  if (!isRefused(error)) return error;
  const { repositoryName, branchName, environmentName } = request;
  const where = `account ${place.accountId} in ${place.region}`;
  const concerning = `(branch '${branchName}' of environment '${environmentName}')`;
  const role = `role '${NAMES.branchProviderRole}' of account ${place.accountId}`;
  if (error.name === 'RepositoryDoesNotExistException') {
    return new Error(`repository '${repositoryName}' does not exist in ${where} ${concerning}: `
      + 'create it there and push a first commit, or name one that exists, then deploy again');
  }
  if (isNamed(error, ...ENCRYPTION)) {
    return new Error(`repository '${repositoryName}' in ${where} cannot be read, because its encryption key cannot be used ${concerning}: `
      + `${error.message}: enable the key and let the ${role} use it, then deploy again`);
  }
  if (isNamed(error, 'AccessDeniedException', 'AccessDenied')) {
    return new Error(`the ${role} was denied access to repository '${repositoryName}' ${concerning}: ${error.message}: `
      + 'remove what denies it (a service control policy, a permissions boundary), or deploy the Organization of this version, then deploy again');
  }
  return new Error(`branch '${branchName}' of repository '${repositoryName}' in ${where} cannot be made for environment '${environmentName}': `
    + `${error.name}: ${error.message}`);
}
