import { hasStatus, hostErrorOf, isRequestError } from './errors';
import { GitHubMerge } from './merge';
import type { GitHubClient, GitHubRepository } from './repository';
import type { Author, FileChange, MergeRequest, SourceHost } from '../source';
import { HostWithoutPullRequests } from '../without-pull-requests';

/** Repositories of GitHub, by its API. */
export class GitHubHost extends HostWithoutPullRequests implements SourceHost {
  /** @param credentialsArn the secret of the credentials, for error messages */
  public constructor(
    private readonly connect: () => Promise<GitHubClient>,
    private readonly credentialsArn: string,
  ) {
    super();
  }

  public async head(repositoryName: string, branchName: string): Promise<string | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) => {
      const { data } = await client.request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
        ...repository, ref: `heads/${branchName}`,
      });
      return data.object.sha;
    });
  }

  public async branches(repositoryName: string): Promise<readonly string[]> {
    return this.call(repositoryName, async (client, repository) => {
      const { data } = await client.request('GET /repos/{owner}/{repo}/branches', { ...repository, per_page: 100 });
      return data.map(({ name }) => name);
    });
  }

  public async file(repositoryName: string, commitId: string, path: string): Promise<string | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) => {
      const { data } = await client.request('GET /repos/{owner}/{repo}/contents/{path}', {
        ...repository, path, ref: commitId,
      });
      const isFile = !Array.isArray(data) && data.type === 'file' && 'content' in data;
      return isFile ? Buffer.from(data.content, 'base64').toString('utf8') : undefined;
    });
  }

  public async createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void> {
    await this.call(repositoryName, async (client, repository) => {
      await client.request('POST /repos/{owner}/{repo}/git/refs', {
        ...repository, ref: `refs/heads/${branchName}`, sha: commitId,
      });
    });
  }

  /** The parent of the commit and a move that must be a fast-forward reject a branch that has moved. */
  public async commitFile({
    repositoryName,
    branchName,
    parentCommitId,
    path,
    text,
    message,
  }: FileChange): Promise<string> {
    return this.call(repositoryName, async (client, repository) => {
      const { data: parent } = await client.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
        ...repository, commit_sha: parentCommitId,
      });
      const { data: tree } = await client.request('POST /repos/{owner}/{repo}/git/trees', {
        ...repository, base_tree: parent.tree.sha, tree: [{ path, mode: '100644', type: 'blob', content: text }],
      });
      const { data: commit } = await client.request('POST /repos/{owner}/{repo}/git/commits', {
        ...repository, message, tree: tree.sha, parents: [parentCommitId],
      });
      await client.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
        ...repository, ref: `heads/${branchName}`, sha: commit.sha, force: false,
      });
      return commit.sha;
    });
  }

  public async contains(repositoryName: string, commitId: string, ancestorId: string): Promise<boolean | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) => {
      try {
        const { data } = await client.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
          ...repository, basehead: `${ancestorId}...${commitId}`, per_page: 1,
        });
        return data.status === 'ahead' || data.status === 'identical';
      } catch (error) {
        if (isRequestError(error) && /no common ancestor/i.test(error.message)) return false;
        throw error;
      }
    });
  }

  public async resolve(repositoryName: string, reference: string): Promise<string | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) => {
      try {
        const { data } = await client.request('GET /repos/{owner}/{repo}/commits/{ref}', {
          ...repository, ref: reference.replace(/^refs\//, ''),
        });
        return data.sha;
      } catch (error) {
        if (isRequestError(error) && /no commit found/i.test(error.message)) return undefined;
        throw error;
      }
    });
  }

  public async merge(request: MergeRequest): Promise<string> {
    return this.call(request.repositoryName, async (client, repository) =>
      new GitHubMerge(client, repository).merge(request));
  }

  public async authorOf(repositoryName: string, commitId: string): Promise<Author | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) => {
      const { data } = await client.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
        ...repository, commit_sha: commitId,
      });
      return { name: data.author.name, at: Date.parse(data.author.date) };
    });
  }

  /** Returns undefined for what the repository lacks. An empty repository lacks everything. */
  private async orUndefined<T>(repositoryName: string, call: Call<T | undefined>): Promise<T | undefined> {
    return this.call(repositoryName, async (client, repository) => {
      try {
        return await call(client, repository);
      } catch (error) {
        if (hasStatus(error, 409) && isRequestError(error) && /empty/i.test(error.message)) return undefined;
        if (!hasStatus(error, 404)) throw error;
        // the repository itself may be missing
        await client.request('GET /repos/{owner}/{repo}/branches', { ...repository, per_page: 1 });
        return undefined;
      }
    });
  }

  private async call<T>(repositoryName: string, call: Call<T>): Promise<T> {
    const [owner = '', repo = ''] = repositoryName.split('/');
    try {
      return await call(await this.connect(), { owner, repo });
    } catch (error) {
      throw hostErrorOf(error, repositoryName, this.credentialsArn);
    }
  }
}

type Call<T> = (client: GitHubClient, repository: GitHubRepository) => Promise<T>;
