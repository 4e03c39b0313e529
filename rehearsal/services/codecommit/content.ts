import type { BranchHead, CommitDetails, CommitRequest, TreeEntry } from './repository';

/** One repository: what CodeCommit's operations need of git. */
export interface Content {
  branches(): Promise<BranchHead[]>;
  head(branch: string): Promise<string | undefined>;
  /** The commit that a branch, a tag, a full or a short id stands for. */
  resolve(reference: string): Promise<string | undefined>;
  /** The branch that a clone checks out; the first one where it does not exist. */
  defaultBranch(): Promise<string | undefined>;
  isValidBranchName(branch: string): Promise<boolean>;
  /** Moves a branch from one commit to another in one step; answers false when it is no longer where it is thought to be. */
  moveBranch(branch: string, from: string | undefined, to: string | undefined): Promise<boolean>;
  entries(commitId: string, folder: string): Promise<TreeEntry[]>;
  entry(commitId: string, path: string): Promise<TreeEntry | undefined>;
  blob(id: string): Promise<Buffer>;
  treeOf(commitId: string, folder?: string): Promise<string | undefined>;
  /** Everything in a commit as a zip archive. */
  archive(commitId: string): Promise<Buffer>;
  details(commitId: string): Promise<CommitDetails>;
  /** Writes a commit that no branch points to yet. */
  commit(request: CommitRequest): Promise<{ commitId: string; treeId: string }>;
  /** Runs changes of this repository one after another. */
  exclusively<Result>(change: () => Promise<Result>): Promise<Result>;
}
