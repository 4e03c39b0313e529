import { closeAccount, findClosing } from './closing/closing';
import type { AccountContext } from './context';
import type { RootEmail } from './email-aws';
import { foreignOwnerOf, ownedElsewhere } from './special-accounts';
import type { AccountCommand, AccountCommandResult } from '../../src/account/contract';
import { NAMES } from '../../src/private/contract';
import { withCommandAdvice } from '../shared/advice';
import { isNamed } from '../shared/errors';

type Context = Pick<
  AccountContext, 'organization' | 'registry' | 'cicdAccount' | 'replacedCicdAccount' | 'now' | 'closer'
> & {
  readonly rootEmail: RootEmail;
  /** Reads the costs of all accounts in the current month. */
  readonly costs: () => Promise<Readonly<Record<string, string>>>;
};

/** Runs the requests of the operations function. */
export async function runCommand(context: Context, command: AccountCommand): Promise<AccountCommandResult> {
  try {
    return await run(context, command);
  } catch (error) {
    throw withCommandAdvice(error);
  }
}

async function run(context: Context, command: AccountCommand): Promise<AccountCommandResult> {
  switch (command.command) {
    case 'startEmailChange':
      await requireOurs(context, command.accountId);
      await explained(command, () => context.rootEmail.start(command.accountId, command.email));
      return {};
    case 'acceptEmailChange':
      await requireOurs(context, command.accountId);
      await explained(command, () => context.rootEmail.accept(command.accountId, command.email, command.code));
      return {};
    case 'costs':
      return { costs: await context.costs() };
    case 'close':
      return close(context, command.accountId);
  }
}

async function close(context: Context, accountId: string): Promise<AccountCommandResult> {
  const closing = await findClosing(context.registry, accountId);
  if (!closing) return { note: 'it is used again, or closed' };
  const progress = await closeAccount(context, closing);
  if (!progress.done) return { note: `it waits for ${progress.waitsFor}` };
  return progress.note === undefined ? {} : { note: progress.note };
}

/** @throws if this registry does not manage the account */
async function requireOurs(context: Context, accountId: string): Promise<void> {
  const account = await context.organization.describeAccount(accountId);
  if (!account) throw new Error(`account ${accountId} is not in the organization; nothing was done`);
  const tags = await context.organization.tags(accountId);
  const foreign = await foreignOwnerOf(context, tags);
  if (foreign !== undefined) throw new Error(`account ${accountId} ${ownedElsewhere(foreign)}; nothing was done`);
  if (tags[NAMES.ownerTag] !== undefined) return;
  throw new Error(
    `account ${accountId} does not carry the tag '${NAMES.ownerTag}', so this organization does not manage it: change `
      + 'its e-mail in the management account; nothing was done',
  );
}

async function explained(
  { accountId, email }: Extract<AccountCommand, { readonly email: string }>,
  change: () => Promise<void>,
): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (isNamed(error, 'ConflictException')) {
      throw new Error(`the e-mail '${email}' is used by another AWS account: use another one; nothing was done`);
    }
    if (isNamed(error, 'ResourceNotFoundException')) {
      throw new Error(
        `no change of the e-mail of account ${accountId} to '${email}' was started, or it has expired: start it with `
          + `'org-environments change-account-email ${accountId} --email ${email}'`,
      );
    }
    if (isNamed(error, 'ValidationException') && error instanceof Error) {
      throw new Error(`AWS rejects the e-mail '${email}' or the code: ${error.message}; nothing was changed`);
    }
    throw error;
  }
}
