import type { Branches, Commits, Repositories, RepositoryFiles } from '@gitbeaker/rest';

/** The parts of the client of GitLab that are used. */
export interface GitLabClient {
  readonly branches: Pick<Branches, 'all' | 'create' | 'show'>;
  readonly commits: Pick<Commits, 'create' | 'show'>;
  readonly files: Pick<RepositoryFiles, 'show'>;
  readonly repositories: Pick<Repositories, 'mergeBase'>;
}
