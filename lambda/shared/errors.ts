/** Somebody else wrote the record since it was read; reading again and trying again is right. */
export class RecordChangedError extends Error {
  public constructor(key: string) {
    super(`the record '${key}' of the registry was changed by somebody else`);
    this.name = 'RecordChangedError';
  }
}

const TRANSIENT = new Set([
  'RecordChangedError',
  // Organizations: neither is classified as retryable by the SDK
  'ConcurrentModificationException', 'FinalizingOrganizationException', 'PolicyChangesInProgressException',
  // CodePipeline: the pipeline is busy with what goes on in it
  'ConflictException',
  'ServiceException', 'TooManyRequestsException',
  'ThrottlingException', 'Throttling', 'ThrottledException', 'RequestLimitExceeded', 'SlowDown', 'ProvisionedThroughputExceededException',
  'RequestTimeout', 'RequestTimeoutException', 'TimeoutError', 'InternalFailure', 'InternalServerError', 'ServiceUnavailable',
]);

const TRANSIENT_CODES = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND']);

/** Whether the same call may succeed later without anybody changing anything. */
export function isTransient(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const details = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number }; $retryable?: unknown };
  return TRANSIENT.has(error.name)
    || (typeof details.code === 'string' && TRANSIENT_CODES.has(details.code))
    || (details.$metadata?.httpStatusCode ?? 0) >= 500
    || details.$retryable !== undefined;
}

/** Whether the error is one of the named exceptions of AWS. */
export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** Whether AWS refused a call and will go on doing so until somebody changes something. */
export function isRefused(error: unknown): error is Error {
  return error instanceof Error && '$metadata' in error && !isTransient(error);
}

/** Whether AWS has denied a call: the role may not make it, or cannot be assumed. */
export function isDenied(error: unknown): error is Error {
  return isNamed(error, 'AccessDenied', 'AccessDeniedException');
}

/** What AWS answers for the services of a new account until it has signed the account up for them. */
const NOT_SIGNED_UP = /OptInRequired|SubscriptionRequired|NotSignedUp|not signed up|not subscribed|needs a subscription/i;

export function isNotSignedUp(error: unknown): error is Error {
  return error instanceof Error && NOT_SIGNED_UP.test(`${error.name} ${error.message}`);
}
