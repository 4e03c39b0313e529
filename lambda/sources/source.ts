import type { EventBridgeEvent } from 'aws-lambda';
import type { RepositoryReference } from '../../src/sources/contract';

/** The author of a commit. */
export interface Author {
  readonly name?: string;
  /** In milliseconds since 1970. */
  readonly at?: number;
}

/** One file to commit to a branch. */
export interface FileChange {
  readonly repositoryName: string;
  readonly branchName: string;
  /** The commit that the branch is expected to be at. */
  readonly parentCommitId: string;
  readonly path: string;
  readonly text: string;
  readonly message: string;
}

/** A commit to bring to a branch. */
export interface MergeRequest {
  readonly repositoryName: string;
  readonly branchName: string;
  readonly commitId: string;
  readonly message: string;
}

/**
 * A service that hosts repositories. A call that the host rejects throws one of the errors below; a transient error is
 * thrown unchanged.
 */
export interface SourceHost {
  /** The commit at the head of a branch; undefined: the repository has no such branch. */
  head(repositoryName: string, branchName: string): Promise<string | undefined>;
  /** Names of branches, but not necessarily all of them; none: the repository has no commit. */
  branches(repositoryName: string): Promise<readonly string[]>;
  /** The text of a file in a commit; undefined: the commit has no such file. */
  file(repositoryName: string, commitId: string, path: string): Promise<string | undefined>;
  /** @throws BranchMovedError if the branch exists */
  createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void>;
  /**
   * Commits a file to a branch.
   * @returns the id of the new commit
   * @throws BranchMovedError if the branch is not at the expected parent
   */
  commitFile(change: FileChange): Promise<string>;
  /**
   * Whether a commit is an ancestor of another one, or the same. It also holds if the host cannot tell, because there
   * are too many commits between them. Undefined: the repository has no such commit.
   */
  contains(repositoryName: string, commitId: string, ancestorId: string): Promise<boolean | undefined>;
  /** The commit that a commit id, a branch or a tag names; undefined: the repository has none. */
  resolve(repositoryName: string, reference: string): Promise<string | undefined>;
  /**
   * Brings a commit to a branch: by fast-forward if possible, otherwise by a merge. The descriptor of the branch is
   * kept.
   *
   * @returns the head of the branch; the former head if it contains the commit
   * @throws MergeConflictError with the files that conflict
   * @throws BranchMovedError if a concurrent writer has moved the branch
   */
  merge(merge: MergeRequest): Promise<string>;
  /** Undefined: the repository has no such commit. */
  authorOf(repositoryName: string, commitId: string): Promise<Author | undefined>;
}

/** An event of EventBridge, whichever host it comes from. */
export type HostEvent = Pick<
  EventBridgeEvent<string, Readonly<Record<string, unknown>>>,
  'id' | 'source' | 'resources' | 'detail'
>;

/** A branch that was created or updated, and its new head. */
export interface MovedBranch {
  readonly repository: RepositoryReference;
  readonly branchName: string;
  readonly commitId: string;
}

/** The host rejected a call, and will reject every retry. */
export class SourceError extends Error {
  public constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = new.target.name;
  }
}

/** The host has no such repository. */
export class RepositoryNotFoundError extends SourceError {}

/** The repository is encrypted with a key that cannot be used. */
export class RepositoryLockedError extends SourceError {}

/** The role of the function has no permission. */
export class SourceAccessDeniedError extends SourceError {}

/** The host rejected a call; the message says why in the words of the user, and what to do. */
export class HostError extends SourceError {}

/** The host is down, or limits the rate of calls: a retry may succeed. */
export class HostUnavailableError extends Error {
  /** As errors of the SDK that can be retried. */
  public readonly $retryable = {};

  public constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = new.target.name;
  }
}

/** A commit cannot be merged into a branch, because both have changed the same lines. */
export class MergeConflictError extends SourceError {
  public constructor(
    branchName: string,
    public readonly files: readonly string[],
  ) {
    super(`the commit conflicts with branch '${branchName}' in ${files.join(', ')}`);
  }
}

/** A concurrent writer created or updated the branch: read it again. */
export class BranchMovedError extends SourceError {}
