import type { BitbucketClient } from './client';
import type { NewPullRequest, PullRequest } from '../source';

/** One side of a pull request. */
interface Side {
  readonly branch: { readonly name: string };
  readonly repository?: { readonly full_name: string } | null;
}

/** The fields of a pull request that are read. */
interface Description {
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly state: 'OPEN' | 'MERGED' | 'DECLINED' | 'SUPERSEDED';
  readonly source: Side;
  readonly destination: Side;
  /** With a short hash. */
  readonly merge_commit?: { readonly hash: string } | null;
}

interface Commit {
  readonly hash: string;
  readonly parents: readonly unknown[];
}

const MAX_TITLE = 255;
const MAX_DESCRIPTION = 30_000;
const PAGE = 50;
const MAX = 1000;

/** The pull requests of one repository: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/ */
export class BitbucketPullRequests {
  public constructor(
    private readonly client: BitbucketClient,
    private readonly repositoryName: string,
  ) {}

  /** The open ones from or to a branch of the repository itself. */
  public async openOf(branchName: string): Promise<readonly PullRequest[]> {
    const name = quoted(branchName);
    const found = await this.list(
      `state = "OPEN" AND (source.branch.name = ${name} OR destination.branch.name = ${name})`,
    );
    return Promise.all(found
      .filter(one => one.destination.branch.name === branchName || this.isOwn(one))
      .map(async one => this.pullRequestOf(one)));
  }

  /** A text in the description contains the token, with which a repeated call finds the pull request. */
  public async open({ sourceBranch, targetBranch, title, description, token }: NewPullRequest): Promise<string> {
    const marker = `(org-environments ${token})`;
    const known = (await this.list(
      `source.branch.name = ${quoted(sourceBranch)} AND destination.branch.name = ${quoted(targetBranch)}`,
    )).filter(one => this.isOwn(one));
    const found = known.find(one => one.description?.includes(marker)) ?? known.find(({ state }) => state === 'OPEN');
    if (found) return String(found.id);
    const { id } = await this.client.json<Description>(this.repositoryName, 'pullrequests', {
      method: 'POST',
      json: {
        title: title.slice(0, MAX_TITLE),
        description: `${description.slice(0, MAX_DESCRIPTION)}\n\n${marker}`,
        source: { branch: { name: sourceBranch } },
        destination: { branch: { name: targetBranch } },
      },
    });
    return String(id);
  }

  /** @throws BitbucketError with status 404 if there is none */
  public async get(id: string): Promise<PullRequest | undefined> {
    if (!/^\d+$/.test(id)) return undefined;
    return this.pullRequestOf(await this.client.json<Description>(this.repositoryName, `pullrequests/${id}`));
  }

  /** @throws BitbucketError with status 404 if there is none */
  public async commitsOf(id: string): Promise<readonly string[] | undefined> {
    if (!/^\d+$/.test(id)) return undefined;
    const path = `pullrequests/${id}/commits?pagelen=100`;
    const { values } = await this.client.all<Commit>(this.repositoryName, path, MAX);
    // the newest first
    return values.filter(({ parents }) => parents.length < 2).map(({ hash }) => hash).reverse();
  }

  private async list(filter: string): Promise<readonly Description[]> {
    // without states, Bitbucket returns only open ones
    const states = ['OPEN', 'MERGED', 'DECLINED', 'SUPERSEDED'].map(state => `state=${state}`).join('&');
    const path = `pullrequests?${states}&pagelen=${PAGE}&q=${encodeURIComponent(filter)}`;
    return (await this.client.all<Description>(this.repositoryName, path, MAX)).values;
  }

  private isOwn({ source: { repository } }: Description): boolean {
    return repository?.full_name === this.repositoryName;
  }

  private async pullRequestOf(one: Description): Promise<PullRequest> {
    const { id, title, state, source, destination, merge_commit: merged } = one;
    const mergeCommitId = state === 'MERGED' && merged ? await this.fullId(merged.hash) : undefined;
    return {
      id: String(id),
      title,
      sourceBranch: source.branch.name,
      targetBranch: destination.branch.name,
      state: state === 'OPEN' ? 'open' : state === 'MERGED' ? 'merged' : 'closed',
      ...mergeCommitId !== undefined && { mergeCommitId },
    };
  }

  private async fullId(hash: string): Promise<string> {
    return (await this.client.json<{ readonly hash: string }>(this.repositoryName, `commit/${hash}`)).hash;
  }
}

/** A text in a filter: https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
