import { createHash } from 'node:crypto';
import { NAMES } from '../../src/private/contract';
import type { StackRequest } from '../../src/stack/contract';

/** Identifies what is deployed. The key of the template is derived from its content. */
export function fingerprintOf(request: StackRequest): string {
  const { qualifier, templateKey, parameters = {}, tags = {} } = request;
  // the mark of the stack, which versions before did not set
  const parts = [qualifier, templateKey, sorted(parameters), sorted(tags), NAMES.stackTag];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function sorted(values: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
}
