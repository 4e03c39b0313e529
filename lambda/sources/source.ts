import type { EventBridgeEvent } from 'aws-lambda';
import type { BranchReview } from '../../src/branch/contract';
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
  /** Absent: the file is removed. */
  readonly text?: string;
  readonly message: string;
}

/** A pull request. */
export interface PullRequest {
  readonly id: string;
  readonly title: string;
  /** Branch whose commits are to be merged. */
  readonly sourceBranch: string;
  /** Branch into which they are to be merged. */
  readonly targetBranch: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** The commit of the target branch that has merged it. */
  readonly mergeCommitId?: string;
}

/** What pull requests to a branch need; empty: nothing. */
export interface BranchRules {
  readonly review?: BranchReview;
  /** Names of checks that must pass. */
  readonly checks?: readonly string[];
}

/** A pull request to open. */
export interface NewPullRequest {
  readonly repositoryName: string;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly title: string;
  readonly description: string;
  /** Identifies the pull request: the same token opens it only once. At most 64 characters. */
  readonly token: string;
}

/** A commit and who has made it. */
export interface CommitDetails {
  readonly commitId: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
}

/** How many commits of two branches the other one lacks; merges and commits with the same patch do not count. */
export interface Comparison {
  readonly ahead: number;
  readonly behind: number;
  /** Whether there are more: the branches are too far apart. */
  readonly isMinimum?: true;
}

/** A commit whose change is to be applied to a branch. */
export interface PickRequest {
  readonly repositoryName: string;
  /** The commit to apply; it has one parent. */
  readonly commit: CommitDetails;
  readonly branchName: string;
  /** The commit that the branch is expected to be at. */
  readonly parentCommitId: string;
  readonly message: string;
  /**
   * Name of a branch that the host may create in between. It exists only during the call; after a crash, a repeated
   * call removes it.
   */
  readonly temporaryBranch: string;
}

/** A commit to bring to a branch. */
export interface MergeRequest {
  readonly repositoryName: string;
  readonly branchName: string;
  readonly commitId: string;
  readonly message: string;
}

/** A commit to bring to a branch by a pull request. */
export interface ProposeRequest extends MergeRequest {
  /** Name of the source branch of the pull request. */
  readonly workBranch: string;
}

/** Where git reads and writes a repository. */
export interface GitRemote {
  /** Without a slash at its end. */
  readonly url: string;
  /** The header of requests; it may be valid for minutes only. Never logged. */
  readonly authorization: string;
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
  /**
   * Creates a private repository without commits.
   *
   * @throws RepositoryExistsError
   */
  createRepository(repositoryName: string): Promise<void>;
  /** Where git reads and writes a repository, with the credentials for it. */
  gitRemote(repositoryName: string): Promise<GitRemote>;
  /** @throws BranchMovedError if the branch exists */
  createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void>;
  /**
   * Deletes a branch. GitHub deletes it on the condition that it is at the expected commit. The other hosts have no
   * such condition: the branch is compared first, so a push between the comparison and the deletion is not noticed,
   * except in CodeCommit, which returns the commit that was deleted.
   *
   * @param expected the commit at which it was last; undefined: wherever it is
   * @returns the commit at which it was; undefined: the repository has no such branch
   * @throws BranchMovedError if it is at another commit
   */
  deleteBranch(repositoryName: string, branchName: string, expected?: string): Promise<string | undefined>;
  /**
   * The rules for a branch that others have made, and that cannot be distinguished from those of this library: it
   * neither changes nor removes them. They are the same after `protect` only if it is called before it.
   */
  foreignRules(repositoryName: string, branchName: string): Promise<readonly string[]>;
  /**
   * Makes, changes or removes the rules of this library for pull requests to a branch. It may be repeated.
   *
   * @param foreign rules of others, from `foreignRules`
   * @throws BranchMovedError if it must be repeated
   */
  protect(
    repositoryName: string, branchName: string, rules: BranchRules, foreign: readonly string[],
  ): Promise<void>;
  /** Whether pull requests to a branch need at least this, also by rules of others where the host tells. */
  requires(repositoryName: string, branchName: string, rules: BranchRules): Promise<boolean>;
  /** The open pull requests from or to a branch. */
  openPullRequests(repositoryName: string, branchName: string): Promise<readonly PullRequest[]>;
  /**
   * Commits a file to a branch.
   * @returns the id of the new commit
   * @throws BranchMovedError if the branch is not at the expected parent
   */
  commitFile(change: FileChange): Promise<string>;
  /**
   * Whether a commit is an ancestor of another one, or the same. Unknown: the host cannot tell, because there are too
   * many commits between them. Undefined: the repository has no such commit.
   */
  contains(repositoryName: string, commitId: string, ancestorId: string): Promise<boolean | 'unknown' | undefined>;
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
  /**
   * Fast-forwards a branch to a commit that contains its head, unless the host does not allow it, or a rule protects
   * the branch.
   *
   * @returns whether the branch is at the commit
   * @throws BranchMovedError if a concurrent writer has moved the branch
   */
  forward(repositoryName: string, branchName: string, commitId: string): Promise<boolean>;
  /**
   * Creates a work branch whose pull request brings a commit to a branch, which keeps its descriptor. It may be
   * repeated.
   *
   * @throws MergeConflictError with the files that conflict, if the host tells before the pull request: no work branch
   * is left
   */
  propose(request: ProposeRequest): Promise<void>;
  /**
   * Applies the change of a commit to a branch as `git cherry-pick` does, by a commit of the same author. The
   * descriptor of the branch is kept.
   *
   * @returns the new commit; undefined: the branch has the change already
   * @throws MergeConflictError with the files that conflict
   * @throws BranchMovedError if the branch is not at the expected parent
   */
  pick(pick: PickRequest): Promise<string | undefined>;
  /** Counts commits as `git cherry` does: those of a commit that another one lacks, and the other way round. */
  compare(repositoryName: string, commitId: string, otherId: string): Promise<Comparison>;
  /** Undefined: the repository has no such commit. */
  commit(repositoryName: string, commitId: string): Promise<CommitDetails | undefined>;
  /** Opens a pull request, and returns its id. */
  openPullRequest(pullRequest: NewPullRequest): Promise<string>;
  /** Undefined: there is no such pull request. */
  pullRequest(repositoryName: string, id: string): Promise<PullRequest | undefined>;
  /** The commits of a pull request without merges, oldest first; undefined: there is no such pull request. */
  pullRequestCommits(repositoryName: string, id: string): Promise<readonly string[] | undefined>;
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

/** The host has a repository of this name. */
export class RepositoryExistsError extends SourceError {}

/** The repository is encrypted with a key that cannot be used. */
export class RepositoryLockedError extends SourceError {}

/** The role of the function has no permission. */
export class SourceAccessDeniedError extends SourceError {}

/** The host rejected a call; the message says why in the words of the user, and what to do. */
export class HostError extends SourceError {}

/** The host has no such repository, or the credentials may not see it. */
export class HostRepositoryMissingError extends HostError {}

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

/** @throws BranchMovedError if the head of a branch is not at the expected commit; undefined expects nothing */
export function requireHead(head: string, expected: string | undefined): void {
  if (expected !== undefined && head !== expected) {
    throw new BranchMovedError(`the branch is at ${head}, and not at ${expected}`);
  }
}
