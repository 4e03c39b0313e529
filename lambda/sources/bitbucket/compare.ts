import type { BitbucketClient } from './client';
import type { ComparedCommits, MissingCommits } from '../patches';
import { MAX_COMMITS } from '../patches';

interface Commit {
  readonly hash: string;
  readonly parents: readonly unknown[];
}

const PAGE = 100;

/** Compares the commits of one repository. */
export class BitbucketComparison implements ComparedCommits {
  public constructor(
    private readonly client: BitbucketClient,
    private readonly repositoryName: string,
  ) {}

  /** https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/ */
  public async missing(otherId: string, commitId: string): Promise<MissingCommits> {
    const path = `commits?include=${commitId}&exclude=${otherId}&pagelen=${PAGE}`;
    const { values, isComplete } = await this.client.all<Commit>(this.repositoryName, path, MAX_COMMITS);
    const commitIds = values.filter(({ parents }) => parents.length < 2).map(({ hash }) => hash);
    return { commitIds, ...!isComplete && { isMinimum: true } };
  }

  public async patch(commitId: string): Promise<string> {
    return (await this.client.request(this.repositoryName, `diff/${commitId}?renames=false`)).text;
  }
}
