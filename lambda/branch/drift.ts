import type { BranchRequest } from '../../src/branch/contract';
import type { Drift } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';

export function deleted(request: BranchRequest, lastCommit: string | undefined): Drift {
  const start = lastCommit === undefined
    ? `at the head of '${request.parentName}', because no commit of it is left`
    : `at its last known commit ${lastCommit}`;
  return { what: `${nameOf(request)} does not exist`, remedy: `it is created again ${start}`, isRepairable: true };
}

export function forcePushed(request: BranchRequest, lost: string): Drift {
  return {
    what: `${nameOf(request)} was force-pushed: commit ${lost} is not in it any more`,
    remedy:
      'the branch is accepted as it is, and this is not reported again; to get the commit back, push it: '
      + `git push --force origin ${lost}:refs/heads/${request.branchName}`,
    isRepairable: true,
  };
}

export function notDescribed(request: BranchRequest): Drift {
  return {
    what: `the file '${NAMES.descriptor}' on ${nameOf(request)} does not describe environment `
      + `'${request.environmentName}'`,
    remedy: 'it is committed again',
    isRepairable: true,
  };
}

export function unprotected(request: BranchRequest): Drift {
  return {
    what: `${nameOf(request)} does not require the reviews or checks that are declared for it`,
    remedy: 'they are required again',
    isRepairable: true,
  };
}

export function noRecord(request: BranchRequest): Drift {
  return {
    what: `the registry has no record of ${nameOf(request)}`,
    remedy: 'it is recorded again',
    isRepairable: true,
  };
}

function nameOf({ branchName, repositoryName }: BranchRequest): string {
  return `branch '${branchName}' of repository '${repositoryName}'`;
}
