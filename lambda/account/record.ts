import { EmailTakenError } from './email-taken-error';
import type { AccountRequest, VendedAccountRequest } from '../../src/account/contract';
import type { AccountRecord } from '../registry/account';
import { owns, stackNameOf, withoutFormerOwners, withoutOwner } from '../registry/owners';
import { POOL_OWNER_PREFIX } from '../registry/pool';
import type { Owner } from '../shared/lifecycle';

export function isOwner(record: AccountRecord | undefined, owner: Owner): boolean {
  return record !== undefined && owns(record.owners, owner);
}

export function isCurrentOwner(record: AccountRecord | undefined, owner: Owner): boolean {
  return record?.owners.at(-1)?.id === owner.id;
}

/** Makes the owner the current one. @throws if the account belongs to another stack and must not be adopted */
export function claim(
  record: AccountRecord | undefined,
  owner: Owner,
  request: AccountRequest,
  now: number,
): AccountRecord {
  const { id, stackId, logicalId } = owner;
  const holder = { id, stackId, logicalId, request };
  if (!record) {
    return {
      state: request.kind === 'existing' ? 'created' : 'claimed',
      owners: [holder],
      attempt: now,
      tagKeys: [],
      stacks: {},
      ...idOf(request),
    };
  }
  const owners = withoutFormerOwners(record.owners, owner);
  const current = owners.at(-1);
  if (current && current.id !== owner.id && isPool(current)) throw heldByPool(current, request);
  if (current && current.stackId !== owner.stackId && request.kind === 'vended' && request.onExisting === 'fail') {
    throw heldByAnotherStack(record, current, request);
  }
  return {
    ...record,
    state: record.accountId ? 'created' : record.creation ? 'creating' : 'claimed',
    owners: [...withoutOwner(owners, owner), holder],
    attempt: Math.max(now, record.attempt + 1),
    closing: undefined,
    // an account that is being closed must be rejected, and not left as it is
    prepared: record.closing?.requested ? undefined : record.prepared,
  };
}

/**
 * Removes the other owners of the same stack. A template has an e-mail once, so the others are constructs whose Delete
 * request was lost.
 */
export function dropSiblingOwners(
  record: AccountRecord,
  { id, stackId }: Owner,
  request: AccountRequest,
): AccountRecord {
  if (request.kind !== 'vended') return record;
  return { ...record, owners: record.owners.filter(other => other.id === id || other.stackId !== stackId) };
}

/** Removes the owner. Returns undefined if the record is not needed any more. */
export function release(
  record: AccountRecord,
  owner: Owner,
  request: AccountRequest,
  now: number,
): AccountRecord | undefined {
  const owners = withoutOwner(record.owners, owner);
  const next = owners.at(-1);
  const isOther = JSON.stringify(next?.request) !== JSON.stringify(record.owners.at(-1)?.request);
  if (next && isOther) return claim({ ...record, owners }, next, next.request, now);
  if (next) return { ...record, owners };
  if (request.kind !== 'vended') return undefined;
  // the record of a creation in progress is kept: the next request for this e-mail completes it
  const unfinished = !record.accountId && record.creation;
  const kept = record.accountId && request.onRemoval !== 'retain';
  if (kept && request.onRemoval === 'close') return { ...record, owners, state: 'closing', closing: { since: now } };
  return unfinished || kept ? { ...record, owners, state: 'available' } : undefined;
}

/** The error for an update that changes the identity of an account: its e-mail, kind or account id. */
export function identityChanged(request: AccountRequest, before: AccountRequest): Error {
  if (request.kind === 'vended' && before.kind === 'vended') {
    return new Error(
      `the e-mail of account '${before.accountName}' cannot be changed from '${before.email}' to '${request.email}': `
        + "AWS still has the former one; change it there first with 'org-environments change-account-email <account> "
        + `--email ${request.email}', or define another Account instead`,
    );
  }
  return new Error(`${nameOf(before)} cannot be replaced by ${nameOf(request)}: define another Account instead`);
}

/** The name of the account in errors. */
export function nameOf(request: AccountRequest): string {
  switch (request.kind) {
    case 'vended':
      return `account '${request.accountName}' (${request.email})`;
    case 'existing':
      return `account ${request.accountId}`;
    case 'named':
      return `account '${request.accountName}'`;
  }
}

/** Value of the owner tag of an account: it identifies registry and record. Tag values may not contain `#` and `'`. */
export function ownerTagValue(key: string, cicdAccount: string): string {
  return `${cicdAccount}/${key}`.replace(/[^\p{L}\p{N} _.:/=+@-]/gu, '/');
}

function idOf(request: AccountRequest): { accountId?: string } {
  return request.kind === 'existing' ? { accountId: request.accountId } : {};
}

/** An account pool owns the accounts that it has created: they are leased, and cleaned when the lease ends. */
export function isPool({ id }: Owner): boolean {
  return id.startsWith(POOL_OWNER_PREFIX);
}

function heldByPool({ logicalId }: Owner, request: AccountRequest): Error {
  return new EmailTakenError(
    `${nameOf(request)} belongs to the account ${logicalId}, which cleans it after each lease: lease an account with `
      + "the property 'pool' of Account, or use another e-mail",
  );
}

function heldByAnotherStack(record: AccountRecord, current: Owner, request: VendedAccountRequest): Error {
  return new EmailTakenError(
    `the e-mail '${request.email}' belongs to '${current.logicalId}' of stack '${stackNameOf(current)}'`
      + `${record.accountId ? ` (account ${record.accountId})` : ''}: remove it there first, adopt it with `
      + 'onExisting: OnExistingAccount.ADOPT, or use another e-mail',
  );
}
