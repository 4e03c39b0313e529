import { GitHubBranches } from './branches';
import { GitHubCommits } from './commits';
import { GitHubComparison } from './compare';
import { createRepository } from './create';
import { hasStatus, hostErrorOf, isRequestError } from './errors';
import { GitHubMerge } from './merge';
import { GitHubPick } from './pick';
import { GitHubPullRequests } from './pull-requests';
import type { GitHubClient, GitHubRepository } from './repository';
import { GitHubRules } from './rules';
import { basicAuthorization } from '../git/authorization';
import { compareByPatch } from '../patches';
import { proposeMerge } from '../propose';
import type {
  Author, BranchRules, CommitDetails, Comparison, FileChange, GitRemote, MergeRequest, NewPullRequest, PickRequest,
  ProposeRequest, PullRequest, SourceHost,
} from '../source';

/** Repositories of GitHub, by its API. */
export class GitHubHost implements SourceHost {
  /**
   * @param connect to one repository, by its name without the owner
   * @param credentialsArn the secret of the credentials, for error messages
   */
  public constructor(
    private readonly connect: (name: string) => Promise<GitHubClient>,
    private readonly credentialsArn: string,
  ) {}

  public async head(repositoryName: string, branchName: string): Promise<string | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) =>
      new GitHubBranches(client, repository).head(branchName));
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

  public async createRepository(repositoryName: string): Promise<void> {
    const [owner = '', repo = ''] = repositoryName.split('/');
    await createRepository(await this.connect(''), { owner, repo }, this.credentialsArn);
  }

  public async gitRemote(repositoryName: string): Promise<GitRemote> {
    return this.call(repositoryName, async client => ({
      url: `https://github.com/${repositoryName}.git`,
      authorization: basicAuthorization('x-access-token', await client.token()),
    }));
  }

  public async createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void> {
    await this.call(repositoryName, async (client, repository) =>
      new GitHubBranches(client, repository).create(branchName, commitId));
  }

  /** Without an expected commit, a push between the two calls is not reported: the response has no commit. */
  public async deleteBranch(
    repositoryName: string, branchName: string, expected?: string,
  ): Promise<string | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) => {
      const branches = new GitHubBranches(client, repository);
      const head = await branches.head(branchName);
      if (expected !== undefined) return branches.deleteAt(branchName, expected);
      return await branches.delete(branchName) ? head : undefined;
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
      const commits = new GitHubCommits(client, repository);
      const parent = await commits.get(parentCommitId);
      const { data: tree } = await client.request('POST /repos/{owner}/{repo}/git/trees', {
        ...repository,
        base_tree: parent.tree.sha,
        tree: [{
          path, mode: '100644', type: 'blob', ...text === undefined ? { sha: null } : { content: text },
        }],
      });
      const commitId = await commits.create({ message, tree: tree.sha, parents: [parentCommitId] });
      await new GitHubBranches(client, repository).forward(branchName, commitId);
      return commitId;
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

  /** The credentials may bypass rules, which are for people as well as for this library. */
  public async forward(repositoryName: string, branchName: string, commitId: string): Promise<boolean> {
    return this.call(repositoryName, async (client, repository) => {
      const branches = new GitHubBranches(client, repository);
      if (await branches.isProtected(branchName)) return false;
      await branches.forward(branchName, commitId);
      return true;
    });
  }

  public async propose(request: ProposeRequest): Promise<void> {
    await proposeMerge(this, request);
  }

  public async pick(request: PickRequest): Promise<string | undefined> {
    return this.call(request.repositoryName, async (client, repository) =>
      new GitHubPick(client, repository, request).pick());
  }

  /** Its rulesets are known by their names. */
  public async foreignRules(): Promise<readonly string[]> {
    return [];
  }

  public async protect(repositoryName: string, branchName: string, rules: BranchRules): Promise<void> {
    await this.call(repositoryName, async (client, repository) =>
      new GitHubRules(client, repository).protect(branchName, rules));
  }

  public async requires(repositoryName: string, branchName: string, rules: BranchRules): Promise<boolean> {
    return this.call(repositoryName, async (client, repository) =>
      new GitHubRules(client, repository).isRequired(branchName, rules));
  }

  public async commit(repositoryName: string, commitId: string): Promise<CommitDetails | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) => {
      const { parents, message, author } = await new GitHubCommits(client, repository).get(commitId);
      return {
        commitId,
        parents: parents.map(({ sha }) => sha),
        message,
        authorName: author.name,
        authorEmail: author.email,
      };
    });
  }

  public async openPullRequests(repositoryName: string, branchName: string): Promise<readonly PullRequest[]> {
    return this.call(repositoryName, async (client, repository) =>
      new GitHubPullRequests(client, repository).openOf(branchName));
  }

  public async openPullRequest(pullRequest: NewPullRequest): Promise<string> {
    return this.call(pullRequest.repositoryName, async (client, repository) =>
      new GitHubPullRequests(client, repository).open(pullRequest));
  }

  public async pullRequest(repositoryName: string, id: string): Promise<PullRequest | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) =>
      new GitHubPullRequests(client, repository).get(id));
  }

  public async pullRequestCommits(repositoryName: string, id: string): Promise<readonly string[] | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) =>
      new GitHubPullRequests(client, repository).commitsOf(id));
  }

  public async compare(repositoryName: string, commitId: string, otherId: string): Promise<Comparison> {
    return this.call(repositoryName, async (client, repository) =>
      compareByPatch(new GitHubComparison(client, repository), commitId, otherId));
  }

  public async authorOf(repositoryName: string, commitId: string): Promise<Author | undefined> {
    return this.orUndefined(repositoryName, async (client, repository) => {
      const { author } = await new GitHubCommits(client, repository).get(commitId);
      return { name: author.name, at: Date.parse(author.date) };
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
      return await call(await this.connect(repo), { owner, repo });
    } catch (error) {
      throw hostErrorOf(error, repositoryName, this.credentialsArn);
    }
  }
}

type Call<T> = (client: GitHubClient, repository: GitHubRepository) => Promise<T>;
