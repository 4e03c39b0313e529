import { createHash } from 'node:crypto';
import type { StackRequest } from '../../src/stack/contract';
import type { StackRecord } from '../registry/stack';

/**
 * Whether an earlier attempt to delete has reported that the role in the account cannot be assumed. A closed account
 * cannot be distinguished from a removed trust, so a second deletion must succeed after the error was reported.
 */
export function wasReportedUnreachable({ unreachableAttempt, attempt }: StackRecord): boolean {
  return unreachableAttempt !== undefined && unreachableAttempt !== attempt;
}

/** Identifies what is deployed. The key of the template is derived from its content. */
export function fingerprintOf(request: StackRequest): string {
  const { qualifier, templateKey, parameters = {}, tags = {} } = request;
  const parts = [qualifier, templateKey, sorted(parameters), sorted(tags)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function sorted(values: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
}
