import type { RepositoryReference } from '../sources/contract';

/** What `Branch` asks of its handler. */
export interface BranchRequest extends RepositoryReference {
  readonly branchName: string;
  /** Branch at whose head this one begins. */
  readonly parentName: string;
  readonly environmentName: string;
  readonly accountId: string;
  readonly region: string;
}

export interface BranchResult {
  readonly branchName: string;
  /** The commit that carries the environment descriptor. */
  readonly commitId: string;
}

/** `environment.json` at the root of a branch. */
export interface EnvironmentDescriptor {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly parent: string;
  /** A branch inherits its parent's file; only the file that names the branch itself describes it. */
  readonly branch: string;
}
