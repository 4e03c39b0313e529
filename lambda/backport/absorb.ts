import { MAX_LOOKS, pauseAfter } from './steps';
import type { BackportParts, Step } from './steps';
import type { AbsorbRecord, BackportRecord } from '../registry/backport';
import { BranchMovedError, MergeConflictError, SourceError } from '../sources/source';

/** Below the limits of hosts for calls that create content. */
const PACE_SECONDS = 2;

/** Brings the merged commit to the next branch that lacks it. */
export const absorb: Step = async (record, parts) => {
  const index = record.branches.findIndex(({ state }) => state === 'waiting');
  const branch = record.branches[index];
  if (!branch) return { change: { step: 'tidy', state: 'absorbed', looks: 0 } };
  const next = await attempt(branch, index, record, parts);
  const branches = record.branches.map((other, position) => (position === index ? next : other));
  return { change: { branches }, seconds: next.state === 'opened' ? PACE_SECONDS : 0 };
};

/** Removes the work branches whose pull requests have ended. Waits for the others as for that of the backport. */
export const tidy: Step = async (record, parts) => {
  const branches: AbsorbRecord[] = [];
  for (const branch of record.branches) branches.push(await withoutWorkBranch(branch, record, parts));
  const isDone = branches.every(({ workBranch }) => workBranch === undefined);
  if (isDone || record.looks >= MAX_LOOKS) return { change: { step: 'end', branches } };
  return { change: { branches, looks: record.looks + 1 }, seconds: pauseAfter(record.looks) };
};

/** A work branch with commits that another user has pushed after the merge stays. */
async function withoutWorkBranch(
  branch: AbsorbRecord, { repository, repository: { repositoryName } }: BackportRecord, { hosts }: BackportParts,
): Promise<AbsorbRecord> {
  const { workBranch, pullRequestId, branchName, ...rest } = branch;
  if (workBranch === undefined || pullRequestId === undefined) return branch;
  const host = hosts(repository);
  const pullRequest = await host.pullRequest(repositoryName, pullRequestId);
  if (pullRequest?.state === 'open') return branch;
  const [head, target] = [await host.head(repositoryName, workBranch), await host.head(repositoryName, branchName)];
  const isMerged = head !== undefined && target !== undefined
    && (await host.contains(repositoryName, target, head)) === true;
  if (isMerged) await host.deleteBranch(repositoryName, workBranch, head);
  return { ...rest, branchName, pullRequestId };
}

/** One branch that the host rejects does not stop the others. */
async function attempt(
  branch: AbsorbRecord, index: number, record: BackportRecord, parts: BackportParts,
): Promise<AbsorbRecord> {
  try {
    return await absorbInto(branch, index, record, parts);
  } catch (error) {
    if (error instanceof MergeConflictError) return { ...branch, state: 'conflict', files: error.files };
    if (error instanceof BranchMovedError || !(error instanceof SourceError)) throw error;
    return { ...branch, state: 'failed', reason: error.message };
  }
}

async function absorbInto(
  branch: AbsorbRecord, index: number, record: BackportRecord, parts: BackportParts,
): Promise<AbsorbRecord> {
  const { repository, repository: { repositoryName }, mergedCommit = '', backportId } = record;
  const host = parts.hosts(repository);
  const { branchName } = branch;
  const head = await host.head(repositoryName, branchName);
  if (head === undefined) return { ...branch, state: 'failed', reason: `branch '${branchName}' was deleted` };
  if (await hasAll(record, head, parts)) return { ...branch, state: 'contained' };
  const message = `Merge ${record.target} into ${branchName} (${backportId})`;
  if (!branch.isReviewed && (await host.contains(repositoryName, mergedCommit, head)) === true) {
    if (await host.forward(repositoryName, branchName, mergedCommit)) return { ...branch, state: 'forwarded' };
  }
  // its name is known without a record: a repeated step finds it
  const workBranch = `${record.workBranch}-${index + 1}`;
  await host.propose({ repositoryName, branchName, commitId: mergedCommit, message, workBranch });
  const pullRequestId = await host.openPullRequest({
    repositoryName,
    sourceBranch: workBranch,
    targetBranch: branchName,
    title: `Absorb ${record.target} into ${branchName}`,
    description: `Brings commit ${mergedCommit} of ${record.target}, and all before it, to ${branchName} `
      + `(${backportId}, started by ${record.by}).`,
    token: `${backportId}-${index + 1}`,
  });
  return { ...branch, state: 'opened', pullRequestId, workBranch };
}

/** Whether a branch has the merged commit, or all commits that were ported back. */
async function hasAll(
  { repository, commits, mergedCommit = '' }: BackportRecord, head: string, { hosts }: BackportParts,
): Promise<boolean> {
  const host = hosts(repository);
  const { repositoryName } = repository;
  if ((await host.contains(repositoryName, head, mergedCommit)) === true) return true;
  for (const commitId of commits) {
    if ((await host.contains(repositoryName, head, commitId)) !== true) return false;
  }
  return commits.length > 0;
}
