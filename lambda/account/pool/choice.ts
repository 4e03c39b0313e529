import { poolExhausted, summaryOf } from './errors';
import { isInUse } from './mark';
import type { PoolParts } from './parts';
import { readLease } from './parts';
import { LISTED } from '../../../src/registry/contract';
import { leaseKey } from '../../registry/lease';
import type { LeaseRecord } from '../../registry/lease';
import { forSlot, nextSlot, poolClaimKey, poolKey, usableSlots, withSlot } from '../../registry/pool';
import type { PoolClaimRecord, PoolRecord, PoolSlot, Reservation } from '../../registry/pool';
import { isFree, isFreeSoon, isPooled, take } from '../../registry/pool-lease';
import type { PooledLease } from '../../registry/pool-lease';
import type { Versioned } from '../../registry/registry';
import { isNamed } from '../../shared/errors';
import type { InProgress } from '../../shared/lifecycle';
import { waitFor } from '../../shared/lifecycle';

type Claim = Versioned<PoolClaimRecord>;
type Pool = Versioned<PoolRecord>;

/** Other requests may take the same account at the same time. */
const MAX_CANDIDATES = 3;
/** How long an `Account` waits until an account is free. */
const MAX_WAIT = 15 * 60_000;
/** Longer than the time between two steps of a request. */
const RESERVATION_MILLISECONDS = 30 * 60_000;

/** The leases of a pool by number. One that was just written may be missing or outdated. */
export async function leasesOf(
  { registry }: Pick<PoolParts, 'registry'>, { poolName }: PoolRecord,
): Promise<ReadonlyMap<number, PooledLease>> {
  const leases = await registry.list<LeaseRecord>(LISTED.lease);
  return new Map(
    leases.filter(isPooled).filter(({ pool }) => pool.poolName === poolName).map(lease => [lease.pool.slot, lease]),
  );
}

export function reservation(ownerId: string, now: number): Reservation {
  return { ownerId, expiresAt: now + RESERVATION_MILLISECONDS };
}

export function isReserved({ reservedFor }: PoolSlot, now: number): boolean {
  return reservedFor !== undefined && reservedFor.expiresAt > now;
}

/**
 * Finds an account for a claim: one that is free, the one that is free for the longest time first; else one that is
 * being created ahead; else a new one. Lease and claim are written in one transaction, so a claim has one account.
 */
export async function choose(parts: PoolParts, claim: Claim, pool: Pool): Promise<InProgress | 'chosen'> {
  const now = parts.now();
  const leases = await leasesOf(parts, pool);
  const free = [...leases].filter(([slot, lease]) => isFree(lease, now) && pool.slots[slot]?.accountId)
    .sort(([, one], [, other]) => order(one) - order(other));
  for (const [slot] of free.slice(0, MAX_CANDIDATES)) {
    if (await takeAccount(parts, claim, slot, pool.slots[slot]?.accountId ?? '')) return 'chosen';
  }
  // another request was faster, or the account is being moved
  if (free.length > 0 || [...leases.values()].some(lease => isFreeSoon(lease, now))) {
    return waitFor(`an account of the pool '${pool.poolName}' that is changed by another request`);
  }
  if (await reserve(parts, claim, pool)) return 'chosen';
  if (now - claim.attempt > MAX_WAIT) throw poolExhausted(pool, leases, claim.owner, MAX_WAIT / 60_000);
  return waitFor(`a free account of the pool '${pool.poolName}' (its accounts: ${summaryOf(pool, leases)})`);
}

/** Available accounts before those whose lease has expired; then the one that is free for the longest time. */
function order({ pool: { state, since } }: PooledLease): number {
  return state === 'available' ? since : Number.MAX_SAFE_INTEGER;
}

async function takeAccount(parts: PoolParts, claim: Claim, slot: number, accountId: string): Promise<boolean> {
  const { registry, now } = parts;
  const lease = await readLease(parts, accountId);
  if (!lease || !isFree(lease, now()) || await isInUse(parts, accountId, lease)) return false;
  const { version, ...known } = claim;
  return unlessChanged(async () => registry.transaction(async () => {
    await registry.write<LeaseRecord>(leaseKey(accountId), take(lease, claim.owner, now()), lease.version);
    await registry.write<PoolClaimRecord>(poolClaimKey(claim.owner), { ...known, slot, accountId }, version);
  }));
}

/** Reserves an account that is being created, or a new one. */
async function reserve({ registry, now }: PoolParts, claim: Claim, pool: Pool): Promise<boolean> {
  const slots = usableSlots(pool);
  const [begun] = slots.find(([, slot]) => !slot.accountId && !slot.failure && !isReserved(slot, now())) ?? [];
  if (begun === undefined && slots.length >= Number(pool.request.maximum)) return false;
  const slot = begun ?? nextSlot(pool);
  const { email } = pool.slots[slot] ?? { email: forSlot(pool.request.email, slot) };
  const { version, ...record } = withSlot(pool, slot, { email, reservedFor: reservation(claim.owner.id, now()) });
  const { version: claimVersion, accountId, ...known } = claim;
  await registry.transaction(async () => {
    await registry.write<PoolRecord>(poolKey(pool.poolName), record, version);
    await registry.write<PoolClaimRecord>(poolClaimKey(claim.owner), { ...known, slot }, claimVersion);
  });
  return true;
}

async function unlessChanged(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (isNamed(error, 'RecordChangedError')) return false;
    throw error;
  }
}
