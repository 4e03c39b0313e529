import { NAMES } from '../../../src/private/contract';
import type { LeaseHolder } from '../../registry/lease';
import { markValue } from '../../registry/lease-mark';
import { stackNameOf } from '../../registry/owners';
import type { PoolRecord } from '../../registry/pool';
import { usableSlots } from '../../registry/pool';
import type { PooledLease } from '../../registry/pool-lease';
import type { PoolLeaseState } from '../../registry/pool-state';
import { deployOrReconcile } from '../../shared/advice';
import type { Owner } from '../../shared/lifecycle';

/** Accounts that an error names. */
const MAX_NAMED = 10;

const STATES: Readonly<Record<Exclude<PoolLeaseState, 'leased'>, string>> = {
  'cleaning': 'is being cleaned',
  'waiting-proof': 'waits for the second look after its clean',
  'available': 'is available',
  'quarantine': 'is in quarantine',
};

type Leases = ReadonlyMap<number, PooledLease>;

/** The account of a removed `Account` is in use by an environment of another stack. */
export function stillUsed(
  owner: Owner, accountId: string, holder: LeaseHolder, participle: 'cleaned' | 'closed',
): Error {
  return new Error(
    `'${owner.logicalId}' cannot be removed, because environment '${holder.environmentName}' of stack `
      + `'${stackNameOf(holder)}' uses account ${accountId}, which would be ${participle}: remove that environment `
      + 'first, then delete again',
  );
}

/** Two accounts in a row cannot be used. */
export function alsoUnusable({ logicalId }: Owner, accountId: string, before: string, reason: string): Error {
  return new Error(
    `'${logicalId}' cannot use account ${accountId} (${reason}), and could not use account ${before} before, which is `
      + 'in quarantine: if its organizational unit denies the access role, choose another one; otherwise deploy again',
  );
}

export function poolMissing(poolName: string, { logicalId }: Owner, known: readonly string[]): Error {
  const names = known.map(name => `'${name}'`).join(', ');
  const pools = names === '' ? 'there is none' : `the organization has ${names}`;
  return new Error(
    `'${logicalId}' leases from the account pool '${poolName}', which does not exist (${pools}): `
      + `correct the name; or ${deployOrReconcile('its AccountPool')}`,
  );
}

export function poolChanged({ logicalId }: Owner, before: string, next: string): Error {
  return new Error(
    `'${logicalId}' cannot change from the account pool '${before}' to '${next}', because it keeps its account: define `
      + 'another Account instead',
  );
}

/** Nothing says which account an `Account` has: another one would not have its contents. */
export function accountUnknown(owner: Owner, poolName: string, now: number): Error {
  return new Error(
    `'${owner.logicalId}' has an account of the account pool '${poolName}', but neither the registry nor the tag `
      + `'${NAMES.leaseTag}' of an account says which one, and no other account was leased: set this tag of its `
      + `account to '${markValue(owner, now)}' in the management account and deploy again; or restore the registry to `
      + 'a later time; or define another Account instead',
  );
}

/** A lease of an `Account` that the registry does not know. */
export function leaseWithoutAccount(poolName: string, accountId: string, owner: Owner): string {
  return `account ${accountId} of the account pool '${poolName}' is leased by '${owner.logicalId}' of stack `
    + `'${stackNameOf(owner)}', which the registry does not know: deploy a change of this Account; if it does not `
    + `exist any more, run org-environments accounts release ${accountId} --force --reason <text>, which cleans the `
    + 'account';
}

export function poolTaken(poolName: string, owner: Owner): Error {
  return new Error(
    `the account pool '${poolName}' belongs to '${owner.logicalId}' of stack '${stackNameOf(owner)}': choose another `
      + 'poolName, or lease from that pool with AccountPool.fromAccountPoolName()',
  );
}

/** Why the clean of an account does not go on. */
export function cleanEnded(poolName: string): string {
  return 'its clean has ended, because the last AccountPool was removed: it is cleaned again when an AccountPool with '
    + `the poolName '${poolName}' is defined`;
}

export function cleansEnded(accountIds: readonly string[]): string {
  const more = accountIds.length > MAX_NAMED ? ` and ${accountIds.length - MAX_NAMED} more` : '';
  const named = accountIds.slice(0, MAX_NAMED).join(', ');
  return `the last AccountPool was removed, which ends the cleans of accounts ${named}`
    + `${more}: they are cleaned again when an AccountPool with the same poolName is defined`;
}

export function wrongRegion(poolName: string, region: string, wanted: string): Error {
  return new Error(
    `the account pool '${poolName}' bootstraps its accounts in ${region}, but this Account is defined in ${wanted}: `
      + `define it in a stack in ${region}, or use a pool of ${wanted}`,
  );
}

/** Who has the accounts of a pool that has no free one, in short. */
export function summaryOf(pool: PoolRecord, leases: Leases): string {
  const counts = new Map<string, number>();
  for (const [slot] of usableSlots(pool)) {
    const state = leases.get(slot)?.pool.state ?? 'being created';
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

export function poolExhausted(pool: PoolRecord, leases: Leases, { logicalId }: Owner, minutes: number): Error {
  const slots = usableSlots(pool);
  const named = slots.slice(0, MAX_NAMED).map(([slot, { accountId, email }]) => {
    const lease = leases.get(slot);
    return accountId && lease ? `account ${accountId} ${stateOf(lease)}` : `${email} is being created`;
  });
  const more = slots.length > MAX_NAMED ? `; and ${slots.length - MAX_NAMED} more` : '';
  return new Error(
    `the account pool '${pool.poolName}' has no free account for '${logicalId}' after ${minutes} minutes: its maximum `
      + `is ${pool.request.maximum} (${named.join('; ')}${more}): remove an environment in a deployment before this `
      + 'one, raise the maximum, or return accounts from quarantine (org-environments accounts)',
  );
}

function stateOf({ pool: { state, owner } }: PooledLease): string {
  if (state !== 'leased') return STATES[state];
  return owner ? `is leased by '${owner.logicalId}' of stack '${stackNameOf(owner)}'` : 'is leased';
}
