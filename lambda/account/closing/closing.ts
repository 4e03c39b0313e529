import { Logger } from '@aws-lambda-powertools/logger';
import type { Closer } from './aws';
import { NAMES } from '../../../src/private/contract';
import type { AccountRecord } from '../../registry/account';
import { closingKey, removeClosing } from '../../registry/closing';
import type { ClosingRecord } from '../../registry/closing';
import type { Registry, Versioned } from '../../registry/registry';
import { isNamed, isTransient } from '../../shared/errors';
import type { Progress } from '../../shared/lifecycle';
import { checkAgainIn, DONE, doneWith } from '../../shared/lifecycle';
import type { OrganizationAccount } from '../aws';
import type { AccountContext } from '../context';
import { ownerTagValue } from '../record';

type Context = Pick<AccountContext, 'organization' | 'registry' | 'cicdAccount' | 'now'> & {
  readonly closer: Closer;
};

/** An account that no app declares any more. */
export interface Closing {
  readonly key: string;
  readonly accountId: string;
  readonly record: Versioned<AccountRecord>;
}

/**
 * How long a removal waits for a closure. CloudFormation stops waiting after an hour. Afterwards the daily check closes
 * the account.
 */
const MAX_CLOSING_TIME = 40 * 60_000;
/** AWS closes three accounts at a time, and needs some minutes for each. */
const CLOSURE_SECONDS = 60;
const CLOSURE = 'AWS to close other accounts first, because it closes at most three at a time';
const logger = new Logger({ serviceName: 'org-environments' });

const CLOSED_STATES = ['PENDING_CLOSURE', 'SUSPENDED', 'CLOSED'];

/** An account, and whether it carries the tag of the request for its closure. */
interface Seen extends OrganizationAccount {
  readonly isMarked: boolean;
}

/**
 * Closes an account that carries the tag of this registry. It fails no deployment: what cannot be closed now is
 * recorded, and closed later.
 *
 * A registry that was restored may have the record of a closure that waits, and the account is in use again. So an
 * account that waited must also carry the tag of this request, which is removed when the account is declared again.
 */
export async function closeAccount(context: Context, closing: Closing): Promise<Progress<void>> {
  const { organization, cicdAccount } = context;
  const { accountId, key, record } = closing;
  const seen = await organization.describeAccount(accountId);
  if (!seen || CLOSED_STATES.includes(seen.state)) return finish(context, closing, seen?.state ?? 'CLOSED');
  const tags = await organization.tags(accountId);
  if (tags[NAMES.ownerTag] !== ownerTagValue(key, cicdAccount)) return keep(context, closing);
  const isMarked = tags[NAMES.closingTag] === markOf(record);
  const waiting = await context.registry.read<ClosingRecord>(closingKey(accountId));
  if (waiting && !isMarked) return doubt(context, waiting);
  // first the intent: a request for the account that arrives now finds that it is being closed
  const intended = { ...record, closing: { since: record.closing?.since ?? context.now(), requested: true as const } };
  const written = await context.registry.write<AccountRecord>(key, intended, record.version);
  try {
    await context.closer.close(accountId);
  } catch (error) {
    return handleRefusal(context, { ...closing, record: written }, { ...seen, isMarked }, error);
  }
  return finish(context, { ...closing, record: written }, 'PENDING_CLOSURE');
}

async function handleRefusal(
  context: Context,
  closing: Closing,
  account: Seen,
  error: unknown,
): Promise<Progress<void>> {
  if (isNamed(error, 'AccountAlreadyClosedException')) return finish(context, closing, 'CLOSED');
  if (!(error instanceof Error)) throw error;
  const { Reason: reason } = error as { Reason?: string };
  const mayPass = reason === 'CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED' || isTransient(error);
  const since = closing.record.closing?.since ?? context.now();
  if (mayPass && context.now() - since < MAX_CLOSING_TIME) return { ...checkAgainIn(CLOSURE_SECONDS, CLOSURE), error };
  return postpone(context, closing, account, reasonOf(error, reason));
}

