import { GitHubBranches } from './branches';
import { GitHubCommits } from './commits';
import { hasStatus } from './errors';
import type { GitHubClient, GitHubRepository } from './repository';
import type { PickRequest } from '../source';
import { BranchMovedError, MergeConflictError, SourceError } from '../source';

/** GitHub starts no workflow for a push whose last commit contains this. */
const TEMPORARY = 'temporary [skip ci]';

/**
 * Picks a commit by the API of GitHub, which has no such operation. A merge has the result of a pick if the parent of
 * the picked commit is the merge base: so the picked commit is merged into a temporary branch, whose commit has that
 * parent and the files of the branch.
 */
export class GitHubPick {
  private readonly commits: GitHubCommits;
  private readonly branches: GitHubBranches;
  private readonly base: string;

  public constructor(
    private readonly client: GitHubClient,
    private readonly repository: GitHubRepository,
    private readonly request: PickRequest,
  ) {
    this.commits = new GitHubCommits(client, repository);
    this.branches = new GitHubBranches(client, repository);
    const { parents, commitId } = request.commit;
    if (parents.length !== 1) throw new SourceError(`commit ${commitId} has ${parents.length} parents`);
    this.base = parents[0] ?? '';
  }

  public async pick(): Promise<string | undefined> {
    const { commit: { commitId, authorName, authorEmail }, branchName, parentCommitId, message } = this.request;
    const { tree: { sha: own } } = await this.commits.get(parentCommitId);
    const { tree: { sha: before } } = await this.commits.get(this.base);
    const { author: { date } } = await this.commits.get(commitId);
    const picked = await this.commits.withDescriptorOf(this.base, commitId);
    // with the same files, the picked commit itself is the result
    const result = own === before ? picked : await this.merged(own, picked);
    const { tree: { sha: tree } } = await this.commits.get(result);
    // a move only forward would accept a branch that was reset to an earlier commit
    const head = await this.branches.head(branchName);
    if (head !== parentCommitId) throw new BranchMovedError(`the branch is at ${head}, and not at ${parentCommitId}`);
    if (tree === own) return undefined;
    const author = { name: authorName, email: authorEmail, date };
    const commit = await this.commits.create({ message, tree, parents: [parentCommitId], author });
    await this.branches.forward(branchName, commit);
    return commit;
  }

  /** @param tree the files of the branch */
  private async merged(tree: string, picked: string): Promise<string> {
    const { temporaryBranch, branchName, commit: { commitId } } = this.request;
    const sibling = await this.commits.create({ message: TEMPORARY, tree, parents: [this.base] });
    // a call that was interrupted may have left it
    await this.branches.delete(temporaryBranch);
    await this.branches.create(temporaryBranch, sibling);
    try {
      const { data } = await this.client.request('POST /repos/{owner}/{repo}/merges', {
        ...this.repository, base: temporaryBranch, head: picked, commit_message: TEMPORARY,
      });
      return data?.sha ?? sibling;
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      throw new MergeConflictError(branchName, await this.commits.changedOnBothSides(sibling, commitId));
    } finally {
      await this.branches.delete(temporaryBranch);
    }
  }
}
