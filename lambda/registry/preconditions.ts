import { RECORDS } from '../../src/registry/contract';
import type { Owner } from '../shared/lifecycle';

/** What the registry knows of the preconditions of a stack. */
export interface PreconditionsRecord {
  /** When CloudFormation has asked for them last, in milliseconds since 1970. */
  readonly attempt: number;
  /** What was asked for when all was met the last time: it is in use since then, and not looked up again. */
  readonly met: readonly string[];
}

export function preconditionsKey({ id }: Owner): string {
  return `${RECORDS.preconditions}${id}`;
}
