import type { AccountContext, ManagedAccount } from './context';
import { unusableAccount, unusableStateOf } from './unusable-state';
import { NAMES } from '../../src/private/contract';

type Context = Pick<AccountContext, 'cicdAccount' | 'organization'>;

/** Why an account cannot be that of an environment: what it is, for example `the CICD account`. */
export async function specialAccount(context: Context, accountId: string): Promise<string | undefined> {
  if (accountId === context.cicdAccount) return 'the CICD account';
  const delegated = await context.organization.delegatedAdministrators();
  return delegated.includes(accountId) ? 'a delegated administrator of the organization' : undefined;
}

/** The value of the tag by which another registry identifies an account; undefined: no other registry has it. */
export function foreignOwnerOf(
  { cicdAccount }: Pick<Context, 'cicdAccount'>,
  tags: Readonly<Record<string, string>>,
): string | undefined {
  const value = tags[NAMES.ownerTag];
  return value === undefined || value.startsWith(`${cicdAccount}/`) ? undefined : value;
}

/** What another registry has, and what to do. */
export function ownedElsewhere(value: string): string {
  const [cicdAccount] = value.split('/');
  return `carries the tag '${NAMES.ownerTag}' of the organization in CICD account ${cicdAccount}: remove it from the `
    + 'app there, and then the tag';
}

/**
 * Rejects an existing account before anything is created in it. An account that was prepared by an earlier version must
 * not fail a rollback.
 */
export async function rejectSpecialAccount(
  context: Context,
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
  const seen = await context.organization.describeAccount(accountId);
  // what is not in the organization cannot be entered either, and its error says what to do
  if (!seen) return;
  if (seen.managesOrganization) throw managesOrganization(accountId);
  const unusable = unusableStateOf(seen.state);
  if (unusable) throw unusableAccount(request, accountId, unusable);
  const owner = foreignOwnerOf(context, await context.organization.tags(accountId));
  if (owner !== undefined) throw new Error(`account ${accountId} ${ownedElsewhere(owner)}, or use another account`);
}

export function managesOrganization(accountId: string, cause?: Error): Error {
  return new Error(
    `account ${accountId} is the management account of the organization, `
      + 'which cannot have an environment: use another account',
    { cause },
  );
}
