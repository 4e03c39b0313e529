import { createHash } from 'node:crypto';
import type { AccountStackRequest } from '../../src/stack/contract';
import type { StackRecord } from '../registry/stack';

/**
 * Whether an earlier attempt to delete has said that the account cannot be entered. One that was closed never can be again, and nothing tells that from
 * a trust that was withdrawn: whoever deletes again has read it, and must not be stuck for ever.
 */
export function wasTold({ unreachable, attempt }: StackRecord): boolean {
  return unreachable !== undefined && unreachable !== attempt;
}

/** The template counts by its key, which is made of its content. */
export function fingerprintOf(request: AccountStackRequest): string {
  const { qualifier, templateKey, parameters = {}, tags = {} } = request;
  return createHash('sha256').update(JSON.stringify([qualifier, templateKey, sorted(parameters), sorted(tags)])).digest('hex');
}

function sorted(values: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(values).sort(([one], [other]) => one < other ? -1 : 1);
}
