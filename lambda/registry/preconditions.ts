import { RECORDS } from '../../src/registry/contract';
import type { Owner } from '../shared/lifecycle';

/** Record of the preconditions of a stack. */
export interface PreconditionsRecord {
  /** Time of the last request, in milliseconds since 1970. */
  readonly attempt: number;
  /** Keys of the preconditions that were met before. They are in use, and are not checked again. */
  readonly met: readonly string[];
}

export function preconditionsKey({ id }: Owner): string {
  return `${RECORDS.preconditions}${id}`;
}
