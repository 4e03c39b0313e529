import { accountIn } from './pipeline';
import type { PoolLease } from './pool-state';
import type { Registry } from './registry';
import { RECORDS } from '../../src/registry/contract';

/** The lease of an account: an account has one pipeline, and an account of a pool one `Account`. */
export interface LeaseRecord {
  /** Grows with every new holder: a pipeline with an older number has lost the lease. */
  readonly fence: number;
  /** Absent: no pipeline holds the account. */
  readonly holder?: LeaseHolder;
  /** Absent: the account belongs to no pool. */
  readonly pool?: PoolLease;
}

export interface LeaseHolder {
  readonly environmentName: string;
  readonly pipelineKey: string;
  /** Stack in the CICD account that declares the environment. */
  readonly stackId: string;
  /**
   * Present until the pipeline is complete for the first time: a pipeline that never completes must not block the
   * account.
   */
  readonly expiresAt?: number;
  /** When the stack of the pipeline was created that was complete first, in milliseconds since 1970. */
  readonly createdAt?: number;
}

/** Releases the account of a pipeline, if the pipeline holds it. @param key key of the record of the pipeline */
export async function releaseLease(registry: Registry, key: string): Promise<void> {
  const lease = await registry.read<LeaseRecord>(leaseKey(accountIn(key)));
  if (lease?.holder?.pipelineKey !== key) return;
  const { version, holder, ...rest } = lease;
  await registry.write<LeaseRecord>(leaseKey(accountIn(key)), rest, version);
}

export function leaseKey(accountId: string): string {
  return `${RECORDS.lease}${accountId}`;
}
