import type { BranchCalls } from '../../lambda/branch/lifecycle';
import type { Author, BranchRules, FileChange, PullRequest, SourceHost } from '../../lambda/sources/source';
import { BranchMovedError, RepositoryNotFoundError } from '../../lambda/sources/source';

interface Commit {
  readonly parent?: string;
  readonly files: Readonly<Record<string, string>>;
  readonly message: string;
}

/** A host with one repository, `shop`. */
export class FakeRepositories implements Pick<SourceHost, BranchCalls | 'authorOf'> {
  /** Errors that calls of a method end with. */
  public readonly errors = new Map<keyof SourceHost, Error>();
  /** Numbers of approvals by branch. */
  public readonly reviews = new Map<string, string>();
  /** All pull requests. */
  public readonly pullRequests: PullRequest[] = [];
  private readonly commits = new Map<string, Commit>();
  private readonly heads = new Map<string, string>();
  /** What happens just before a branch is deleted. */
  public beforeDeletion = (): void => {};

  /** A commit that a developer pushes. */
  public push(branchName: string, files: Readonly<Record<string, string>> = {}, message = 'a developer'): string {
    const parent = this.heads.get(branchName);
    const commitId = `commit-${this.commits.size + 1}`;
    this.commits.set(commitId, {
      ...(parent && { parent }),
      files: { ...(parent && this.commits.get(parent)?.files), ...files },
      message,
    });
    this.heads.set(branchName, commitId);
    return commitId;
  }

  /** A branch that a developer creates. */
  public fork(branchName: string, parentName: string): void {
    const head = this.heads.get(parentName);
    if (head) this.heads.set(branchName, head);
  }

  /** A developer makes another commit the head of a branch. */
  public forcePush(branchName: string, commitId: string): void {
    this.heads.set(branchName, commitId);
  }

  public deleteByHand(branchName: string): void {
    this.heads.delete(branchName);
  }

  /** Names of all branches. */
  public get names(): readonly string[] {
    return [...this.heads.keys()];
  }

  /** The commits from which a branch was made, and that are not in any branch now. */
  public lost(): readonly string[] {
    const reachable = new Set<string>();
    for (const head of this.heads.values()) {
      for (let id: string | undefined = head; id; id = this.commits.get(id)?.parent) reachable.add(id);
    }
    return [...this.commits.keys()].filter(id => !reachable.has(id));
  }

  /** Messages of the commits of a branch, newest first. */
  public log(branchName: string): readonly string[] {
    const messages: string[] = [];
    for (let id = this.heads.get(branchName); id; id = this.commits.get(id)?.parent) {
      messages.push(this.commits.get(id)?.message ?? '');
    }
    return messages;
  }

  public headOf(branchName: string): string | undefined {
    return this.heads.get(branchName);
  }

  public text(commitId: string, path: string): string | undefined {
    return this.commits.get(commitId)?.files[path];
  }

  public async head(repositoryName: string, branchName: string): Promise<string | undefined> {
    this.check('head', repositoryName);
    return this.heads.get(branchName);
  }

  public async branches(repositoryName: string): Promise<readonly string[]> {
    this.check('branches', repositoryName);
    return [...this.heads.keys()];
  }

  public async file(repositoryName: string, commitId: string, path: string): Promise<string | undefined> {
    this.check('file', repositoryName);
    return this.text(commitId, path);
  }

  public async createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void> {
    this.check('createBranch', repositoryName);
    const isTaken = [...this.heads.keys()].some(
      name => name === branchName || name.startsWith(`${branchName}/`) || branchName.startsWith(`${name}/`),
    );
    if (isTaken) throw new BranchMovedError(`${branchName} exists`);
    this.heads.set(branchName, commitId);
  }

  public async commitFile({
    repositoryName,
    branchName,
    parentCommitId,
    path,
    text,
    message,
  }: FileChange): Promise<string> {
    this.check('commitFile', repositoryName);
    if (this.heads.get(branchName) !== parentCommitId) {
      throw new BranchMovedError(`${branchName} is not at ${parentCommitId}`);
    }
    return this.push(branchName, { [path]: text ?? '' }, message);
  }

  public async foreignRules(repositoryName: string, branchName: string): Promise<readonly string[]> {
    this.check('foreignRules', repositoryName);
    return this.reviews.has(branchName) ? ['review'] : [];
  }

  public async protect(
    repositoryName: string, branchName: string, { review }: BranchRules, foreign: readonly string[],
  ): Promise<void> {
    this.check('protect', repositoryName);
    if (foreign.includes('review')) return;
    if (review) this.reviews.set(branchName, review.approvals);
    else this.reviews.delete(branchName);
  }

  public async requires(repositoryName: string, branchName: string, { review }: BranchRules): Promise<boolean> {
    this.check('requires', repositoryName);
    return review === undefined || this.reviews.get(branchName) === review.approvals;
  }

  public async deleteBranch(repositoryName: string, branchName: string): Promise<string | undefined> {
    this.check('deleteBranch', repositoryName);
    this.beforeDeletion();
    const head = this.heads.get(branchName);
    this.heads.delete(branchName);
    return head;
  }

  public async openPullRequests(repositoryName: string, branchName: string): Promise<readonly PullRequest[]> {
    this.check('openPullRequests', repositoryName);
    return this.pullRequests.filter(({ state, sourceBranch, targetBranch }) =>
      state === 'open' && [sourceBranch, targetBranch].includes(branchName));
  }

  public async resolve(repositoryName: string, reference: string): Promise<string | undefined> {
    this.check('resolve', repositoryName);
    return this.commits.has(reference) ? reference : this.heads.get(reference);
  }

  public async contains(
    repositoryName: string,
    commitId: string,
    ancestorId: string,
  ): Promise<boolean | undefined> {
    this.check('contains', repositoryName);
    if (!this.commits.has(commitId) || !this.commits.has(ancestorId)) return undefined;
    for (let id: string | undefined = commitId; id; id = this.commits.get(id)?.parent) {
      if (id === ancestorId) return true;
    }
    return false;
  }

  public async authorOf(repositoryName: string, commitId: string): Promise<Author | undefined> {
    this.check('authorOf', repositoryName);
    return this.commits.has(commitId) ? { name: 'a developer' } : undefined;
  }

  private check(method: keyof SourceHost, repositoryName: string): void {
    const error = this.errors.get(method);
    if (error) throw error;
    if (repositoryName !== 'shop') throw new RepositoryNotFoundError(`${repositoryName} does not exist`);
  }
}
