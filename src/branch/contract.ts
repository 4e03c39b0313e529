import type { RepositoryReference } from '../sources/contract';

/** What `Branch` requests of its handler. */
export interface BranchRequest extends RepositoryReference {
  readonly branchName: string;
  /** Branch from which this one comes; without a start point, it is created at its head. */
  readonly parentName: string;
  /** Commit id, tag or branch at which this branch is created. */
  readonly startPoint?: string;
  /** @default 'keep' */
  readonly removal?: 'keep' | 'archive';
  /** Present if changes need a review. */
  readonly review?: BranchReview;
  /** Names of the checks that must pass before a pull request is merged. Absent: none. */
  readonly checks?: readonly string[];
  readonly environmentName: string;
  readonly accountId: string;
  readonly region: string;
}

/** The review of pull requests to a branch. */
export interface BranchReview {
  /** Number of approvals, from 1. */
  readonly approvals: string;
  /** ARNs of those who may approve, which may contain `*`. Absent: all who may approve pull requests. */
  readonly approvers?: readonly string[];
}

export interface BranchResult {
  readonly branchName: string;
  /** The commit that added `environment.json`. */
  readonly commitId: string;
}

/** `environment.json` at the root of a branch. */
export interface EnvironmentDescriptor {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly parent: string;
  /** A branch has the file of its parent at first; a file describes only the branch that it names. */
  readonly branch: string;
}
