/** A pull request. */
export interface PullRequest {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly repositoryName: string;
  readonly title: string;
  readonly description?: string;
  readonly sourceReference: string;
  readonly destinationReference: string;
  /** The heads when it was created, or when it was closed. */
  readonly sourceCommit: string;
  readonly destinationCommit: string;
  readonly mergeBase?: string;
  readonly authorArn: string;
  readonly createdAt: number;
  readonly token?: string;
  readonly status: 'OPEN' | 'CLOSED';
  readonly merged?: { readonly by: string; readonly commitId: string; readonly option: string };
  /** ARNs of those who approve. */
  readonly approvals: readonly string[];
}

/** The pull requests of all repositories. Ids are unique in an account and region. */
export class PullRequestStore {
  private readonly all = new Map<string, PullRequest>();
  private last = 0;

  public nextId(): string {
    this.last += 1;
    return String(this.last);
  }

  public find(id: string): PullRequest | undefined {
    return this.all.get(id);
  }

  public save(pullRequest: PullRequest): PullRequest {
    this.all.set(pullRequest.id, pullRequest);
    return pullRequest;
  }

  public in(accountId: string, region: string, repositoryName: string): PullRequest[] {
    return [...this.all.values()].filter(one =>
      one.accountId === accountId && one.region === region && one.repositoryName === repositoryName);
  }
}
