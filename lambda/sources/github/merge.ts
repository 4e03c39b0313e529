import { hasStatus } from './errors';
import type { GitHubClient, GitHubRepository } from './repository';
import { NAMES } from '../../../src/private/contract';
import type { MergeRequest } from '../source';
import { MergeConflictError } from '../source';

/** A merge in one repository. */
export class GitHubMerge {
  public constructor(
    private readonly client: GitHubClient,
    private readonly repository: GitHubRepository,
  ) {}

  /** By fast-forward if possible. The descriptor of the branch is kept. */
  public async merge({ branchName, commitId, message }: MergeRequest): Promise<string> {
    const { data: { status, merge_base_commit: base, base_commit: { sha: head } } } = await this.compare(
      `heads/${branchName}`, commitId,
    );
    if (status === 'behind' || status === 'identical') return head;
    if (status === 'ahead') return this.fastForward(branchName, commitId);
    const from = await this.withDescriptorOf(base.sha, commitId);
    try {
      const { data } = await this.client.request('POST /repos/{owner}/{repo}/merges', {
        ...this.repository, base: branchName, head: from, commit_message: message,
      });
      // nothing to merge: a concurrent writer was faster
      return data?.sha ?? head;
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      throw new MergeConflictError(branchName, await this.changedOnBothSides(`heads/${branchName}`, commitId));
    }
  }

  private async fastForward(branchName: string, sha: string): Promise<string> {
    await this.client.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
      ...this.repository, ref: `heads/${branchName}`, sha, force: false,
    });
    return sha;
  }

  /**
   * Returns a commit without the changes of the descriptor since the merge base, so that a merge keeps the descriptor
   * of the branch; the commit itself if it has not changed the descriptor.
   */
  private async withDescriptorOf(baseId: string, commitId: string): Promise<string> {
    const [before, after] = [await this.descriptor(baseId), await this.descriptor(commitId)];
    if (before === after) return commitId;
    const { data: { tree: { sha: base_tree } } } = await this.client.request(
      'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { ...this.repository, commit_sha: commitId },
    );
    const { data: tree } = await this.client.request('POST /repos/{owner}/{repo}/git/trees', {
      ...this.repository,
      base_tree,
      tree: [{ path: NAMES.descriptor, mode: '100644', type: 'blob', sha: before ?? null }],
    });
    const { data: { sha } } = await this.client.request('POST /repos/{owner}/{repo}/git/commits', {
      ...this.repository,
      message: `chore(environment): leave ${NAMES.descriptor} to the branch that is merged into`,
      tree: tree.sha,
      parents: [commitId],
    });
    return sha;
  }

  /** The id of the content of the descriptor; undefined: the commit has none. */
  private async descriptor(ref: string): Promise<string | undefined> {
    try {
      const { data } = await this.client.request('GET /repos/{owner}/{repo}/contents/{path}', {
        ...this.repository, path: NAMES.descriptor, ref,
      });
      return Array.isArray(data) ? undefined : data.sha;
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** GitHub does not name the files that conflict. */
  private async changedOnBothSides(one: string, other: string): Promise<readonly string[]> {
    const [{ data: there }, { data: here }] = [await this.compare(one, other), await this.compare(other, one)];
    const changed = new Set((here.files ?? []).map(({ filename }) => filename));
    return (there.files ?? []).flatMap(({ filename }) =>
      (changed.has(filename) && filename !== NAMES.descriptor ? [filename] : []));
  }

  private async compare(base: string, head: string) {
    return this.client.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...this.repository, basehead: `${base}...${head}`,
    });
  }
}
