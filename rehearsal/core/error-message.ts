import { AwsError } from './service';

/** Returns the message of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the message of an error, after the code if AWS returned the error. */
export function messageWithCode(error: unknown): string {
  return error instanceof AwsError ? `${error.code}: ${error.message}` : messageOf(error);
}
