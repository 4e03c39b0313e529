import { BranchMovedError, HostError, HostUnavailableError } from '../source';

/** An error of the client: it has the status of the response, and its message is that of GitHub. */
interface RequestError extends Error {
  readonly status: number;
  readonly response?: { readonly headers: Readonly<Record<string, string | number | undefined>> };
}

export function isRequestError(error: unknown): error is RequestError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return isRequestError(error) && statuses.includes(error.status);
}

/** What an error is about. */
interface Subject {
  readonly repositoryName: string;
  readonly credentialsArn: string;
}

const SCOPES = "'Contents: read and write' and 'Metadata: read'";

/** Converts an error of the client to one of the port. */
export function hostErrorOf(error: unknown, { repositoryName, credentialsArn }: Subject): unknown {
  if (!isRequestError(error)) return error;
  const { status, message } = error;
  const credentials = `the credentials in secret ${credentialsArn}`;
  if (isRefused(error)) return new HostError(`GitHub cannot be reached: ${message}`, error);
  if (isLimit(error)) return new HostUnavailableError(`GitHub limits the rate of requests: ${message}`, error);
  if (status >= 500) return new HostUnavailableError(`GitHub does not answer: ${message}`, error);
  if (status === 401) {
    return new HostError(
      `GitHub rejected ${credentials} for repository '${repositoryName}', because they are wrong or have expired `
        + `(${message}): store new ones in the secret`,
      error,
    );
  }
  if (status === 403) {
    return new HostError(
      `${credentials} do not allow what is needed in repository '${repositoryName}' of GitHub (${message}): give the `
        + `token or the GitHub App the permissions ${SCOPES}, and allow it to push to the branch`,
      error,
    );
  }
  if (status === 404) return notFound(repositoryName, credentials, error);
  if (status === 422 && /not a fast forward|already exists/i.test(message)) return new BranchMovedError(message, error);
  if (status === 409) return new BranchMovedError(message, error);
  return new HostError(`GitHub rejected a request for repository '${repositoryName}': ${message}`, error);
}

/** GitHub answers 404 for private repositories that a token may not see, also for changes that it may not make. */
function notFound(repositoryName: string, credentials: string, cause: unknown): HostError {
  return new HostError(
    `GitHub has no repository '${repositoryName}', or ${credentials} give no access to it: check owner and name, and `
      + `give the token or the GitHub App access to the repository with the permissions ${SCOPES}`,
    cause,
  );
}

/** Whether this machine allows no connection: a retry is useless. */
function isRefused({ cause }: Error): boolean {
  if (!(cause instanceof Error)) return false;
  return ('code' in cause && cause.code === 'EACCES') || isRefused(cause);
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function isLimit({ status, message, response }: RequestError): boolean {
  if (status === 429) return true;
  return status === 403
    && (/rate limit/i.test(message)
      || response?.headers['x-ratelimit-remaining'] === '0'
      || response?.headers['retry-after'] !== undefined);
}
