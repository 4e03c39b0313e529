import type { AccountContext } from './context';
import { claim, dropSiblingOwners, identityChanged, isOwner } from './record';
import type { AccountRequest, VendedAccountRequest } from '../../src/account/contract';
import { accountKey } from '../registry/account';
import type { AccountRecord } from '../registry/account';
import { stackNameOf } from '../registry/owners';
import type { Owner } from '../shared/lifecycle';

type Context = Pick<AccountContext, 'organization' | 'registry' | 'now'>;

/**
 * Moves the record of an account to the e-mail that the app declares now. AWS must have this e-mail already, or have
 * had it before: then an update is rolled back.
 *
 * @throws if the account is another one
 */
export async function followEmail(
  { organization, registry, now }: Context,
  owner: Owner,
  request: AccountRequest,
  before: AccountRequest,
): Promise<void> {
  const key = accountKey(before);
  const record = await registry.read<AccountRecord>(key);
  const isVended = request.kind === 'vended' && before.kind === 'vended';
  if (!isVended || !record?.accountId || !isOwner(record, owner)) throw identityChanged(request, before);
  const { formerEmails = [] } = record;
  const account = await organization.describeAccount(record.accountId);
  const known = [...formerEmails, account?.email ?? ''].map(email => email.toLowerCase());
  if (!known.includes(request.email.toLowerCase())) throw identityChanged(request, before);
  rejectOtherStacks(record, owner, request);
  if (await registry.read(accountKey(request))) throw taken(request);
  const moved = dropSiblingOwners(claim(record, owner, request, now()), owner, request);
  await registry.write<AccountRecord>(
    accountKey(request),
    { ...moved, formerEmails: [...new Set([...formerEmails, before.email])] },
    undefined,
  );
  await registry.remove(key, record.version);
}

function rejectOtherStacks(record: AccountRecord, { stackId }: Owner, request: VendedAccountRequest): void {
  const other = record.owners.find(candidate => candidate.stackId !== stackId);
  if (!other) return;
  throw new Error(
    `the e-mail of account '${request.accountName}' cannot become '${request.email}', because stack `
      + `'${stackNameOf(other)}' declares the account with the former one: remove it there first`,
  );
}

function taken({ email, accountName }: VendedAccountRequest): Error {
  return new Error(
    `the e-mail of account '${accountName}' cannot become '${email}', because the registry has another account with `
      + 'it: remove that Account from its app first',
  );
}
