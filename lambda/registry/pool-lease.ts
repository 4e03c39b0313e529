import type { LeaseRecord } from './lease';
import type { PoolLease, PoolLeaseState } from './pool-state';
import type { Owner } from '../shared/lifecycle';

export type PooledLease = LeaseRecord & { readonly pool: PoolLease };

/** The function that changes accounts is stopped after a minute: then nothing changes the account any more. */
export const BUSY_MILLISECONDS = 90_000;

/** Longer than the time between two steps of a request, and than the hour of CloudFormation. */
const LEASE_MILLISECONDS = 65 * 60_000;

export function isPooled<Lease extends LeaseRecord>(lease: Lease): lease is Lease & PooledLease {
  return lease.pool !== undefined;
}

/** Whether an account can be leased now. */
export function isFree({ pool, holder }: PooledLease, now: number): boolean {
  if (pool.state === 'available') return (pool.busyUntil ?? 0) <= now;
  return isExpired(pool, now) && (holder?.expiresAt ?? (holder ? Infinity : 0)) <= now;
}

/** Whether an available account is being changed, and can be leased after that. */
export function isFreeSoon({ pool: { state, busyUntil = 0 } }: PooledLease, now: number): boolean {
  return state === 'available' && busyUntil > now && busyUntil <= now + BUSY_MILLISECONDS;
}

/** Whether an `Account` has never been complete, and has not taken a step for an hour. */
export function isExpired({ state, expiresAt }: PoolLease, now: number): boolean {
  return state === 'leased' && expiresAt !== undefined && expiresAt <= now;
}

/** Whether an `Account` leases the account. */
export function isLeasedBy(lease: LeaseRecord | undefined, { id }: Pick<Owner, 'id'>): lease is PooledLease {
  return lease?.pool?.state === 'leased' && lease.pool.owner?.id === id;
}

/** The lease of a new account of a pool. */
export function firstLease(poolName: string, slot: number, now: number, settledAs?: string): PooledLease {
  const settled = settledAs === undefined ? {} : { settledAs };
  return { fence: 0, pool: { poolName, slot, state: 'available', since: now, ...settled } };
}

/** A lease by an `Account`. The pipeline of an earlier one no longer holds the account. */
export function take({ fence, pool: { poolName, slot } }: PooledLease, owner: Owner, now: number): PooledLease {
  const { id, stackId, logicalId } = owner;
  return {
    fence: fence + 1,
    pool: {
      poolName,
      slot,
      state: 'leased',
      since: now,
      owner: { id, stackId, logicalId },
      leasedAt: now,
      expiresAt: now + LEASE_MILLISECONDS,
    },
  };
}

/** The lease with a later expiry; undefined if it need not be written. */
export function renew(lease: PooledLease, now: number): PooledLease | undefined {
  const { expiresAt } = lease.pool;
  if (expiresAt === undefined || expiresAt - now > LEASE_MILLISECONDS / 2) return undefined;
  return withPool(lease, { expiresAt: now + LEASE_MILLISECONDS });
}

/** The lease of a complete `Account`, which does not expire. */
export function confirm(lease: PooledLease): PooledLease {
  const { pool: { expiresAt, ...pool }, ...rest } = lease;
  return { ...rest, pool };
}

/** The end of a lease: the account is cleaned, unless it was never handed out. */
export function end(lease: PooledLease, now: number, reason?: string): PooledLease {
  const { poolName, slot, owner, leasedAt, expiresAt } = lease.pool;
  const before = { poolName, slot, since: now, ...(owner && { owner }), ...(leasedAt !== undefined && { leasedAt }) };
  const isUnused = expiresAt !== undefined && !lease.holder;
  return {
    fence: lease.fence + 1,
    // a pipeline that could not be deleted: it is not the holder of the next lease
    ...(lease.holder && { holder: lease.holder }),
    pool: {
      ...before,
      state: isUnused ? 'available' : 'cleaning',
      ...(reason !== undefined && { reason }),
    },
  };
}

/** A lease that was complete, and that the registry has lost or does not know yet. */
export function restored(
  { fence, holder, pool: { poolName, slot, state, owner: before } }: PooledLease,
  { id, stackId, logicalId }: Owner,
  { leasedAt, since, reason }: { readonly leasedAt: number; readonly since: number; readonly reason: string },
): PooledLease {
  const isSame = state === 'leased' && before?.id === id;
  return {
    fence: isSame ? fence : fence + 1,
    // the pipeline of an earlier lease no longer holds the account
    ...(holder && (isSame || before === undefined) && { holder }),
    pool: { poolName, slot, state: 'leased', since, owner: { id, stackId, logicalId }, leasedAt, reason },
  };
}

/** A clean of an account that is not leased. */
export function cleanAgain(lease: PooledLease, now: number, reason: string, isFull: boolean): PooledLease {
  const ended = end(confirm(lease), now, reason);
  return isFull ? withPool(ended, { isFullClean: true }) : ended;
}

/** The lease with another state of the account: its unit, its name and its tags are not those of the state yet. */
export function enter(
  lease: PooledLease, state: PoolLeaseState, now: number, reason: string, leftovers?: readonly string[],
): PooledLease {
  const {
    leftovers: _, settledAs, problem, busyUntil, isCleanStarted, isFullClean, expiresAt, ...pool
  } = lease.pool;
  const kept = state === 'waiting-proof' && isCleanStarted ? { isCleanStarted } : {};
  return {
    ...lease, pool: { ...pool, ...kept, state, since: now, reason, ...(leftovers && { leftovers }) },
  };
}

/** The lease with some changes. */
export function withPool(lease: PooledLease, change: Partial<PoolLease>): PooledLease {
  return { ...lease, pool: { ...lease.pool, ...change } };
}
