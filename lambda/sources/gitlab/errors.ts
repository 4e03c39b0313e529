import { HostErrors } from '../host-errors';
import { BranchMovedError } from '../source';

/** An error of the client with the response of GitLab. */
interface RequestError extends Error {
  readonly cause: { readonly description: string; readonly response: { readonly status: number } };
}

export function isRequestError(error: unknown): error is RequestError {
  const { cause }: { cause?: unknown } = error instanceof Error ? error : {};
  return typeof cause === 'object' && cause !== null && 'response' in cause && 'description' in cause;
}

/** Whether GitLab answered with a status and a message. */
export function isAnswer(error: unknown, status: number, message: RegExp): boolean {
  return isRequestError(error) && error.cause.response.status === status && message.test(error.cause.description);
}

const RIGHTS = "give the token the role 'Maintainer' and the scope 'api'";

const CREATE_RIGHTS = "give it an access token of the group with the role 'Maintainer' or 'Owner' and the scope 'api', "
  + 'and let this role create projects';

const MOVED = /already exists|changed since you started editing/i;

/** Converts an error of the client to one of the port. */
export function hostErrorOf(error: unknown, repositoryName: string, credentialsArn: string): unknown {
  const errors = new HostErrors({ title: 'GitLab', repositoryName, credentialsArn, rights: RIGHTS });
  if (!isRequestError(error)) return unanswered(error, errors);
  const { description, response: { status } } = error.cause;
  if (status === 429) return errors.limited(description, error);
  if (status >= 500) return errors.unreachable(description, error);
  if (status === 401) return errors.rejected(description, error);
  if (status === 403) return errors.forbidden(description, error);
  if (status === 404) return errors.notFound(error);
  return MOVED.test(description) ? new BranchMovedError(description, error) : errors.other(description, error);
}

/** Converts an error about the creation of a repository. */
export function creationErrorOf(error: unknown, repositoryName: string, credentialsArn: string): unknown {
  if (!isRequestError(error)) return hostErrorOf(error, repositoryName, credentialsArn);
  const errors = new HostErrors({ title: 'GitLab', repositoryName, credentialsArn, rights: CREATE_RIGHTS });
  const { description, response: { status } } = error.cause;
  if (status === 400 && /already been taken/i.test(description)) return errors.exists(error);
  return [403, 404].includes(status)
    ? errors.mayNotCreate(description, error)
    : hostErrorOf(error, repositoryName, credentialsArn);
}

/** The client gives up after some retries, or it has no answer at all. */
function unanswered(error: unknown, errors: HostErrors): unknown {
  if (!(error instanceof Error)) return error;
  const isOfClient = /^Gitbeaker/.test(error.name) || error.name === 'TypeError' || error.name === 'TimeoutError';
  return isOfClient ? errors.unreachable(error.message, error) : error;
}
