import { isRecord, parseJsonObject } from './json';
import { fromXml } from './xml';

/** Codes of errors that SDKs retry. */
const TRANSIENT = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
]);

/**
 * Whether an SDK retries a call with this response.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function isTransient(status: number, code: string): boolean {
  return status >= 500 || status === 429 || TRANSIENT.has(code);
}

/** Returns the code and the message of an error that a service has answered, in JSON or XML. */
export function errorIn(body: Buffer): { readonly code: string; readonly message: string } {
  const document = body.toString('utf8', 0, 1) === '{' ? parseJsonObject(body) : fromXml(body, {});
  const error = isRecord(document.Error) ? document.Error : document;
  return { code: String(error.Code ?? error.__type ?? ''), message: String(error.Message ?? error.message ?? '') };
}

/** Returns the path of an object in a request to S3. */
export function objectPath(bucket: string, key: string): string {
  return `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}
