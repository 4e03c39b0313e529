import { GitLabComparison } from './compare';
import { creationErrorOf, hostErrorOf, isAnswer } from './errors';
import { openMergeRequest, openMergeRequests, pullRequestOf } from './merge-requests';
import { pick } from './pick';
import type { GitLabClient } from './repository';
import { GitLabRules } from './rules';
import { basicAuthorization } from '../git/authorization';
import { compareByPatch } from '../patches';
import { proposeCommit } from '../propose';
import type {
  Author, BranchRules, CommitDetails, Comparison, FileChange, GitRemote, NewPullRequest, PickRequest, ProposeRequest,
  PullRequest, SourceHost,
} from '../source';
import { BranchMovedError, HostError, requireHead } from '../source';

const NO_BRANCH = /branch not found/i;
const NO_FILE = /file not found/i;
const NO_COMMIT = /(commit|tree) not found/i;
const NO_MERGE_REQUEST = /^404 not found/i;
const EMPTY = /repository not found/i;

/** Repositories of GitLab, by its API. */
export class GitLabHost implements SourceHost {
  /** @param credentialsArn the secret of the credentials, for error messages */
  public constructor(
    private readonly connect: () => Promise<GitLabClient>,
    private readonly credentialsArn: string,
  ) {}

  public async head(repositoryName: string, branchName: string): Promise<string | undefined> {
    return this.orUndefined(repositoryName, NO_BRANCH, async ({ branches }) =>
      (await branches.show(repositoryName, branchName)).commit.id);
  }

  public async branches(repositoryName: string): Promise<readonly string[]> {
    return this.call(repositoryName, async ({ branches }) => {
      const found = await branches.all(repositoryName, { perPage: 100, maxPages: 1 });
      return found.map(({ name }) => name);
    });
  }

  public async file(repositoryName: string, commitId: string, path: string): Promise<string | undefined> {
    const found = await this.fileAt(repositoryName, commitId, path);
    return found && Buffer.from(found.content, 'base64').toString('utf8');
  }

  public async createRepository(repositoryName: string): Promise<void> {
    const slash = repositoryName.lastIndexOf('/');
    const path = repositoryName.slice(slash + 1);
    try {
      const { namespaces, projects } = await this.connect();
      const { id: namespaceId } = await namespaces.show(repositoryName.slice(0, slash));
      await projects.create({ name: path, path, namespaceId, visibility: 'private' });
    } catch (error) {
      throw creationErrorOf(error, repositoryName, this.credentialsArn);
    }
  }

  public async gitRemote(repositoryName: string): Promise<GitRemote> {
    return this.call(repositoryName, async ({ token }) => ({
      url: `https://gitlab.com/${repositoryName}.git`, authorization: basicAuthorization('oauth2', token),
    }));
  }

  public async createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void> {
    await this.call(repositoryName, async ({ branches }) => branches.create(repositoryName, branchName, commitId));
  }

  /**
   * GitLab cannot compare the head of the branch when it commits, only the commit that changed the file last. So a push
   * of other files, after the head was read here, becomes the parent of the commit.
   */
  public async commitFile(change: FileChange): Promise<string> {
    const { repositoryName, branchName, parentCommitId, path, text, message } = change;
    const head = await this.head(repositoryName, branchName);
    if (head !== parentCommitId) throw new BranchMovedError(`the branch is at ${head}, and not at ${parentCommitId}`);
    const existing = await this.fileAt(repositoryName, parentCommitId, path);
    return this.call(repositoryName, async ({ commits }) => {
      if (text === undefined && !existing) return parentCommitId;
      const lastCommitId = existing?.last_commit_id;
      const { id } = await commits.create(repositoryName, branchName, message, [
        text === undefined ? { action: 'delete', filePath: path, lastCommitId }
          : existing ? { action: 'update', filePath: path, content: text, lastCommitId }
            : { action: 'create', filePath: path, content: text },
      ]);
      return id;
    });
  }

  public async contains(repositoryName: string, commitId: string, ancestorId: string): Promise<boolean | undefined> {
    return this.call(repositoryName, async ({ repositories }) => {
      try {
        return (await repositories.mergeBase(repositoryName, [commitId, ancestorId])).id === ancestorId;
      } catch (error) {
        if (isAnswer(error, 400, /could not find ref/i)) return undefined;
        if (isAnswer(error, 404, /merge base/i)) return false;
        throw error;
      }
    });
  }

