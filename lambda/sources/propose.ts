import type { ProposeRequest, SourceHost } from './source';
import { BranchMovedError, SourceError } from './source';
import { NAMES } from '../../src/private/contract';

/** Merges on the work branch. After a conflict, the branch is removed. It may be repeated. */
export async function proposeMerge(
  host: Pick<SourceHost, 'head' | 'createBranch' | 'deleteBranch' | 'merge'>,
  { repositoryName, branchName, workBranch, commitId, message }: ProposeRequest,
): Promise<void> {
  const head = await host.head(repositoryName, branchName);
  if (head === undefined) throw new SourceError(`branch '${branchName}' was deleted`);
  const begun = await host.head(repositoryName, workBranch);
  if (begun === undefined) await host.createBranch(repositoryName, workBranch, head);
  try {
    await host.merge({ repositoryName, branchName: workBranch, commitId, message });
  } catch (error) {
    if (error instanceof BranchMovedError || !(error instanceof SourceError)) throw error;
    const left = await host.head(repositoryName, workBranch);
    // without commits of its own
    if (left !== undefined && [head, begun].includes(left)) await host.deleteBranch(repositoryName, workBranch);
    throw error;
  }
}

/**
 * Creates the work branch at the commit, for hosts that merge only pull requests: they show conflicts there. The work
 * branch gets the descriptor of the merge base, so that the merge keeps the descriptor of the other branch. It may be
 * repeated.
 */
export async function proposeCommit(
  host: Pick<SourceHost, 'head' | 'createBranch' | 'file' | 'commitFile'>,
  { repositoryName, workBranch, commitId }: ProposeRequest,
  baseId: string | undefined,
): Promise<void> {
  const begun = await host.head(repositoryName, workBranch);
  if (begun === undefined) await host.createBranch(repositoryName, workBranch, commitId);
  const head = begun ?? commitId;
  const descriptorIn = async (id: string) => host.file(repositoryName, id, NAMES.descriptor);
  const wanted = baseId === undefined ? undefined : await descriptorIn(baseId);
  if (await descriptorIn(head) === wanted) return;
  await host.commitFile({
    repositoryName,
    branchName: workBranch,
    parentCommitId: head,
    path: NAMES.descriptor,
    ...wanted !== undefined && { text: wanted },
    message: `chore(environment): leave ${NAMES.descriptor} to the branch that is merged into`,
  });
}
