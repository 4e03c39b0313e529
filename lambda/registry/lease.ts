import { RECORDS } from '../../src/registry/contract';

/** Which pipeline holds an account: an account has one. */
export interface LeaseRecord {
  /** Grows with every new holder: one that comes back with an older number has lost the account. */
  readonly fence: number;
  /** Absent: the account is free. */
  readonly holder?: LeaseHolder;
}

export interface LeaseHolder {
  readonly environmentName: string;
  readonly pipelineKey: string;
  /** Stack in the CICD account that declares the environment. */
  readonly stackId: string;
  /** While the pipeline is made for the first time: one that is never completed must not block the account. */
  readonly expiresAt?: number;
}

export function leaseKey(accountId: string): string {
  return `${RECORDS.lease}${accountId}`;
}
