import type { RecordedOwner } from './owners';
import type { PooledAccountRequest, PoolRequest } from '../../src/pool/contract';
import { SLOT_PLACEHOLDER } from '../../src/pool/contract';
import { RECORDS } from '../../src/registry/contract';
import type { Owner } from '../shared/lifecycle';

/** Begins the ids of pools as owners of accounts. */
export const POOL_OWNER_PREFIX = 'pool/';

/** Record of an account pool. It remains when the pool is removed, because its accounts remain. */
export interface PoolRecord {
  readonly poolName: string;
  /** The owners; the last one is current. Empty: the pool was removed. */
  readonly owners: readonly RecordedOwner<PoolRequest>[];
  /** The last request. */
  readonly request: PoolRequest;
  /** When the pool was defined again after its removal, which has ended its cleans; in milliseconds since 1970. */
  readonly returnedAt?: number;
  /** The accounts, by number. */
  readonly slots: { readonly [slot: string]: PoolSlot };
}

/** An account of a pool. */
export interface PoolSlot {
  readonly email: string;
  /** Present when the account exists; then its lease says who has it. */
  readonly accountId?: string;
  /** The `Account` for which the account is created; absent: it is created ahead. */
  readonly reservedFor?: Reservation;
  /** Why the account can never be created. It does not count for the maximum. */
  readonly problem?: string;
  /** The last failure of its creation ahead, and when it is tried again, in milliseconds since 1970. */
  readonly failure?: { readonly reason: string; readonly retryAt: number };
}

export interface Reservation {
  /** Id of the owner. */
  readonly ownerId: string;
  /** Each step of the request renews it; in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Record of an `Account` that leases from a pool: which account it has. */
export interface PoolClaimRecord {
  readonly owner: Owner;
  readonly request: PooledAccountRequest;
  /** Time of the last request, in milliseconds since 1970. */
  readonly attempt: number;
  /** Number of its account in the pool; absent: it waits for one. */
  readonly slot?: number;
  /** Present when the account exists. */
  readonly accountId?: string;
  /** The account that could not be used, and was replaced by another one. */
  readonly replacedAccountId?: string;
  /** Present while its lease ends: the clean is started next. */
  readonly endedFence?: number;
}

export function poolKey(poolName: string): string {
  return `${RECORDS.pool}${poolName}`;
}

export function poolClaimKey({ id }: Pick<Owner, 'id'>): string {
  return `${RECORDS.poolClaim}${id}`;
}

/** A text of a pool for one of its accounts. */
export function forSlot(template: string, slot: number): string {
  return template.replaceAll(SLOT_PLACEHOLDER, String(slot));
}

/** The numbers and slots of a pool that count for its maximum. */
export function usableSlots({ slots }: PoolRecord): readonly (readonly [number, PoolSlot])[] {
  return Object.entries(slots)
    .map(([slot, value]) => [Number(slot), value] as const)
    .filter(([, { problem }]) => problem === undefined)
    .sort(([one], [other]) => one - other);
}

/** The number of the next account. */
export function nextSlot({ slots }: PoolRecord): number {
  return Math.max(0, ...Object.keys(slots).map(Number)) + 1;
}

/** The record with a changed slot; undefined removes it. */
export function withSlot<Record extends PoolRecord>(record: Record, slot: number, value: PoolSlot | undefined): Record {
  const { [String(slot)]: _, ...others } = record.slots;
  return { ...record, slots: value ? { ...others, [slot]: value } : others };
}
