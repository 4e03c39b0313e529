import type { BitbucketClient } from './client';
import { BitbucketError, encoded } from './client';
import { HostErrors } from '../host-errors';
import type { Author, FileChange, SourceHost } from '../source';
import { BranchMovedError, HostError } from '../source';
import { HostWithoutPullRequests } from '../without-pull-requests';

interface Branch {
  readonly name: string;
  readonly target: { readonly hash: string };
}

interface Commit {
  readonly hash: string;
  readonly date: string;
  readonly author: { readonly raw: string };
}

const RIGHTS = "give the token the permissions 'Repositories: write'";

/** Repositories of Bitbucket, by its API. */
export class BitbucketHost extends HostWithoutPullRequests implements SourceHost {
  /** @param credentialsArn the secret of the credentials, for error messages */
  public constructor(
    private readonly connect: () => Promise<BitbucketClient>,
    private readonly credentialsArn: string,
  ) {
    super();
  }

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
        method: 'POST', form: { [`/${path}`]: text, message, branch: branchName, parents: parentCommitId },
      });
      return headers.get('location')?.split('/').at(-1) ?? parentCommitId;
    });
  }

  public async contains(repositoryName: string, commitId: string, ancestorId: string): Promise<boolean | undefined> {
    for (const id of [commitId, ancestorId]) if (!(await this.commitAt(repositoryName, id))) return undefined;
    const base = await this.orUndefined(repositoryName, async client =>
      client.json<Commit>(repositoryName, `merge-base/${commitId}..${ancestorId}`));
    return base?.hash === ancestorId;
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

  public async authorOf(repositoryName: string, commitId: string): Promise<Author | undefined> {
    const commit = await this.commitAt(repositoryName, commitId);
    // 'Anna <anna@example.com>'
    return commit && { name: commit.author.raw.replace(/ <[^>]*>$/, ''), at: Date.parse(commit.date) };
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
