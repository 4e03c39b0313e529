/** The client of GitLab: a file of its own in the bundles, which is loaded only for repositories of GitLab. */
import { Branches, Commits, Repositories, RepositoryFiles } from '@gitbeaker/rest';
import type { GitLabClient } from './repository.js';
import type { HostCredentials } from '../credentials.js';

const TIMEOUT_MILLISECONDS = 20_000;

export function gitLabClient(credentials: HostCredentials): GitLabClient {
  if (!('token' in credentials)) throw new Error('GitLab needs a token');
  const options = { token: credentials.token, queryTimeout: TIMEOUT_MILLISECONDS };
  return {
    branches: new Branches(options),
    commits: new Commits(options),
    files: new RepositoryFiles(options),
    repositories: new Repositories(options),
  };
}
