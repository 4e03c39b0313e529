/** A service that hosts repositories. */
export type SourceHostName = 'codecommit';

/** A repository, as handlers are given it. */
export interface RepositoryReference {
  readonly host: SourceHostName;
  /** Name of the repository, unique within its host. */
  readonly repositoryName: string;
  /** Unique among all hosts: the routes of the registry are kept under it. */
  readonly repositoryArn: string;
}
