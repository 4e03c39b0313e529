import type { Content } from '../services/codecommit/content';

/** A pull request of GitHub, or a merge request of GitLab. */
export interface PullRequest {
  /** Unique in its repository. */
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly target: string;
  /** The head of the source branch; after the end, the last one. */
  readonly sourceCommit: string;
  readonly targetCommit: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly mergeCommit?: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly endedAt?: number;
  /** Tokens of those who have approved it. */
  readonly approvedBy: readonly string[];
}

/** What can be named to filter pull requests. */
export type PullRequestFilter = Partial<Pick<PullRequest, 'source' | 'target'>> & {
  /** @default - all */
  readonly isOpen?: boolean;
};

/** The pull requests of all repositories of a host. */
export class PullRequests {
  private readonly ofRepository = new Map<string, PullRequest[]>();

  public find(fullName: string, number: number): PullRequest | undefined {
    return this.all(fullName).find(one => one.number === number);
  }

  /** The latest first. */
  public list(fullName: string, { source, target, isOpen }: PullRequestFilter): readonly PullRequest[] {
    return this.all(fullName).filter(one =>
      [undefined, one.source].includes(source)
      && [undefined, one.target].includes(target)
      && [undefined, one.state === 'open'].includes(isOpen)).reverse();
  }

  public open(
    fullName: string, request: Omit<PullRequest, 'number' | 'state' | 'mergeCommit' | 'endedAt' | 'approvedBy'>,
  ): PullRequest {
    const all = this.all(fullName);
    const opened: PullRequest = { ...request, number: all.length + 1, state: 'open', approvedBy: [] };
    this.ofRepository.set(fullName, [...all, opened]);
    return opened;
  }

  public change(fullName: string, number: number, change: Partial<PullRequest>): PullRequest | undefined {
    const changed = this.all(fullName).map(one => (one.number === number ? { ...one, ...change } : one));
    this.ofRepository.set(fullName, changed);
    return this.find(fullName, number);
  }

  /** Approves a pull request with a token. */
  public approve(fullName: string, number: number, token: string): void {
    const { approvedBy = [] } = this.find(fullName, number) ?? {};
    this.change(fullName, number, { approvedBy: [...new Set([...approvedBy, token])] });
  }

  /** A host closes the pull requests from and to a branch that is deleted. */
  public branchDeleted(fullName: string, branch: string, now: number): void {
    for (const { number, state, source, target } of this.all(fullName)) {
      const isAffected = state === 'open' && [source, target].includes(branch);
      if (isAffected) this.change(fullName, number, { state: 'closed', endedAt: now });
    }
  }

  /** With the present head of its source branch. */
  public async current(git: Content, pullRequest: PullRequest): Promise<PullRequest> {
    if (pullRequest.state !== 'open') return pullRequest;
    const head = await git.head(pullRequest.source);
    return { ...pullRequest, sourceCommit: head ?? pullRequest.sourceCommit };
  }

  private all(fullName: string): readonly PullRequest[] {
    return this.ofRepository.get(fullName) ?? [];
  }
}
