import type { Deferral } from './stack';
import { RECORDS } from '../../src/registry/contract';

/** Record of an account whose last update could not be made, because it cannot be used. */
export interface UnreachableRecord extends Deferral {
  readonly accountId: string;
}

export function unreachableKey(accountId: string): string {
  return `${RECORDS.unreachable}${accountId}`;
}
