import type { Endpoints } from '@octokit/types';
import type { GitHubClient, GitHubRepository } from './repository';
import type { NewPullRequest, PullRequest } from '../source';

type Description = Pick<
  Endpoints['GET /repos/{owner}/{repo}/pulls']['response']['data'][number],
  'number' | 'title' | 'state' | 'merged_at' | 'merge_commit_sha'
> & { readonly head: { readonly ref: string }; readonly base: { readonly ref: string } };

const MAX_TITLE = 256;
const MAX_DESCRIPTION = 60_000;
const PAGE = 100;

/** The pull requests of one repository. */
export class GitHubPullRequests {
  public constructor(
    private readonly client: GitHubClient,
    private readonly repository: GitHubRepository,
  ) {}

  /** The open ones from or to a branch of the repository itself. */
  public async openOf(branchName: string): Promise<readonly PullRequest[]> {
    const found = new Map<string, PullRequest>();
    for (const filter of [{ head: this.headOf(branchName) }, { base: branchName }]) {
      for (let page = 1, isLast = false; !isLast; page++) {
        const { data } = await this.client.request('GET /repos/{owner}/{repo}/pulls', {
          ...this.repository, ...filter, state: 'open', per_page: PAGE, page,
        });
        for (const one of data.map(pullRequestOf)) found.set(one.id, one);
        isLast = data.length < PAGE;
      }
    }
    return [...found.values()];
  }

  /** A hidden text contains the token, with which a repeated call finds the pull request. */
  public async open({
    sourceBranch, targetBranch, title, description, token,
  }: NewPullRequest): Promise<string> {
    const marker = `<!-- org-environments ${token} -->`;
    const { data: known } = await this.client.request('GET /repos/{owner}/{repo}/pulls', {
      ...this.repository, head: this.headOf(sourceBranch), base: targetBranch, state: 'all', per_page: PAGE,
    });
    // GitHub has at most one open pull request with the same branches
    const found = known.find(({ body }) => body?.includes(marker)) ?? known.find(({ state }) => state === 'open');
    if (found) return String(found.number);
    const { data } = await this.client.request('POST /repos/{owner}/{repo}/pulls', {
      ...this.repository,
      head: sourceBranch,
      base: targetBranch,
      title: title.slice(0, MAX_TITLE),
      body: `${description.slice(0, MAX_DESCRIPTION)}\n\n${marker}`,
    });
    return String(data.number);
  }

  /** @throws an error with status 404 if there is none */
  public async get(id: string): Promise<PullRequest | undefined> {
    if (!/^\d+$/.test(id)) return undefined;
    const { data } = await this.client.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', {
      ...this.repository, pull_number: Number(id),
    });
    return pullRequestOf(data);
  }

  /** At most 250. @throws an error with status 404 if there is no such pull request */
  public async commitsOf(id: string): Promise<readonly string[] | undefined> {
    if (!/^\d+$/.test(id)) return undefined;
    const found: string[] = [];
    for (let page = 1, isLast = false; !isLast; page++) {
      const { data } = await this.client.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', {
        ...this.repository, pull_number: Number(id), per_page: PAGE, page,
      });
      found.push(...data.filter(({ parents }) => parents.length < 2).map(({ sha }) => sha));
      isLast = data.length < PAGE;
    }
    return found;
  }

  private headOf(branchName: string): string {
    return `${this.repository.owner}:${branchName}`;
  }
}

function pullRequestOf({ number, title, state, merged_at: mergedAt, merge_commit_sha, head, base }: Description) {
  const isMerged = mergedAt !== null;
  return {
    id: String(number),
    title,
    sourceBranch: head.ref,
    targetBranch: base.ref,
    state: isMerged ? 'merged' : state === 'open' ? 'open' : 'closed',
    // before the merge, it is the commit of a trial
    ...isMerged && merge_commit_sha !== null && { mergeCommitId: merge_commit_sha },
  } as const;
}
