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

/** A tree with changed files. */
export interface TreeRequest extends Pick<CommitRequest, 'put' | 'remove'> {
  /** Id of the tree whose files are changed. @default - none */
  readonly base?: string;
}

/** A commit with the files of a tree. */
export interface TreeCommitRequest {
  readonly treeId: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Author;
  /** @default - the author */
  readonly committer?: Author;
}

export interface MergeRequest {
  /** The commit that is merged into. */
  readonly ours: string;
  readonly theirs: string;
  readonly message: string;
  readonly author: Author;
  /** Conflicting files that keep the content of `ours`. */
  readonly keepOurs: readonly string[];
  /** Whether the commit has only `ours` as its parent. */
  readonly isSquash?: boolean;
}

/** A file that differs between two commits. */
export interface Difference {
  readonly before?: TreeEntry;
  readonly after?: TreeEntry;
}

/** A merge commit, or the files that conflict. */
export type MergeResult =
  | { readonly commitId: string; readonly treeId: string; readonly conflicts: readonly [] }
  | { readonly conflicts: readonly string[]; readonly commitId?: undefined };

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
  /** Seconds since 1970 and the time zone, the format of CodeCommit. */
  readonly date: string;
}

/** The content of one repository. */
export interface Content {
  branches(): Promise<BranchHead[]>;
  head(branch: string): Promise<string | undefined>;
  /** Resolves a branch, a tag, or a full or short commit id. */
  resolve(reference: string): Promise<string | undefined>;
  /** The default branch; the first branch if it does not exist. */
  defaultBranch(): Promise<string | undefined>;
  isValidBranchName(branch: string): Promise<boolean>;
  /** Moves a branch atomically. Returns false if it is not at the expected commit. */
  moveBranch(branch: string, from: string | undefined, to: string | undefined): Promise<boolean>;
  entries(commitId: string, folder: string): Promise<TreeEntry[]>;
  entry(commitId: string, path: string): Promise<TreeEntry | undefined>;
  /** Undefined: there is no such blob. */
  findBlob(id: string): Promise<Buffer | undefined>;
  blob(id: string): Promise<Buffer>;
  /** The files that differ, without detection of renames. @param before undefined: no file */
  differences(before: string | undefined, after: string): Promise<Difference[]>;
  treeOf(commitId: string, folder?: string): Promise<string | undefined>;
  /** Returns a commit as a zip archive. */
  archive(commitId: string): Promise<Buffer>;
  details(commitId: string): Promise<CommitDetails>;
  /** Writes a commit without moving a branch. */
  commit(request: CommitRequest): Promise<{ commitId: string; treeId: string }>;
  /** Writes a tree. Undefined: the repository has no such base. */
  writeTree(request: TreeRequest): Promise<string | undefined>;
  /** Writes a commit without moving a branch. Undefined: the repository has no such tree. */
  commitTree(request: TreeCommitRequest): Promise<string | undefined>;
  /** The best common ancestor of two commits; undefined: they have none. */
  mergeBase(one: string, other: string): Promise<string | undefined>;
  /** Writes a merge commit without moving a branch. */
  merge(request: MergeRequest): Promise<MergeResult>;
  /** Runs changes of this repository in sequence. */
  exclusively<Result>(change: () => Promise<Result>): Promise<Result>;
}
