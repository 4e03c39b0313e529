import type { BitbucketClient } from './client';
import { BitbucketError, encoded } from './client';
import { BitbucketComparison } from './compare';
import { BitbucketPullRequests } from './pull-requests';
import { BitbucketRules } from './rules';
import { HostErrors } from '../host-errors';
import { compareByPatch } from '../patches';
import { proposeCommit } from '../propose';
import type {
  Author, BranchRules, CommitDetails, Comparison, FileChange, GitRemote, NewPullRequest, ProposeRequest, PullRequest,
  SourceHost,
} from '../source';
import { BranchMovedError, HostError, requireHead, SourceError } from '../source';

interface Branch {
  readonly name: string;
  readonly target: { readonly hash: string };
}

interface Commit {
  readonly hash: string;
  readonly date: string;
  readonly message: string;
  readonly author: { readonly raw: string };
  readonly parents: readonly { readonly hash: string }[];
}

const RIGHTS = "give the token the permissions 'Repositories: write', for the removal of branches 'Pull requests: "
  + "write', and for reviews and checks 'Repositories: admin'";

const CREATE_RIGHTS = 'give it an access token of the workspace or the project with the permission '
  + "'Repositories: admin'";

/** Repositories of Bitbucket, by its API. */
export class BitbucketHost implements SourceHost {
  /** @param credentialsArn the secret of the credentials, for error messages */
  public constructor(
    private readonly connect: () => Promise<BitbucketClient>,
    private readonly credentialsArn: string,
  ) {}

  public async head(repositoryName: string, branchName: string): Promise<string | undefined> {
    return this.orUndefined(repositoryName, async client => {
      const { target } = await client.json<Branch>(repositoryName, `refs/branches/${encoded(branchName)}`);
      return target.hash;
    });
  }

  public async branches(repositoryName: string): Promise<readonly string[]> {
    return this.call(repositoryName, async client => {
      const { values } = await client.json<{ values: readonly Branch[] }>(repositoryName, 'refs/branches?pagelen=100');
      return values.map(({ name }) => name);
    });
  }

  public async file(repositoryName: string, commitId: string, path: string): Promise<string | undefined> {
    return this.orUndefined(repositoryName, async client =>
      (await client.request(repositoryName, `src/${commitId}/${encoded(path)}`)).text);
  }

  public async createRepository(repositoryName: string): Promise<void> {
    const { credentialsArn } = this;
    try {
      const client = await this.connect();
      await client.request(repositoryName, '', { method: 'POST', json: { scm: 'git', is_private: true } });
    } catch (error) {
      const errors = new HostErrors({ title: 'Bitbucket', repositoryName, credentialsArn, rights: CREATE_RIGHTS });
      if (!(error instanceof BitbucketError)) throw this.errorOf(error, repositoryName);
      if (/already exists/i.test(error.message)) throw errors.exists(error);
      if ([403, 404].includes(error.status)) throw errors.mayNotCreate(error.message, error);
      throw this.errorOf(error, repositoryName);
    }
  }

  public async gitRemote(repositoryName: string): Promise<GitRemote> {
    return this.call(repositoryName, async client => ({
      url: `https://bitbucket.org/${repositoryName}.git`, authorization: client.gitAuthorization,
    }));
  }

  public async createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void> {
    await this.call(repositoryName, async client => client.request(repositoryName, 'refs/branches', {
      method: 'POST', json: { name: branchName, target: { hash: commitId } },
    }));
  }

  /** Bitbucket compares the parent with the head of the branch. */
  public async commitFile(change: FileChange): Promise<string> {
    const { repositoryName, branchName, parentCommitId, path, text, message } = change;
    return this.call(repositoryName, async client => {
      const { headers } = await client.request(repositoryName, 'src', {
        // the slash tells a file from another field
        method: 'POST',
        form: {
          // a file without content is removed
          ...text === undefined ? { files: `/${path}` } : { [`/${path}`]: text },
          message,
          branch: branchName,
          parents: parentCommitId,
        },
      });
      return headers.get('location')?.split('/').at(-1) ?? parentCommitId;
    });
  }

  public async contains(repositoryName: string, commitId: string, ancestorId: string): Promise<boolean | undefined> {
    for (const id of [commitId, ancestorId]) if (!(await this.commitAt(repositoryName, id))) return undefined;
    return await this.mergeBase(repositoryName, commitId, ancestorId) === ancestorId;
  }

