import type { AccountRequest, VendedAccountRequest } from '../../src/account/contract';
import type { AccountRecord } from '../registry/account';
import { owns, stackNameOf, withoutOwner } from '../registry/owners';
import type { Owner } from '../shared/lifecycle';

export function holds(record: AccountRecord | undefined, owner: Owner): boolean {
  return record !== undefined && owns(record.owners, owner);
}

export function isCurrent(record: AccountRecord | undefined, owner: Owner): boolean {
  return record?.owners.at(-1)?.id === owner.id;
}

/** The record once the owner holds the account. @throws if it is held by another stack and may not be taken over */
export function claimed(record: AccountRecord | undefined, owner: Owner, request: AccountRequest, now: number): AccountRecord {
  const holder = { ...owner, request };
  if (!record) {
    return { state: request.kind === 'vended' ? 'claimed' : 'created', owners: [holder], attempt: now, tagKeys: [], stacks: {}, ...idOf(request) };
  }
  const current = record.owners.at(-1);
  if (current && current.stackId !== owner.stackId && request.kind === 'vended' && request.onExisting === 'fail') {
    throw held(record, current, request);
  }
  return {
    ...record,
    state: record.accountId ? 'created' : record.creation ? 'creating' : 'claimed',
    owners: [...withoutOwner(record.owners, owner), holder],
    attempt: Math.max(now, record.attempt + 1),
  };
}

/**
 * The record without other owners of the stack: what CloudFormation updates is in the template, and a template names an e-mail once. The others are
 * constructs whose Delete has got lost.
 */
export function alone(record: AccountRecord, { id, stackId }: Owner, request: AccountRequest): AccountRecord {
  if (request.kind === 'existing') return record;
  return { ...record, owners: record.owners.filter(other => other.id === id || other.stackId !== stackId) };
}

/** The record once the owner has let go; undefined: nothing is left to remember. */
export function released(record: AccountRecord, owner: Owner, request: AccountRequest, now: number): AccountRecord | undefined {
  const owners = withoutOwner(record.owners, owner);
  const rest = owners.at(-1);
  const isOther = JSON.stringify(rest?.request) !== JSON.stringify(record.owners.at(-1)?.request);
  if (rest && isOther) return claimed({ ...record, owners }, rest, rest.request, now);
  if (rest) return { ...record, owners };
  if (request.kind === 'existing') return undefined;
  // an account that is being made is never forgotten: whoever asks for this e-mail next, finishes it
  const unfinished = !record.accountId && record.creation;
  const kept = record.accountId && request.onRemoval === 'release';
  return unfinished || kept ? { ...record, owners, state: 'available' } : undefined;
}

/** Why an update cannot be made; the construct's e-mail, kind or account id are its identity. */
export function unchangeable(request: AccountRequest, before: AccountRequest): Error {
  if (request.kind === 'vended' && before.kind === 'vended') {
    return new Error(`the e-mail of account '${before.accountName}' cannot be changed from '${before.email}' to '${request.email}': `
      + 'an account keeps its e-mail for life; define another Account instead');
  }
  return new Error(`${nameOf(before)} cannot be exchanged for ${nameOf(request)}: define another Account instead`);
}

/** The account in the user's words. */
export function nameOf(request: AccountRequest): string {
  return request.kind === 'vended' ? `account '${request.accountName}' (${request.email})` : `account ${request.accountId}`;
}

/** The value of the tag on the account: it names the registry as well as the record; a tag's value knows neither `#` nor `'`. */
export function ownerTagValue(key: string, cicdAccount: string): string {
  return `${cicdAccount}/${key}`.replace(/[^\p{L}\p{N} _.:/=+@-]/gu, '/');
}

function idOf(request: AccountRequest): { accountId?: string } {
  return request.kind === 'existing' ? { accountId: request.accountId } : {};
}

function held(record: AccountRecord, current: Owner, request: VendedAccountRequest): Error {
  return new Error(`the e-mail '${request.email}' is held by '${current.logicalId}' of stack '${stackNameOf(current)}'`
    + `${record.accountId ? ` (account ${record.accountId})` : ''}: remove it there first, take the account over with `
    + 'onExisting: OnExistingAccount.ADOPT, or use another e-mail');
}
