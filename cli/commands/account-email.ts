import pc from 'picocolors';
import type { OperationsClient } from '../operations/operations-function';
import type { AccountEmailOptions } from '../options/account-email-options';
import type { Write } from '../output/terminal';
import { UsageError } from '../usage-error';

/**
 * Starts the change of the e-mail address of an account's root user. With the code that AWS sends to the new address,
 * completes it.
 */
export async function changeAccountEmail(
  accountId: string, { email, code }: AccountEmailOptions, operations: OperationsClient, write: Write,
): Promise<boolean> {
  if (!/^\d{12}$/.test(accountId)) throw new UsageError(`the account id must be twelve digits, got '${accountId}'`);
  const by = await operations.callerArn();
  await operations.invoke({ operation: 'changeEmail', accountId, email, by, ...code !== undefined && { code } });
  if (code === undefined) {
    write(`AWS has sent a code to ${pc.bold(email)}. Complete the change with it:`);
    write(`  org-environments change-account-email ${accountId} --email ${email} --code <code>`);
  } else {
    write(`The e-mail of account ${pc.bold(accountId)} is ${pc.bold(email)} now. Set it as 'email' of its Account.`);
  }
  return true;
}
