/** The client of GitLab: a file of its own in the bundles, which is loaded only for repositories of GitLab. */
import { Branches, Commits, Repositories, RepositoryFiles } from '@gitbeaker/rest';
import type { GitLabClient } from './repository.js';

const TIMEOUT_MILLISECONDS = 20_000;

export function gitLabClient(token: string): GitLabClient {
  const options = { token, queryTimeout: TIMEOUT_MILLISECONDS };
  return {
    branches: new Branches(options),
    commits: new Commits(options),
    files: new RepositoryFiles(options),
    repositories: new Repositories(options),
  };
}
