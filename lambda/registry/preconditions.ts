import { RECORDS } from '../../src/registry/contract';
import type { Owner } from '../shared/lifecycle';

/** Record of the preconditions of a stack. */
export interface PreconditionsRecord {
  /** Time of the last request, in milliseconds since 1970. */
  readonly attempt: number;
  /** Keys of the preconditions that were met before. They are in use, and are not checked again. */
  readonly met: readonly string[];
}

/** The number of accounts of the organization when all were last listed, with those that were to be created since. */
export interface AccountCountRecord {
  readonly accounts: number;
  /** In milliseconds since 1970. */
  readonly countedAt: number;
}

export const ACCOUNT_COUNT_KEY = `${RECORDS.preconditions}account-count`;

export function preconditionsKey({ id }: Owner): string {
  return `${RECORDS.preconditions}${id}`;
}
