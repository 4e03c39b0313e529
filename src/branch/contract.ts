import type { RepositoryReference } from '../sources/contract';

/** What `Branch` requests of its handler. */
export interface BranchRequest extends RepositoryReference {
  readonly branchName: string;
  /** Branch from whose head this one is created. */
  readonly parentName: string;
  readonly environmentName: string;
  readonly accountId: string;
  readonly region: string;
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
