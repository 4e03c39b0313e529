import { RECORDS } from '../../src/registry/contract';
import type { LeaseRequest } from '../../src/stack/contract';

/** One account has one pipeline. */
export interface LeaseRecord {
  /** Grows with every new holder: who comes back with an older number has lost the account. */
  readonly fence: number;
  /** Absent: the account is free. */
  readonly holder?: LeaseHolder;
}

export interface LeaseHolder extends LeaseRequest {
  /** Key of the record of the stack with the pipeline; who owns that holds the lease. */
  readonly stackKey: string;
  readonly stackId: string;
  readonly accountId: string;
  readonly region: string;
  /** The stack whose pipeline has taken its place, or its own one if it is going to be removed: it must not run, whoever resumes it. */
  readonly restingFor?: string;
  /** While the pipeline is being made for the first time: a maker that is never heard of again must not block the account. */
  readonly expiresAt?: number;
}

export function leaseKey(accountId: string): string {
  return `${RECORDS.lease}${accountId}`;
}

/** The keys of all stacks with a pipeline, in one record: nobody has to search the registry for them. */
export const ENVIRONMENTS = RECORDS.environments;

/** The account in the key of a stack's record. */
export function accountOf(stackKey: string): string {
  return stackKey.split('#')[1] ?? '';
}

/** The name of the stack in the key of its record. */
export function stackNameIn(stackKey: string): string {
  return stackKey.split('#')[3] ?? '';
}