  public async resolve(repositoryName: string, reference: string): Promise<string | undefined> {
    const name = reference.replace(/^refs\/(heads|tags)\//, '');
    const found = await this.head(repositoryName, name) ?? await this.orUndefined(repositoryName, async client =>
      (await client.json<Branch>(repositoryName, `refs/tags/${encoded(name)}`)).target.hash);
    if (found !== undefined || !/^[0-9a-f]{7,40}$/.test(name)) return found;
    return (await this.commitAt(repositoryName, name))?.hash;
  }

  /** The API merges only pull requests, so blue/green environments are rejected at synth. */
  public async merge({ repositoryName }: { readonly repositoryName: string }): Promise<string> {
    throw new HostError(
      `commits cannot be merged in repository '${repositoryName}' of Bitbucket without a pull request`,
    );
  }

  /** The API moves no branches. */
  public async forward(): Promise<boolean> {
    return false;
  }

  public async propose(request: ProposeRequest): Promise<void> {
    const { repositoryName, branchName, commitId } = request;
    const head = await this.head(repositoryName, branchName);
    if (head === undefined) throw new SourceError(`branch '${branchName}' was deleted`);
    await proposeCommit(this, request, await this.mergeBase(repositoryName, head, commitId));
  }

  /** Bitbucket has no operation for it, and the API cannot write what a merge of lines gives. */
  public async pick({ repositoryName }: { readonly repositoryName: string }): Promise<never> {
    throw new HostError(`commits cannot be ported back in repository '${repositoryName}' of Bitbucket, whose API has `
      + 'no such operation: use git cherry-pick -x, and open a pull request');
  }

  public async compare(repositoryName: string, commitId: string, otherId: string): Promise<Comparison> {
    return this.call(repositoryName, async client =>
      compareByPatch(new BitbucketComparison(client, repositoryName), commitId, otherId));
  }

  /** The response has no commit, so a push between the two calls is not reported. */
  public async deleteBranch(
    repositoryName: string, branchName: string, expected?: string,
  ): Promise<string | undefined> {
    const head = await this.head(repositoryName, branchName);
    if (head === undefined) return undefined;
    requireHead(head, expected);
    return this.orUndefined(repositoryName, async client => {
      await client.request(repositoryName, `refs/branches/${encoded(branchName)}`, { method: 'DELETE' });
      return head;
    });
  }

  public async openPullRequests(repositoryName: string, branchName: string): Promise<readonly PullRequest[]> {
    return this.call(repositoryName, async client =>
      new BitbucketPullRequests(client, repositoryName).openOf(branchName));
  }

  public async openPullRequest(pullRequest: NewPullRequest): Promise<string> {
    const { repositoryName } = pullRequest;
    return this.call(repositoryName, async client =>
      new BitbucketPullRequests(client, repositoryName).open(pullRequest));
  }

  public async pullRequest(repositoryName: string, id: string): Promise<PullRequest | undefined> {
    return this.orUndefined(repositoryName, async client => new BitbucketPullRequests(client, repositoryName).get(id));
  }

  public async foreignRules(repositoryName: string, branchName: string): Promise<readonly string[]> {
    return this.call(repositoryName, async client => new BitbucketRules(client, repositoryName).foreign(branchName));
  }

  public async protect(
    repositoryName: string, branchName: string, rules: BranchRules, foreign: readonly string[],
  ): Promise<void> {
    await this.call(repositoryName, async client =>
      new BitbucketRules(client, repositoryName).protect(branchName, rules, foreign));
  }

  public async requires(repositoryName: string, branchName: string, rules: BranchRules): Promise<boolean> {
    return this.call(repositoryName, async client =>
      new BitbucketRules(client, repositoryName).isRequired(branchName, rules));
  }

  public async pullRequestCommits(repositoryName: string, id: string): Promise<readonly string[] | undefined> {
    return this.orUndefined(repositoryName, async client =>
      new BitbucketPullRequests(client, repositoryName).commitsOf(id));
  }

  public async commit(repositoryName: string, commitId: string): Promise<CommitDetails | undefined> {
    const found = await this.commitAt(repositoryName, commitId);
    if (!found) return undefined;
    const [, authorName = '', authorEmail = ''] = /^(.*?) ?<([^>]*)>$/.exec(found.author.raw) ?? [];
    const { message, parents } = found;
    return { commitId, parents: parents.map(({ hash }) => hash), message, authorName, authorEmail };
  }

  public async authorOf(repositoryName: string, commitId: string): Promise<Author | undefined> {
    const commit = await this.commitAt(repositoryName, commitId);
    // 'Anna <anna@example.com>'
    return commit && { name: commit.author.raw.replace(/ <[^>]*>$/, ''), at: Date.parse(commit.date) };
  }

  private async mergeBase(repositoryName: string, one: string, other: string): Promise<string | undefined> {
    const found = await this.orUndefined(repositoryName, async client =>
      client.json<Commit>(repositoryName, `merge-base/${one}..${other}`));
    return found?.hash;
  }

  private async commitAt(repositoryName: string, id: string): Promise<Commit | undefined> {
    return this.orUndefined(repositoryName, async client => client.json<Commit>(repositoryName, `commit/${id}`));
  }

  private async orUndefined<T>(repositoryName: string, call: Call<T>): Promise<T | undefined> {
    return this.call(repositoryName, async client => {
      try {
        return await call(client);
      } catch (error) {
        if (!(error instanceof BitbucketError) || error.status !== 404) throw error;
        // the repository itself may be missing
        await client.request(repositoryName, 'refs/branches?pagelen=1');
        return undefined;
      }
    });
  }

  private async call<T>(repositoryName: string, call: Call<T>): Promise<T> {
    try {
      return await call(await this.connect());
    } catch (error) {
      throw this.errorOf(error, repositoryName);
    }
  }

  private errorOf(error: unknown, repositoryName: string): unknown {
    const { credentialsArn } = this;
    const errors = new HostErrors({ title: 'Bitbucket', repositoryName, credentialsArn, rights: RIGHTS });
    if (!(error instanceof BitbucketError)) {
      const isOfNetwork = error instanceof Error && ['TypeError', 'TimeoutError'].includes(error.name);
      return isOfNetwork ? errors.unreachable(error.message, error) : error;
    }
    const { status, message } = error;
    if (status === 429) return errors.limited(message, error);
    if (status >= 500) return errors.unreachable(message, error);
    if (status === 401) return errors.rejected(message, error);
    if (status === 403) return errors.forbidden(message, error);
    if (status === 404) return errors.notFound(error);
    const isMoved = status === 409 || /already exists/i.test(message);
    return isMoved ? new BranchMovedError(message, error) : errors.other(message, error);
  }
}

type Call<T> = (client: BitbucketClient) => Promise<T>;
