/** A service that hosts repositories. */
export type SourceHostName = 'codecommit';

/** A repository, as in the requests to handlers. */
export interface RepositoryReference {
  readonly host: SourceHostName;
  /** Name of the repository, unique within its host. */
  readonly repositoryName: string;
  /** Unique among all hosts; part of the keys of routes in the registry. */
  readonly repositoryArn: string;
}
