import type { Octokit } from '@octokit/core' with { 'resolution-mode': 'import' };

/** The part of the client of GitHub that is used. */
export interface GitHubClient extends Pick<Octokit, 'request'> {
  /** The App that the credentials belong to; absent: they are a token. */
  readonly appId?: number;
  /** The token of the credentials. */
  readonly token: () => Promise<string>;
}

/** A repository, as in the parameters of requests. */
export type GitHubRepository = Readonly<Record<'owner' | 'repo', string>>;
