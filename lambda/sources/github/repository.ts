import type { Octokit } from '@octokit/core' with { 'resolution-mode': 'import' };

/** The part of the client of GitHub that is used. */
export type GitHubClient = Pick<Octokit, 'request'>;

/** A repository, as in the parameters of requests. */
export type GitHubRepository = Readonly<Record<'owner' | 'repo', string>>;