  public async resolve(repositoryName: string, reference: string): Promise<string | undefined> {
    const name = reference.replace(/^refs\/(heads|tags)\//, '');
    return this.orUndefined(repositoryName, NO_COMMIT, async ({ commits }) =>
      (await commits.show(repositoryName, name)).id);
  }

  /** The API merges only merge requests, so blue/green environments are rejected at synth. */
  public async merge({ repositoryName }: { readonly repositoryName: string }): Promise<string> {
    throw new HostError(`commits cannot be merged in repository '${repositoryName}' of GitLab without a merge request`);
  }

  /** The API moves no branches. */
  public async forward(): Promise<boolean> {
    return false;
  }

  public async propose(request: ProposeRequest): Promise<void> {
    const { repositoryName, branchName, commitId } = request;
    const base = await this.call(repositoryName, async ({ repositories }) => {
      try {
        return (await repositories.mergeBase(repositoryName, [`refs/heads/${branchName}`, commitId])).id;
      } catch (error) {
        if (isAnswer(error, 404, /merge base/i)) return undefined;
        throw error;
      }
    });
    await proposeCommit(this, request, base);
  }

  /** The response has no commit, so a push between the two calls is not reported. */
  public async deleteBranch(
    repositoryName: string, branchName: string, expected?: string,
  ): Promise<string | undefined> {
    return this.orUndefined(repositoryName, NO_BRANCH, async ({ branches }) => {
      const { commit: { id } } = await branches.show(repositoryName, branchName);
      requireHead(id, expected);
      await branches.remove(repositoryName, branchName);
      return id;
    });
  }

  public async pick(request: PickRequest): Promise<string | undefined> {
    return this.call(request.repositoryName, async client => pick(client, request));
  }

  public async foreignRules(repositoryName: string, branchName: string): Promise<readonly string[]> {
    return this.call(repositoryName, async client => new GitLabRules(client, repositoryName).foreign(branchName));
  }

  /** `Branch` rejects checks at synth. */
  public async protect(
    repositoryName: string, branchName: string, rules: BranchRules, foreign: readonly string[],
  ): Promise<void> {
    await this.call(repositoryName, async client =>
      new GitLabRules(client, repositoryName).protect(branchName, rules, foreign));
  }

  public async requires(repositoryName: string, branchName: string, rules: BranchRules): Promise<boolean> {
    return this.call(repositoryName, async client =>
      new GitLabRules(client, repositoryName).isRequired(branchName, rules));
  }

  public async commit(repositoryName: string, commitId: string): Promise<CommitDetails | undefined> {
    return this.orUndefined(repositoryName, NO_COMMIT, async ({ commits }) => {
      const { parent_ids: parents, message, author_name, author_email } = await commits.show(repositoryName, commitId);
      return {
        commitId, parents: parents ?? [], message, authorName: author_name ?? '', authorEmail: author_email ?? '',
      };
    });
  }

  public async openPullRequests(repositoryName: string, branchName: string): Promise<readonly PullRequest[]> {
    return this.call(repositoryName, async client => openMergeRequests(client, repositoryName, branchName));
  }

  public async openPullRequest(pullRequest: NewPullRequest): Promise<string> {
    return this.call(pullRequest.repositoryName, async client => openMergeRequest(client, pullRequest));
  }

  public async pullRequest(repositoryName: string, id: string): Promise<PullRequest | undefined> {
    return this.orUndefined(repositoryName, NO_MERGE_REQUEST, async ({ mergeRequests }) =>
      pullRequestOf(await mergeRequests.show(repositoryName, Number(id))));
  }

  public async pullRequestCommits(repositoryName: string, id: string): Promise<readonly string[] | undefined> {
    return this.orUndefined(repositoryName, NO_MERGE_REQUEST, async ({ mergeRequests }) => {
      const commits = await mergeRequests.allCommits(repositoryName, Number(id), { perPage: 100 });
      // the newest first
      return commits.filter(({ parent_ids: parents = [] }) => parents.length < 2).map(one => one.id).reverse();
    });
  }

  public async compare(repositoryName: string, commitId: string, otherId: string): Promise<Comparison> {
    return this.call(repositoryName, async client =>
      compareByPatch(new GitLabComparison(client, repositoryName), commitId, otherId));
  }

  public async authorOf(repositoryName: string, commitId: string): Promise<Author | undefined> {
    return this.orUndefined(repositoryName, NO_COMMIT, async ({ commits }) => {
      const commit = await commits.show(repositoryName, commitId);
      return { name: commit.author_name, at: Date.parse(commit.authored_date ?? commit.created_at) };
    });
  }

  private async fileAt(repositoryName: string, commitId: string, path: string) {
    return this.orUndefined(repositoryName, NO_FILE, async ({ files }) => files.show(repositoryName, path, commitId));
  }

  private async orUndefined<T>(repositoryName: string, missing: RegExp, call: Call<T>): Promise<T | undefined> {
    return this.call(repositoryName, async client => {
      try {
        return await call(client);
      } catch (error) {
        if (isAnswer(error, 404, missing) || isAnswer(error, 404, EMPTY)) return undefined;
        throw error;
      }
    });
  }

  private async call<T>(repositoryName: string, call: Call<T>): Promise<T> {
    try {
      return await call(await this.connect());
    } catch (error) {
      throw hostErrorOf(error, repositoryName, this.credentialsArn);
    }
  }
}

type Call<T> = (client: GitLabClient) => Promise<T>;
