import type { AccountContext, ManagedAccount } from './context';

type Context = Pick<AccountContext, 'cicdAccount' | 'organization'>;

/** Why an account cannot be that of an environment: what it is, for example `the CICD account`. */
export async function specialAccount(context: Context, accountId: string): Promise<string | undefined> {
  if (accountId === context.cicdAccount) return 'the CICD account';
  const delegated = await context.organization.delegatedAdministrators();
  return delegated.includes(accountId) ? 'a delegated administrator of the organization' : undefined;
}

/**
 * Rejects an existing account before anything is created in it. An account that was prepared by an earlier version must
 * not fail a rollback.
 */
export async function rejectSpecialAccount(
  context: Context,
  { record: { prepared, stacks } }: ManagedAccount,
  accountId: string,
): Promise<void> {
  if (prepared || Object.keys(stacks).length > 0) return;
  const kind = await specialAccount(context, accountId);
  if (kind) {
    throw new Error(
      `account ${accountId} is ${kind}, which cannot be the account of an environment: use another account`,
    );
  }
}
