import type { AccountContext, ManagedAccount } from './context';
import { ownerTagValue } from './record';
import { unusableAccount, unusableStateOf } from './unusable-state';
import { NAMES } from '../../src/private/contract';
import { leaseKey } from '../registry/lease';
import type { LeaseRecord } from '../registry/lease';

type Context = Pick<AccountContext, 'cicdAccount' | 'replacedCicdAccount' | 'organization'>;

/** Why an account cannot be that of an environment: what it is, for example `the CICD account`. */
export async function specialAccount(context: Context, accountId: string): Promise<string | undefined> {
  if (accountId === context.cicdAccount) return 'the CICD account';
  const delegated = await context.organization.delegatedAdministrators();
  return delegated.includes(accountId) ? 'a delegated administrator of the organization' : undefined;
}

/**
 * The value of the tag by which another registry identifies an account; undefined: no other registry has it.
 *
 * @throws if the account belongs to the CICD account that this one replaces, and that account is not closed
 */
export async function foreignOwnerOf(
  context: Context,
  tags: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const value = tags[NAMES.ownerTag];
  const owner = value?.split('/')[0];
  if (owner === undefined || owner === context.cicdAccount) return undefined;
  if (owner !== context.replacedCicdAccount) return value;
  await rejectReplacedInUse(context);
  return undefined;
}

/** @throws if the CICD account that this one replaces is a member of the organization that can be used */
export async function rejectReplacedInUse({ cicdAccount, replacedCicdAccount, organization }: Context): Promise<void> {
  if (replacedCicdAccount === undefined) return;
  const replaced = await organization.describeAccount(replacedCicdAccount);
  if (!replaced || unusableStateOf(replaced.state)) return;
  throw new Error(
    `the CICD account ${replacedCicdAccount} is not closed, so account ${cicdAccount} cannot replace it: close account `
      + `${replacedCicdAccount}, or remove replacedCicdAccountId from Organization`,
  );
}

/** Whether the tag of an account names its record in this registry, or in the one that this registry replaces. */
export function isOwnTag(
  { cicdAccount, replacedCicdAccount }: Pick<Context, 'cicdAccount' | 'replacedCicdAccount'>,
  tags: Readonly<Record<string, string>>,
  key: string,
): boolean {
  return [cicdAccount, replacedCicdAccount].some(
    account => account !== undefined && tags[NAMES.ownerTag] === ownerTagValue(key, account),
  );
}

/** What another registry has, and what to do. */
export function ownedElsewhere(value: string): string {
  const [cicdAccount] = value.split('/');
  return `carries the tag '${NAMES.ownerTag}' of the organization in CICD account ${cicdAccount}: remove it from the `
    + 'app there, and then the tag (if that account is closed, set replacedCicdAccountId of Organization instead)';
}

/**
 * Rejects an existing account before anything is created in it. An account that was prepared by an earlier version must
 * not fail a rollback.
 */
export async function rejectSpecialAccount(
  context: Context & Pick<AccountContext, 'registry'>,
  { request, record: { prepared, stacks } }: ManagedAccount,
  accountId: string,
): Promise<void> {
  if (prepared || Object.keys(stacks).length > 0) return;
  const kind = await specialAccount(context, accountId);
  if (kind) {
    throw new Error(
      `account ${accountId} is ${kind}, which cannot be the account of an environment: use another account`,
    );
  }
  const lease = await context.registry.read<LeaseRecord>(leaseKey(accountId));
  if (lease?.pool) throw belongsToPool(accountId, lease.pool.poolName);
  const seen = await context.organization.describeAccount(accountId);
  // what is not in the organization cannot be entered either, and its error says what to do
  if (!seen) return;
  if (seen.managesOrganization) throw managesOrganization(accountId);
  const unusable = unusableStateOf(seen.state);
  if (unusable) throw unusableAccount(request, accountId, unusable);
  const owner = await foreignOwnerOf(context, await context.organization.tags(accountId));
  if (owner !== undefined) throw new Error(`account ${accountId} ${ownedElsewhere(owner)}, or use another account`);
}

function belongsToPool(accountId: string, poolName: string): Error {
  return new Error(
    `account ${accountId} belongs to the account pool '${poolName}', which deletes what is in it after each lease: `
      + "lease an account with the property 'pool' of Account, or use another account",
  );
}

export function managesOrganization(accountId: string, cause?: Error): Error {
  return new Error(
    `account ${accountId} is the management account of the organization, `
      + 'which cannot have an environment: use another account',
    { cause },
  );
}
