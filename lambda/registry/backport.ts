import type { BackportStatus, AbsorbedBranch } from '../../src/backport/contract';
import { RECORDS } from '../../src/registry/contract';
import type { RepositoryReference } from '../../src/sources/contract';

/**
 * `pick`: the commits are applied to the work branch. `open`: the pull request is opened. `merge`: it waits to be
 * merged. `absorb`: other branches take the commits over. `tidy`: their pull requests wait to be merged. `undo`: what
 * was created is removed. `end`: complete.
 */
export type BackportStep = 'pick' | 'open' | 'merge' | 'absorb' | 'tidy' | 'undo' | 'end';

/** A branch that is to take the commits over. */
export interface AbsorbRecord extends AbsorbedBranch {
  /** Absent: the branch has no work branch, or none any more. */
  readonly workBranch?: string;
  /** Whether changes need a review, so that the branch must not be fast-forwarded. */
  readonly isReviewed: boolean;
}

/** Record of a backport. Branches that it creates are recorded before. */
export interface BackportRecord {
  readonly backportId: string;
  readonly repository: RepositoryReference;
  /** ARN of the caller. */
  readonly by: string;
  /** In ISO 8601. */
  readonly startedAt: string;
  readonly from: string;
  readonly target: string;
  /** Full ids, in the order in which they are applied. */
  readonly commits: readonly string[];
  readonly step: BackportStep;
  readonly state: BackportStatus['state'];
  readonly workBranch: string;
  /** Exists only while a commit is applied. */
  readonly temporaryBranch: string;
  /** The head of the target when the work branch was created. */
  readonly base?: string;
  /** The expected head of the work branch. */
  readonly tip?: string;
  /** Number of commits that were applied, or were there. */
  readonly position: number;
  readonly pullRequestId?: string;
  /** The commit that the other branches take over. */
  readonly mergedCommit?: string;
  readonly conflictingCommit?: string;
  readonly files?: readonly string[];
  readonly reason?: string;
  readonly branches: readonly AbsorbRecord[];
  /** Number of looks at the pull request. */
  readonly looks: number;
  /** Number of consecutive failures of the current step. */
  readonly failures: number;
  /** In seconds since 1970. */
  readonly deleteAfter: number;
}

export function backportKey(backportId: string): string {
  return `${RECORDS.backport}${backportId}`;
}

/** What an operator sees. */
export function backportStatus(record: BackportRecord): BackportStatus {
  const { backportId, repository: { repositoryName }, from, target, commits, state, pullRequestId } = record;
  const { conflictingCommit, files, reason } = record;
  return {
    backportId,
    repositoryName,
    from,
    target,
    commits,
    state,
    ...pullRequestId !== undefined && { pullRequestId, workBranch: record.workBranch },
    ...conflictingCommit !== undefined && { conflictingCommit },
    ...files && { files },
    ...reason !== undefined && { reason },
    branches: record.branches.map(({ workBranch, isReviewed, ...branch }) => branch),
  };
}
