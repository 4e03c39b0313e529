import { stackNameOf } from './owners';
import { restored } from './pool-lease';
import type { PooledLease } from './pool-lease';
import { NAMES } from '../../src/private/contract';
import type { Owner } from '../shared/lifecycle';

/**
 * The last complete lease of an account, in a tag of the account. It is set before the `Account` is complete, and
 * removed when the account is clean. So it says who uses the account when the registry was restored to an earlier time.
 */
export interface LeaseMark {
  /** The stack id has only the name of the stack. */
  readonly owner: Owner;
  /** Start of the lease, in milliseconds since 1970. */
  readonly leasedAt: number;
}

/** The value of the tag. It has at most 235 characters; AWS allows 256. */
export function markValue(owner: Owner, leasedAt: number): string {
  return `${owner.id}/${new Date(leasedAt).toISOString()}/${stackNameOf(owner)}`;
}

/** The mark in the tags of an account; undefined: there is none. */
export function markIn({ [NAMES.leaseTag]: value = '' }: Readonly<Record<string, string>>): LeaseMark | undefined {
  const { id, at, stackName } = /^(?<id>[^/]+)\/(?<at>[^/]+)\/(?<stackName>[^/]+)$/.exec(value)?.groups ?? {};
  const leasedAt = Date.parse(at ?? '');
  if (id === undefined || Number.isNaN(leasedAt)) return undefined;
  return { owner: { id, stackId: `stack/${stackName}`, logicalId: id.replace(/-[0-9a-f]{16}$/, '') }, leasedAt };
}

/** The tag of an account that is leased; none before its lease is complete. */
export function markTags(lease: PooledLease | undefined): Readonly<Record<string, string>> {
  const { state, owner, leasedAt, expiresAt } = lease?.pool ?? {};
  if (state !== 'leased' || !owner || leasedAt === undefined || expiresAt !== undefined) return {};
  return { [NAMES.leaseTag]: markValue(owner, leasedAt) };
}

/** Whether a registry that was restored to an earlier time does not know the lease, or does not know its completion. */
export function isUnknown({ owner, leasedAt }: LeaseMark, { pool }: PooledLease): boolean {
  const { leasedAt: known = -Infinity } = pool;
  if (leasedAt !== known) return leasedAt > known;
  return owner.id !== pool.owner?.id || (pool.state === 'leased' && pool.expiresAt !== undefined);
}

/** The lease that a mark says. */
export function leaseOf({ owner, leasedAt }: LeaseMark, before: PooledLease, since: number): PooledLease {
  const reason = `its tag '${NAMES.leaseTag}' has this lease, which was lost in the registry`;
  return restored(before, owner, { leasedAt, since, reason });
}
