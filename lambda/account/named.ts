import type { OrganizationAccount } from './aws';
import { updateRecord } from './context';
import type { AccountContext, ManagedAccount } from './context';
import { unusableAccount, unusableStateOf } from './unusable-state';

/** Finds the account of a request for a name, once: afterwards the record has the id, whatever the name becomes. */
export async function findNamedAccount(context: AccountContext, account: ManagedAccount): Promise<ManagedAccount> {
  const { request, record } = account;
  if (request.kind !== 'named' || record.accountId !== undefined) return account;
  const { accountName } = request;
  const named = (await context.organization.listAccounts()).filter(found => found.accountName === accountName);
  const usable = named.filter(({ state }) => unusableStateOf(state) === undefined);
  const [found, ...others] = usable.length > 0 ? usable : named;
  if (!found) {
    throw new Error(
      `no account of the organization has the name '${accountName}': correct the name, or use Account.fromAccountId()`,
    );
  }
  if (others.length > 0) throw ambiguous(accountName, [found, ...others]);
  const unusable = unusableStateOf(found.state);
  if (unusable && !record.prepared) throw unusableAccount(request, found.accountId, unusable);
  return updateRecord(context, account, { accountId: found.accountId, state: 'created' });
}

function ambiguous(accountName: string, accounts: readonly OrganizationAccount[]): Error {
  const ids = accounts.map(({ accountId }) => accountId).sort();
  return new Error(
    `${accounts.length} accounts of the organization have the name '${accountName}' (${ids.join(', ')}): `
      + 'use Account.fromAccountId() with one of these ids',
  );
}
