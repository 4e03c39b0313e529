import { createHash } from 'node:crypto';
import type { StackRequest } from '../../src/stack/contract';
import type { StackRecord } from '../registry/stack';

/**
 * Whether an earlier attempt to delete has reported that the account cannot be entered. A closed account never can be
 * again, and nothing tells it from a withdrawn trust: who deletes again has read the error and must not be stuck.
 */
export function wasReportedUnreachable({ unreachableAttempt, attempt }: StackRecord): boolean {
  return unreachableAttempt !== undefined && unreachableAttempt !== attempt;
}

/** Identifies what is deployed. The template counts by its key, which is made of its content. */
export function fingerprintOf(request: StackRequest): string {
  const { qualifier, templateKey, parameters = {}, tags = {} } = request;
  return createHash('sha256').update(JSON.stringify([qualifier, templateKey, sorted(parameters), sorted(tags)])).digest('hex');
}

function sorted(values: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(values).sort(([one], [other]) => one < other ? -1 : 1);
}
