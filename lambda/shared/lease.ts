/** One account has one pipeline. */
export interface LeaseRecord {
  /** Grows with every new holder: who comes back with an older number has lost the account. */
  readonly fence: number;
  /** Absent: the account is free. */
  readonly holder?: LeaseHolder;
}

export interface LeaseHolder {
  /** Key of the record of the stack with the pipeline; who owns that holds the lease. */
  readonly stackKey: string;
  readonly stackId: string;
  readonly environmentName: string;
  readonly pipelineName: string;
  readonly repositoryArn: string;
  /** While the pipeline is being made for the first time: a maker that is never heard of again must not block the account. */
  readonly expiresAt?: number;
}

export function leaseKey(accountId: string): string {
  return `lease#${accountId}`;
}
