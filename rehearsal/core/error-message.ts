import * as v from 'valibot';
import { AwsError } from './service';

/** Returns the message of an error. That of a schema begins with the path of what is wrong. */
export function messageOf(error: unknown): string {
  if (error instanceof v.ValiError) {
    return error.issues.map(issue => `${v.getDotPath(issue) ?? 'input'}: ${issue.message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

/** Returns the message of an error, after the code if AWS returned the error. */
export function messageWithCode(error: unknown): string {
  return error instanceof AwsError ? `${error.code}: ${error.message}` : messageOf(error);
}
