import { HostError, HostRepositoryMissingError, HostUnavailableError, RepositoryExistsError } from './source';

/** What an error of a host is about. */
export interface HostSubject {
  /** Name of the host, as users read it. */
  readonly title: string;
  readonly repositoryName: string;
  readonly credentialsArn: string;
  /** Where the permissions are given, and which are needed. */
  readonly rights: string;
}

/** Errors in the words of the user. Each says what is wrong, and what to do. */
export class HostErrors {
  private readonly credentials: string;

  public constructor(private readonly subject: HostSubject) {
    this.credentials = `the credentials in secret ${subject.credentialsArn}`;
  }

  /** The host does not know the credentials. */
  public rejected(message: string, cause: unknown): HostError {
    const { title, repositoryName } = this.subject;
    return new HostError(
      `${title} rejected ${this.credentials} for repository '${repositoryName}', because they are wrong or have `
        + `expired (${message}): store new ones in the secret`,
      cause,
    );
  }

  /** The credentials are too weak. */
  public forbidden(message: string, cause: unknown): HostError {
    const { title, repositoryName, rights } = this.subject;
    return new HostError(
      `${this.credentials} do not allow what is needed in repository '${repositoryName}' of ${title} (${message}): `
        + `${rights}, and allow it to push to the branch`,
      cause,
    );
  }

  /** A rule for the branch rejects the change. */
  public ruleViolated(message: string, cause: unknown): HostError {
    const { title, repositoryName } = this.subject;
    return new HostError(
      `a rule of repository '${repositoryName}' in ${title} rejected a change of a branch `
        + `(${message.replace(/\s+/g, ' ').trim()}): add the owner of ${this.credentials} to the bypass list of the `
        + 'rule',
      cause,
    );
  }

  /** Hosts report repositories that credentials may not see as missing. */
  public notFound(cause: unknown): HostRepositoryMissingError {
    const { title, repositoryName, rights } = this.subject;
    return new HostRepositoryMissingError(
      `${title} has no repository '${repositoryName}', or ${this.credentials} give no access to it: check its name, `
        + `and ${rights} in this repository`,
      cause,
    );
  }

  /** The credentials may not create the repository, or its owner is unknown to them. */
  public mayNotCreate(message: string, cause: unknown): HostError {
    const { title, repositoryName, rights } = this.subject;
    return new HostError(
      `${this.credentials} may not create repository '${repositoryName}' in ${title} (${message}): ${rights}, or `
        + 'create the repository yourself',
      cause,
    );
  }

  /** There is a repository of this name. */
  public exists(cause: unknown): RepositoryExistsError {
    const { title, repositoryName } = this.subject;
    return new RepositoryExistsError(
      `${title} has a repository '${repositoryName}', but ${this.credentials} give no access to it: give it`,
      cause,
    );
  }

  /** Another error that a retry does not change. */
  public other(message: string, cause: unknown): HostError {
    const { title, repositoryName } = this.subject;
    return new HostError(`${title} rejected a request for repository '${repositoryName}': ${message}`, cause);
  }

  public limited(message: string, cause: unknown): HostUnavailableError {
    return new HostUnavailableError(`${this.subject.title} limits the rate of requests: ${message}`, cause);
  }

  /** The host cannot be reached. */
  public unreachable(message: string, cause: Error): HostError | HostUnavailableError {
    const { title } = this.subject;
    return isRefused(cause)
      ? new HostError(`${title} cannot be reached: ${message}`, cause)
      : new HostUnavailableError(`${title} does not answer: ${message}`, cause);
  }
}

/** Whether this machine allows no connection: a retry is useless. */
function isRefused({ cause }: Error): boolean {
  if (!(cause instanceof Error)) return false;
  return ('code' in cause && cause.code === 'EACCES') || isRefused(cause);
}