function reasonOf(error: Error, reason: string | undefined): string {
  if (reason === 'CLOSE_ACCOUNT_QUOTA_EXCEEDED') {
    return 'the organization has closed as many accounts in 30 days as AWS allows';
  }
  if (reason === 'CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED') return 'AWS closes at most three accounts at a time';
  return error.message;
}

async function postpone(
  context: Context,
  { key, accountId, record }: Closing,
  { accountName, isMarked }: Seen,
  refusal: string,
): Promise<Progress<void>> {
  const { registry } = context;
  // first the tag: without it, the daily check does not close the account
  const problem = isMarked ? undefined : await mark(context, accountId, record);
  const reason = problem === undefined ? refusal : `${refusal}; ${problem}`;
  const known = await registry.read<ClosingRecord>(closingKey(accountId));
  await registry.write<ClosingRecord>(
    closingKey(accountId),
    { accountId, accountName, accountKey: key, since: record.closing?.since ?? 0, reason },
    known?.version,
  );
  return doneWith(
    `account ${accountId} ('${accountName}') is not closed yet: ${reason}; the daily check tries again, and `
      + "'org-environments status' lists it until it is closed",
  );
}

/** Returns why the account could not be tagged. */
async function mark({ organization }: Context, accountId: string, record: AccountRecord): Promise<string | undefined> {
  try {
    await organization.tag(accountId, { [NAMES.closingTag]: markOf(record) });
    return undefined;
  } catch (error) {
    if (isTransient(error) || !(error instanceof Error)) throw error;
    return `the tag '${NAMES.closingTag}' cannot be set: ${error.message}`;
  }
}

/** The time of the request, as the value of the tag. */
function markOf({ closing }: AccountRecord): string {
  return new Date(closing?.since ?? 0).toISOString();
}

/** The account may be in use. If it is not, a person closes it; then the record is removed. */
async function doubt(
  { registry }: Context, { version, ...waiting }: Versioned<ClosingRecord>,
): Promise<Progress<void>> {
  const { accountId, accountName } = waiting;
  const reason = `it does not carry the tag '${NAMES.closingTag}' of this request, so it may be in use again: if it is `
    + 'not, close it in the management account';
  logger.warn('the account is not closed', { accountId, reason });
  if (waiting.reason !== reason) {
    await registry.write<ClosingRecord>(closingKey(accountId), { ...waiting, reason }, version);
  }
  return doneWith(`account ${accountId} ('${accountName}') is not closed: ${reason}`);
}

async function finish(
  { registry }: Context,
  { key, accountId, record }: Closing,
  state: string,
): Promise<Progress<void>> {
  await removeClosing(registry, accountId);
  if (record.state !== 'closed') {
    const closing = { since: record.closing?.since ?? 0, requested: true as const, state };
    await registry.write<AccountRecord>(key, { ...record, state: 'closed', closing }, record.version);
  }
  return DONE;
}

/** An account whose tag was removed, or that belongs to another registry, is not ours to close. */
async function keep({ registry }: Context, { key, accountId, record }: Closing): Promise<Progress<void>> {
  await removeClosing(registry, accountId);
  const { closing, ...kept } = record;
  await registry.write<AccountRecord>(key, { ...kept, state: 'available' }, record.version);
  return doneWith(
    `account ${accountId} was not closed, because it does not carry the tag '${NAMES.ownerTag}' of this organization; `
      + 'it is available again',
  );
}

/** An account that waits for its closure; undefined if it is used again, or is closed. */
export async function findClosing(
  registry: Registry,
  accountId: string,
): Promise<Closing | undefined> {
  const waiting = await registry.read<ClosingRecord>(closingKey(accountId));
  if (!waiting) return undefined;
  const record = await registry.read<AccountRecord>(waiting.accountKey);
  if (record?.state === 'closing' && record.owners.length === 0) {
    return { key: waiting.accountKey, accountId, record };
  }
  await registry.remove(closingKey(accountId), waiting.version);
  return undefined;
}
