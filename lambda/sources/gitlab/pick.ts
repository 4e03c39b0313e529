import type { GitLabClient } from './repository';
import { NAMES } from '../../../src/private/contract';
import type { PickRequest } from '../source';
import { BranchMovedError, MergeConflictError, SourceError } from '../source';

/** The paths of a file in a difference. */
interface Paths {
  readonly old_path: string;
  readonly new_path: string;
}

/**
 * Picks a commit by the operation of GitLab, which applies it to the head of the branch: a push between the look at the
 * head and the pick is found afterwards, and reported.
 */
export async function pick(
  { branches, commits, repositories, cherryPick }: GitLabClient, request: PickRequest,
): Promise<string | undefined> {
  const { repositoryName, commit: { commitId, parents }, branchName, parentCommitId, message } = request;
  const [base = ''] = parents;
  if (parents.length !== 1) throw new SourceError(`commit ${commitId} has ${parents.length} parents`);
  const changed = namesOf(await commits.showDiff(repositoryName, commitId, { perPage: 100 }));
  if (changed.length === 1 && changed[0] === NAMES.descriptor) return undefined;
  if (changed.includes(NAMES.descriptor)) {
    throw new SourceError(`commit ${commitId} changes ${NAMES.descriptor} besides other files, and GitLab cannot leave `
      + 'it out: commit the other files alone, or pick it with git cherry-pick -x');
  }
  const { commit: { id: head } } = await branches.show(repositoryName, branchName);
  if (head !== parentCommitId) throw moved(head, parentCommitId);
  const picked = await cherryPick({ repositoryName, commitId, branchName, message });
  if ('id' in picked) {
    if (picked.parents[0] !== parentCommitId) throw moved(picked.parents[0] ?? '', parentCommitId);
    return picked.id;
  }
  if (picked.failure === 'empty') return undefined;
  const { diffs = [] } = await repositories.compare(repositoryName, base, parentCommitId, { straight: true });
  const own = new Set(namesOf(diffs));
  // GitLab does not name the files that conflict
  throw new MergeConflictError(branchName, changed.filter(name => own.has(name)));
}

function namesOf(differences: readonly Paths[]): readonly string[] {
  return [...new Set(differences.flatMap(({ old_path, new_path }) => [old_path, new_path]))];
}

function moved(head: string, expected: string): BranchMovedError {
  return new BranchMovedError(`the branch is at ${head}, and not at ${expected}`);
}
