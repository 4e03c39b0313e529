export interface BranchHead {
  readonly name: string;
  readonly commitId: string;
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly id: string;
  readonly path: string;
}

export interface Author {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface CommitRequest {
  readonly parent?: string;
  readonly message: string;
  readonly author: Author;
  readonly put: readonly { readonly path: string; readonly content: Buffer; readonly mode: string }[];
  readonly remove: readonly string[];
}

export interface CommitDetails {
  readonly commitId: string;
  readonly treeId: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Person;
  readonly committer: Person;
}

interface Person {
  readonly name: string;
  readonly email: string;
  /** As CodeCommit writes it: seconds since 1970 and the time zone. */
  readonly date: string;
}

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
