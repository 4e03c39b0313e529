import { GitHubBranches } from './branches';
import { GitHubCommits } from './commits';
import { hasStatus } from './errors';
import type { GitHubClient, GitHubRepository } from './repository';
import type { MergeRequest } from '../source';
import { MergeConflictError } from '../source';

/** A merge in one repository. */
export class GitHubMerge {
  private readonly commits: GitHubCommits;
  private readonly branches: GitHubBranches;

  public constructor(
    private readonly client: GitHubClient,
    private readonly repository: GitHubRepository,
  ) {
    this.commits = new GitHubCommits(client, repository);
    this.branches = new GitHubBranches(client, repository);
  }

  /** By fast-forward if possible. The descriptor of the branch is kept. */
  public async merge({ branchName, commitId, message }: MergeRequest): Promise<string> {
    const branch = `heads/${branchName}`;
    const { status, merge_base_commit: base, base_commit: { sha: head } } = await this.commits.compare(
      branch, commitId,
    );
    if (status === 'behind' || status === 'identical') return head;
    if (status === 'ahead') {
      await this.branches.forward(branchName, commitId);
      return commitId;
    }
    const from = await this.commits.withDescriptorOf(base.sha, commitId);
    try {
      const { data } = await this.client.request('POST /repos/{owner}/{repo}/merges', {
        ...this.repository, base: branchName, head: from, commit_message: message,
      });
      // nothing to merge: a concurrent writer was faster
      return data?.sha ?? head;
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      throw new MergeConflictError(branchName, await this.commits.changedOnBothSides(branch, commitId));
    }
  }
}
