/** A service that hosts repositories. */
export type SourceHostName = 'codecommit' | 'github' | 'gitlab' | 'bitbucket';

/** What `SourceRepository` requests of its handler. */
export interface RepositoryRequest extends RepositoryReference {
  /** The repository with whose history the new one begins. */
  readonly template: RepositoryReference;
}

export interface RepositoryResult {
  readonly repositoryName: string;
}

/** A repository, as in the requests to handlers. */
export interface RepositoryReference {
  readonly host: SourceHostName;
  /**
   * Name of the repository, unique within its host: `owner/name`, except for CodeCommit. The owner of a repository of
   * GitLab may be a path of groups.
   */
  readonly repositoryName: string;
  /** Unique among all hosts; part of the keys of routes in the registry. An address, except for CodeCommit. */
  readonly repositoryArn: string;
  /** The connection through which pipelines read the repository; absent: they read it from CodeCommit. */
  readonly connectionArn?: string;
  /** The secret with the credentials for the API of the host; absent: the roles of the functions have access. */
  readonly credentialsArn?: string;
}
