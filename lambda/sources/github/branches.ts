import { hasStatus, isRequestError } from './errors';
import type { GitHubClient, GitHubRepository } from './repository';
import { BranchMovedError, SourceError } from '../source';

/** Rules that do not concern a move forward. */
const HARMLESS: readonly string[] = ['creation', 'deletion', 'non_fast_forward'];

interface GraphQlResponse {
  readonly errors?: readonly { readonly message: string }[];
}

/** Reads and moves branches of one repository. */
export class GitHubBranches {
  public constructor(
    private readonly client: GitHubClient,
    private readonly repository: GitHubRepository,
  ) {}

  public async head(branchName: string): Promise<string> {
    const { data } = await this.client.request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
      ...this.repository, ref: `heads/${branchName}`,
    });
    return data.object.sha;
  }

  public async create(branchName: string, sha: string): Promise<void> {
    await this.client.request('POST /repos/{owner}/{repo}/git/refs', {
      ...this.repository, ref: `refs/heads/${branchName}`, sha,
    });
  }

  /**
   * Whether a rule of the repository or of its organization concerns the branch.
   *
   * https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
   */
  public async isProtected(branchName: string): Promise<boolean> {
    const parameters = { ...this.repository, branch: branchName };
    const { data: { protected: isProtected } } = await this.client.request(
      'GET /repos/{owner}/{repo}/branches/{branch}', parameters,
    );
    if (isProtected) return true;
    const { data: rules } = await this.client.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', parameters);
    return rules.some(({ type }) => !HARMLESS.includes(type));
  }

  /** Moves a branch to a commit that contains its head. */
  public async forward(branchName: string, sha: string): Promise<void> {
    await this.client.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
      ...this.repository, ref: `heads/${branchName}`, sha, force: false,
    });
  }

  /**
   * Deletes a branch only if it is at a commit, and returns the commit.
   *
   * https://docs.github.com/en/graphql/reference/mutations#updaterefs
   */
  public async deleteAt(branchName: string, commitId: string): Promise<string> {
    const { data: { node_id: repositoryId } } = await this.client.request('GET /repos/{owner}/{repo}', this.repository);
    const refUpdates = [{ name: `refs/heads/${branchName}`, beforeOid: commitId, afterOid: '0'.repeat(40) }];
    const { data: { errors: [error] = [] } }: { data: GraphQlResponse } = await this.client.request('POST /graphql', {
      query: 'mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }',
      variables: { input: { repositoryId, refUpdates } },
    });
    if (error === undefined) return commitId;
    const head = await this.head(branchName);
    throw head === commitId
      ? new SourceError(`GitHub rejected the deletion of branch '${branchName}': ${error.message}`)
      : new BranchMovedError(`the branch is at ${head}, and not at ${commitId}`);
  }

  /** Returns whether the branch existed. */
  public async delete(branchName: string): Promise<boolean> {
    try {
      await this.client.request('DELETE /repos/{owner}/{repo}/git/refs/{ref}', {
        ...this.repository, ref: `heads/${branchName}`,
      });
      return true;
    } catch (error) {
      const isMissing = hasStatus(error, 422) && isRequestError(error) && /does not exist/i.test(error.message);
      if (isMissing) return false;
      throw error;
    }
  }
}
