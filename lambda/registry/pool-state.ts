import type { Owner } from '../shared/lifecycle';

/**
 * State of an account of a pool: `leased` to an `Account`; `cleaning` after its lease; `waiting-proof` for the second
 * look; `available`; or in `quarantine`, because something remains in it.
 */
export type PoolLeaseState = 'leased' | 'cleaning' | 'waiting-proof' | 'available' | 'quarantine';

/** The place of an account in its pool. */
export interface PoolLease {
  readonly poolName: string;
  /** Number of the account in its pool, which its e-mail contains. */
  readonly slot: number;
  readonly state: PoolLeaseState;
  /** Since when it has this state, in milliseconds since 1970. */
  readonly since: number;
  /** The `Account` that leases the account, or that has leased it last. */
  readonly owner?: Owner;
  /** Start of the last lease, in milliseconds since 1970. */
  readonly leasedAt?: number;
  /** Present until the `Account` is complete for the first time; each of its steps renews it. */
  readonly expiresAt?: number;
  /** Present if the clean was started. */
  readonly isCleanStarted?: true;
  /** Whether the clean lists all types in all regions. */
  readonly isFullClean?: true;
  /** Why it has this state. */
  readonly reason?: string;
  /** Present in quarantine: what could not be deleted. */
  readonly leftovers?: readonly string[];
  /** Fingerprint of unit, name, tags and bootstrap that the account has in this state; absent: not yet. */
  readonly settledAs?: string;
  /** Why it could not be moved, renamed or prepared the last time; it is tried again. */
  readonly problem?: string;
  /** Until then the account is being changed, and cannot be leased. */
  readonly busyUntil?: number;
}
