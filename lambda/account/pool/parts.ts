import type { CleanStarter } from './aws';
import type { SlotAccounts } from './slot-accounts';
import type { History } from '../../history/history';
import { leaseKey } from '../../registry/lease';
import type { LeaseRecord } from '../../registry/lease';
import { poolKey } from '../../registry/pool';
import type { PoolRecord } from '../../registry/pool';
import { isPooled } from '../../registry/pool-lease';
import type { PooledLease } from '../../registry/pool-lease';
import type { Registry, Versioned } from '../../registry/registry';
import type { Organization } from '../aws';

/** The dependencies of account pools. */
export interface PoolParts {
  readonly registry: Registry;
  readonly organization: Pick<Organization, 'listAccounts' | 'tag' | 'tags'>;
  readonly accounts: SlotAccounts;
  readonly clean: CleanStarter;
  readonly history: History;
  readonly now: () => number;
}

export async function readPool({ registry }: Pick<PoolParts, 'registry'>, poolName: string) {
  return registry.read<PoolRecord>(poolKey(poolName));
}

/** The lease of an account of a pool; undefined if it has none yet. */
export async function readLease(
  { registry }: Pick<PoolParts, 'registry'>, accountId: string,
): Promise<Versioned<PooledLease> | undefined> {
  const lease = await registry.read<LeaseRecord>(leaseKey(accountId));
  return lease && isPooled(lease) ? lease : undefined;
}

export async function writeLease(
  { registry }: Pick<PoolParts, 'registry'>, accountId: string, lease: PooledLease, version: number | undefined,
): Promise<void> {
  const { version: _, ...record } = { version: undefined, ...lease };
  await registry.write<LeaseRecord>(leaseKey(accountId), record, version);
}
