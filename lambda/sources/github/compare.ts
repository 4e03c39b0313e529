import { hasStatus, isRequestError } from './errors';
import type { GitHubClient, GitHubRepository } from './repository';
import type { ComparedCommits, MissingCommits } from '../patches';
import { MAX_COMMITS } from '../patches';
import { SourceError } from '../source';

const PAGE = 100;

/** GitHub shows no patch of more than 20,000 lines. */
const TOO_LARGE = 406;

/** Compares the commits of one repository. */
export class GitHubComparison implements ComparedCommits {
  public constructor(
    private readonly client: GitHubClient,
    private readonly repository: GitHubRepository,
  ) {}

  public async missing(otherId: string, commitId: string): Promise<MissingCommits> {
    const found: string[] = [];
    for (let page = 1; ; page++) {
      const { commits, total_commits: total } = await this.page(otherId, commitId, page);
      found.push(...commits.filter(({ parents }) => parents.length < 2).map(({ sha }) => sha));
      const seen = page * PAGE;
      if (commits.length === 0 || seen >= total) return { commitIds: found };
      if (seen >= MAX_COMMITS) return { commitIds: found, isMinimum: true };
    }
  }

  public async patch(commitId: string): Promise<string | undefined> {
    try {
      const { data }: { data: unknown } = await this.client.request('GET /repos/{owner}/{repo}/commits/{ref}', {
        ...this.repository, ref: commitId, mediaType: { format: 'diff' },
      });
      return typeof data === 'string' ? data : undefined;
    } catch (error) {
      if (hasStatus(error, TOO_LARGE)) return undefined;
      throw error;
    }
  }

  private async page(otherId: string, commitId: string, page: number) {
    try {
      const { data } = await this.client.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
        ...this.repository, basehead: `${otherId}...${commitId}`, per_page: PAGE, page,
      });
      return data;
    } catch (error) {
      if (!isRequestError(error) || !/no common ancestor/i.test(error.message)) throw error;
      throw new SourceError('the branches have no common commit, so they cannot be compared', error);
    }
  }
}
