/** A concurrent writer changed the record after it was read: read it again and retry. */
export class RecordChangedError extends Error {
  public constructor(key: string) {
    super(`a concurrent writer changed the record '${key}' of the registry: try again`);
    this.name = 'RecordChangedError';
  }
}

const TRANSIENT = new Set([
  'RecordChangedError',
  // Organizations: neither is classified as retryable by the SDK
  'ConcurrentModificationException',
  'FinalizingOrganizationException',
  'PolicyChangesInProgressException',
  // CodePipeline: another change of the pipeline is in progress
  'ConflictException',
  'ServiceException',
  'TooManyRequestsException',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'RequestLimitExceeded',
  'SlowDown',
  'ProvisionedThroughputExceededException',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
  'InternalFailure',
  'InternalServerError',
  'ServiceUnavailable',
]);

const TRANSIENT_CODES = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND']);

/** Whether a retry of the same call may succeed. */
export function isTransient(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const details = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number }; $retryable?: unknown };
  return (
    TRANSIENT.has(error.name)
    || (typeof details.code === 'string' && TRANSIENT_CODES.has(details.code))
    || (details.$metadata?.httpStatusCode ?? 0) >= 500
    || details.$retryable !== undefined
  );
}

/** Whether the error has one of the names, such as the name of an AWS exception. */
export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** Whether AWS rejected a call, and will reject every retry. */
export function isPermanentAwsError(error: unknown): error is Error {
  return error instanceof Error && '$metadata' in error && !isTransient(error);
}

/** Whether AWS denied a call: the role has no permission, or cannot be assumed. */
export function isAccessDenied(error: unknown): error is Error {
  return isNamed(error, 'AccessDenied', 'AccessDeniedException');
}

/** Names and messages of the errors of a service until AWS has signed a new account up for it. */
const NOT_SIGNED_UP =
  /OptInRequired|SubscriptionRequired|NotSignedUp|not signed up|not subscribed|needs a subscription/i;

/** Whether the account is not signed up for the service yet. */
export function isNotSignedUp(error: unknown): error is Error {
  return error instanceof Error && NOT_SIGNED_UP.test(`${error.name} ${error.message}`);
}
