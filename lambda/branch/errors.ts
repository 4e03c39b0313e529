import type { BranchRequest } from '../../src/branch/contract';
import { NAMES } from '../../src/private/contract';
import { quotedList } from '../sources/quoted-list';
import type { PullRequest } from '../sources/source';
import {
  HostError,
  RepositoryLockedError,
  RepositoryNotFoundError,
  SourceAccessDeniedError,
  SourceError,
} from '../sources/source';

/** Account and region of the function, which are those of the repositories. */
export interface HandlerLocation {
  readonly accountId: string;
  readonly region: string;
}

/** Explains a permanent error of the repository's host; other errors are returned unchanged. */
export function toUserError(error: unknown, request: BranchRequest, place: HandlerLocation): unknown {
  if (!(error instanceof SourceError)) return error;
  const { repositoryName, branchName, environmentName } = request;
  const where = `account ${place.accountId} in ${place.region}`;
  const inHost = request.host === 'codecommit' ? ` in ${where}` : '';
  const concerning = `(branch '${branchName}' of environment '${environmentName}')`;
  const role = `role '${NAMES.branchProviderRole}' of account ${place.accountId}`;
  if (error instanceof HostError) return new Error(`${error.message}, then deploy again ${concerning}`);
  if (error instanceof RepositoryNotFoundError) {
    return new Error(
      `repository '${repositoryName}' does not exist in ${where} ${concerning}: `
        + 'create it there and push a first commit, or name one that exists, then deploy again',
    );
  }
  if (error instanceof RepositoryLockedError) {
    return new Error(
      `repository '${repositoryName}' in ${where} cannot be read, because its encryption key cannot be used `
        + `${concerning}: ${error.message}: enable the key and allow the ${role} to use it, then deploy again`,
    );
  }
  if (error instanceof SourceAccessDeniedError) {
    return new Error(
      `the ${role} was denied access to repository '${repositoryName}' ${concerning}: `
        + `${error.message}: remove what denies it (a service control policy, a permissions boundary, `
        + "'repositoryNames' of the Organization), or deploy the Organization of this version, then deploy again",
    );
  }
  return new Error(
    `branch '${branchName}' of repository '${repositoryName}'${inHost} cannot be created for environment `
      + `'${environmentName}': ${error.message}: remove the cause, then deploy again`,
  );
}

export function nestedNames({ branchName, repositoryName, environmentName }: BranchRequest, existing: string): Error {
  return new Error(
    `branch '${branchName}' of environment '${environmentName}' cannot be created, `
      + `because repository '${repositoryName}' has branch '${existing}': git cannot have both, `
      + 'because one name begins with the other and a slash; rename one of them, then deploy again',
  );
}

/** CloudFormation forgets a resource whose deletion fails at the end of an update. */
const AGAIN = 'delete it again: deploy again, or, if the stack has no such resource any more, declare it as before (or '
  + 'with BranchRemoval.KEEP), deploy, and remove it';

/** @param open pull requests from or to the branch, at least one */
export function openPullRequestsOf(branch: BranchRequest, open: readonly PullRequest[], isRename: boolean): Error {
  const named = open.slice(0, 10).map(({ id, title }) => `${id} ('${title}')`).join(', ');
  return new Error(
    `${nameOf(branch)} cannot be removed, because pull requests from or to it are open: `
      + `${named}${open.length > 10 ? ' and more' : ''}: merge or close them, then `
      + (isRename ? 'deploy again' : AGAIN),
  );
}

export function usedByChildren(branch: BranchRequest, children: readonly string[]): Error {
  return new Error(
    `${nameOf(branch)} cannot be removed, because it is the parent of ${quotedList(children)}: `
      + `declare another parent for them, then ${AGAIN}`,
  );
}

export function removalRefused(branch: BranchRequest, { message }: Error): SourceError {
  return new SourceError(
    `${nameOf(branch)} cannot be removed: ${message}: remove the cause, then ${AGAIN}`,
  );
}

export function noStartPoint({ startPoint, ...branch }: BranchRequest): Error {
  return new Error(
    `${nameOf(branch)} begins at '${startPoint}', which is no commit, tag or branch of the repository: `
      + 'push it, or name one that exists, then deploy again',
  );
}

function nameOf({ branchName, environmentName, repositoryName }: BranchRequest): string {
  return `branch '${branchName}' of environment '${environmentName}' in repository '${repositoryName}'`;
}
