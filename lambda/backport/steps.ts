import { BackportError } from './errors';
import type { BackportRecord } from '../registry/backport';
import type { Registry } from '../registry/registry';
import type { Hosts } from '../sources/hosts';
import type { CommitDetails } from '../sources/source';
import { MergeConflictError } from '../sources/source';

/** The calls of the host that backports need. */
export type BackportCalls =
  'head' | 'createBranch' | 'deleteBranch' | 'commit' | 'contains'
  | 'pick' | 'forward' | 'propose' | 'openPullRequest' | 'pullRequest';

/** What the steps work with. */
export interface BackportParts {
  readonly registry: Registry;
  readonly hosts: Hosts<BackportCalls>;
  readonly now: () => number;
}

/** What a step changes in the record, and the seconds until the next one. */
export interface StepResult {
  readonly change: Partial<BackportRecord>;
  readonly seconds?: number;
}

export type Step = (record: BackportRecord, parts: BackportParts) => Promise<StepResult>;

/** A pull request may wait for 60 days. */
export const MAX_LOOKS = 60 * 24;
const FIRST_LOOK_SECONDS = 15;
const LOOK_SECONDS = 3600;

/** Seconds until the next look at a pull request. @param looks number of looks before */
export function pauseAfter(looks: number): number {
  return Math.min(LOOK_SECONDS, Math.round(FIRST_LOOK_SECONDS * 1.1 ** looks));
}

/** Records where the work branch begins. */
export const start: Step = async ({ repository, target }, { hosts }) => {
  const base = await hosts(repository).head(repository.repositoryName, target);
  if (base === undefined) {
    throw new BackportError(`branch '${target}' does not exist in repository '${repository.repositoryName}'`);
  }
  return { change: { base, tip: base } };
};

/** Applies the next commit to the work branch. */
export const pickNext: Step = async (record, { hosts }) => {
  const { repository, repository: { repositoryName }, workBranch, tip = '', base, position } = record;
  const host = hosts(repository);
  const commitId = record.commits[position];
  if (commitId === undefined) {
    return { change: tip === base ? { step: 'undo', state: 'already there' } : { step: 'open' } };
  }
  const commit = await host.commit(repositoryName, commitId);
  if (!commit) throw new BackportError(`commit ${commitId} does not exist in repository '${repositoryName}' any more`);
  const head = await host.head(repositoryName, workBranch);
  if (head === undefined) await host.createBranch(repositoryName, workBranch, tip);
  else if (head !== tip) return { change: await pickedBefore(record, commit, head, host) };
  try {
    const picked = await host.pick({
      repositoryName,
      commit,
      branchName: workBranch,
      parentCommitId: tip,
      message: messageOf(commit),
      temporaryBranch: record.temporaryBranch,
    });
    return { change: { position: position + 1, ...picked !== undefined && { tip: picked } } };
  } catch (error) {
    if (!(error instanceof MergeConflictError)) throw error;
    return { change: { step: 'undo', state: 'conflict', conflictingCommit: commitId, files: error.files } };
  }
};

/** A call that was interrupted may have applied the commit. */
async function pickedBefore(
  { repository: { repositoryName }, tip, position, workBranch }: BackportRecord, commit: CommitDetails, head: string,
  host: ReturnType<Hosts<BackportCalls>>,
): Promise<Partial<BackportRecord>> {
  const found = await host.commit(repositoryName, head);
  if (found?.parents[0] === tip && found?.message.trim() === messageOf(commit).trim()) {
    return { position: position + 1, tip: head };
  }
  throw new BackportError(`branch '${workBranch}' was changed by another user`);
}

export const openPullRequest: Step = async (record, { hosts }) => {
  const { repository, repository: { repositoryName }, workBranch, target, commits, from } = record;
  const first = await hosts(repository).commit(repositoryName, commits[0] ?? '');
  const pullRequestId = await hosts(repository).openPullRequest({
    repositoryName,
    sourceBranch: workBranch,
    targetBranch: target,
    title: `Backport to ${target}: ${first?.message.split('\n')[0] ?? ''}`,
    description: [
      `Ports these commits of ${from} back to ${target}:`, '', ...commits.map(id => `- ${id}`), '',
      `Started by ${record.by} (${record.backportId}).`,
    ].join('\n'),
    token: record.backportId,
  });
  return { change: { step: 'merge', state: 'opened', pullRequestId } };
};

/** Waits until a person has merged or closed the pull request. */
export const lookAtPullRequest: Step = async (record, { hosts }) => {
  const { repository, repository: { repositoryName }, pullRequestId = '', looks, target, workBranch, tip } = record;
  const host = hosts(repository);
  const pullRequest = await host.pullRequest(repositoryName, pullRequestId);
  if (pullRequest?.state === 'open') {
    if (looks >= MAX_LOOKS) throw new BackportError(`pull request ${pullRequestId} was open for more than 60 days`);
    return { change: { looks: looks + 1 }, seconds: pauseAfter(looks) };
  }
  if (pullRequest?.state !== 'merged') return { change: { step: 'end', state: 'closed' } };
  const mergedCommit = pullRequest.mergeCommitId ?? (await host.head(repositoryName, target));
  if (mergedCommit === undefined) throw new BackportError(`branch '${target}' was deleted`);
  // after a squash, the commits of the work branch are in no other branch, so it stays
  const isMerged = tip !== undefined && (await host.contains(repositoryName, mergedCommit, tip)) === true;
  if (isMerged && (await host.head(repositoryName, workBranch)) === tip) {
    await host.deleteBranch(repositoryName, workBranch, tip);
  }
  return { change: { step: 'absorb', state: 'absorbing', mergedCommit } };
};

/** Removes what was created, unless another user has changed it. */
export const undo: Step = async (record, { hosts }) => {
  const { repository, repository: { repositoryName }, workBranch, temporaryBranch, tip, base } = record;
  const host = hosts(repository);
  if (base !== undefined) {
    if ((await host.head(repositoryName, temporaryBranch)) !== undefined) {
      await host.deleteBranch(repositoryName, temporaryBranch);
    }
    const head = await host.head(repositoryName, workBranch);
    if (head !== undefined && (head === tip || (await isOurs(host, record, head)))) {
      await host.deleteBranch(repositoryName, workBranch, head);
    }
  }
  return { change: { step: 'end' } };
};

/** Whether a call that was interrupted has applied the next commit of this backport. */
async function isOurs(
  host: ReturnType<Hosts<BackportCalls>>, { repository: { repositoryName }, commits, position, tip }: BackportRecord,
  head: string,
): Promise<boolean> {
  const commit = await host.commit(repositoryName, head);
  const mark = `${PICKED_FROM}${commits[position]})`;
  return commit?.parents[0] === tip && commit?.message.trimEnd().endsWith(mark) === true;
}

const PICKED_FROM = '(cherry picked from commit ';

/** The message that `git cherry-pick -x` writes. */
export function messageOf({ message, commitId }: CommitDetails): string {
  const text = message.trimEnd();
  // as git does: after a line like 'Signed-off-by: …', without an empty line
  const last = text.split('\n').at(-1) ?? '';
  const isTrailer = text.includes('\n\n') && (/^[\w-]+: /.test(last) || last.startsWith(PICKED_FROM));
  return `${text}\n${isTrailer ? '' : '\n'}${PICKED_FROM}${commitId})\n`;
}
