import { leasesOf } from './choice';
import { readMark } from './mark';
import type { PoolParts } from './parts';
import { readLease, writeLease } from './parts';
import { leasedRequest } from './requests';
import type { PooledAccountRequest } from '../../../src/pool/contract';
import { SLOT_PLACEHOLDER } from '../../../src/pool/contract';
import { leaseKey } from '../../registry/lease';
import type { LeaseRecord } from '../../registry/lease';
import { isUnknown, leaseOf } from '../../registry/lease-mark';
import type { LeaseMark } from '../../registry/lease-mark';
import { poolKey, withSlot } from '../../registry/pool';
import type { PoolRecord } from '../../registry/pool';
import { firstLease, isLeasedBy, isPooled } from '../../registry/pool-lease';
import type { PooledLease } from '../../registry/pool-lease';
import type { Versioned } from '../../registry/registry';
import { isNamed } from '../../shared/errors';
import type { Owner } from '../../shared/lifecycle';

/** An account that exists, by its number in a pool. */
interface Place {
  readonly number: number;
  readonly email: string;
  readonly accountId: string;
}

/** The account of an owner that the registry has lost, with the lease that it must have. */
export interface FoundAccount extends Place {
  readonly lease: PooledLease;
  /** The version of the record of the lease. */
  readonly version: number | undefined;
}

interface Candidate extends FoundAccount {
  readonly leasedAt: number;
}

/**
 * Finds the account of an owner that the registry has lost: by the mark of an account, the latest one if there are
 * several, as that of a former `Account` with the same id may not be clean yet; else by its lease. Accounts with one of
 * the names are read first, because AWS limits the calls.
 */
export async function findAccount(
  parts: PoolParts, pool: PoolRecord, owner: Owner, names: readonly (string | undefined)[],
): Promise<FoundAccount | undefined> {
  const leases = await leasesOf(parts, pool);
  const places = placesOf(pool, await parts.organization.listAccounts());
  const isLikely = ({ number, accountName }: (typeof places)[number]): boolean =>
    isLeasedBy(leases.get(number), owner) || names.includes(accountName);
  const byLease: FoundAccount[] = [];
  for (const group of [places.filter(isLikely), places.filter(place => !isLikely(place))]) {
    const marked: Candidate[] = [];
    for (const { number, email, accountId } of group) {
      const found = await inspect(parts, pool, owner, { number, email, accountId });
      if (found && 'leasedAt' in found) marked.push(found);
      else if (found) byLease.push(found);
    }
    const [latest] = marked.sort((one, other) => other.leasedAt - one.leasedAt);
    if (latest) return latest;
  }
  return byLease[0];
}

/** Whether an account is that of an owner, by its mark or else by its lease. */
async function inspect(
  parts: PoolParts, pool: PoolRecord, owner: Owner, place: Place,
): Promise<Candidate | FoundAccount | undefined> {
  const mark = await readMark(parts, place.accountId);
  const record = await parts.registry.read<LeaseRecord>(leaseKey(place.accountId));
  const { version, ...known } = record ?? { version: undefined, fence: 0 };
  const base = isPooled(known) ? known : { ...firstLease(pool.poolName, place.number, parts.now()), ...known };
  const isLost = mark !== undefined && isUnknown(mark, base);
  if (mark?.owner.id === owner.id && isLost) {
    const lease = leaseOf(withOwner(mark, owner), base, parts.now());
    return { ...place, lease, version, leasedAt: mark.leasedAt };
  }
  if (isLost || !isLeasedBy(base, owner)) return undefined;
  const found = { ...place, lease: base, version };
  return mark?.owner.id === owner.id ? { ...found, leasedAt: mark.leasedAt } : found;
}

/** Records an account that was found. Call it within a transaction. */
export async function recordFound(
  parts: PoolParts,
  pool: Versioned<PoolRecord>,
  { number, email, accountId, lease, version }: FoundAccount,
  { request, before }: { readonly request: PooledAccountRequest; readonly before: PooledAccountRequest },
): Promise<void> {
  await writeLease(parts, accountId, lease, version);
  if (pool.slots[number]?.accountId !== accountId) {
    const { version: poolVersion, ...next } = withSlot(pool, number, { email, accountId });
    await parts.registry.write<PoolRecord>(poolKey(pool.poolName), next, poolVersion);
  }
  const wanted = leasedRequest(pool.request, number, { email, accountId }, request, lease);
  await parts.accounts.restore(pool.poolName, wanted, {
    accountId, tagKeys: Object.keys(before.tags), now: parts.now(),
  });
}

/** The lease that the account of a claim must have by its mark. */
export interface ClaimedLease {
  readonly lease: PooledLease;
  readonly version: number;
  /** Whether the registry has another lease. */
  readonly isLost: boolean;
  readonly isOurs: boolean;
}

/** The lease of the account of a claim. Without access to the management account, it is that of the registry. */
export async function claimedLease(
  parts: PoolParts, accountId: string, owner: Owner,
): Promise<ClaimedLease | undefined> {
  const lease = await readLease(parts, accountId);
  if (!lease) return undefined;
  const { version, ...known } = lease;
  const mark = await readMark(parts, accountId).catch((error: unknown) => {
    if (!isNamed(error, 'AccessError')) throw error;
  });
  if (!mark || !isUnknown(mark, known)) {
    return { lease: known, version, isLost: false, isOurs: isLeasedBy(known, owner) };
  }
  const isOurs = mark.owner.id === owner.id;
  const next = leaseOf(isOurs ? withOwner(mark, owner) : mark, known, parts.now());
  return { lease: next, version, isLost: true, isOurs };
}

function withOwner(mark: LeaseMark, owner: Owner): LeaseMark {
  return { ...mark, owner };
}

/** The accounts of a pool: those that its record has, and those with one of its e-mails. */
function placesOf(
  { slots, request }: PoolRecord, accounts: Awaited<ReturnType<PoolParts['organization']['listAccounts']>>,
) {
  const known = new Map(Object.entries(slots).flatMap(([number, { accountId, email }]) =>
    (accountId === undefined ? [] : [[accountId, { number: Number(number), email }] as const])));
  const emails = emailPattern(request.email);
  return accounts.flatMap(({ accountId, accountName, email }) => {
    const place = known.get(accountId) ?? { number: Number(emails.exec(email)?.groups?.number), email };
    return Number.isNaN(place.number) ? [] : [{ ...place, accountId, accountName }];
  });
}

function emailPattern(template: string): RegExp {
  const [first = '', ...others] = template.split(SLOT_PLACEHOLDER).map(text => text.replace(/[^\w@]/g, '\\$&'));
  return new RegExp(`^${first}(?<number>[1-9]\\d*)${others.join('\\k<number>')}$`, 'i');
}
