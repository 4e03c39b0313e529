import { HostErrors } from '../host-errors';
import { BranchMovedError } from '../source';

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

const RIGHTS = "give the token or the GitHub App the permissions 'Contents: read and write', 'Metadata: read', for "
  + "backports and the removal of branches 'Pull requests: read and write', and for reviews and checks "
  + "'Administration: read and write'";

/** Converts an error of the client to one of the port. */
export function hostErrorOf(error: unknown, repositoryName: string, credentialsArn: string): unknown {
  if (!isRequestError(error)) return error;
  const errors = new HostErrors({ title: 'GitHub', repositoryName, credentialsArn, rights: RIGHTS });
  const { status, message } = error;
  if (isLimit(error)) return errors.limited(message, error);
  if (status >= 500) return errors.unreachable(message, error);
  if (status === 401) return errors.rejected(message, error);
  if (status === 403) return errors.forbidden(message, error);
  // the token of an App is requested for this repository
  if (status === 422 && /repository that does not exist or is not accessible/i.test(message)) {
    return errors.notFound(error);
  }
  if (status === 422 && /rule violations/i.test(message)) return errors.ruleViolated(message, error);
  // also for changes that a token may not make
  if (status === 404) return errors.notFound(error);
  const isMoved = status === 409 || (status === 422 && /not a fast forward|already exists/i.test(message));
  return isMoved ? new BranchMovedError(message, error) : errors.other(message, error);
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function isLimit({ status, message, response }: RequestError): boolean {
  if (status === 429) return true;
  return status === 403
    && (/rate limit/i.test(message)
      || response?.headers['x-ratelimit-remaining'] === '0'
      || response?.headers['retry-after'] !== undefined);
}
