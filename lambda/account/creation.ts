import type { AccountCreation, OrganizationAccount } from './aws';
import { updateRecord } from './context';
import type { VendedAccount, AccountContext } from './context';
import {
  creationFailed,
  billingOfExistingAccount,
  emailOfExistingAccount,
  emailOfForeignAccount,
  emailOfUnusableAccount,
  isCreationThrottled,
  emailOfSpecialAccount,
  creationRejected,
} from './creation-errors';
import { resolveUnit } from './organizational-units';
import { ownerTagValue } from './record';
import { foreignOwnerOf, isOwnTag, specialAccount } from './special-accounts';
import { unusableStateOf } from './unusable-state';
import { NAMES } from '../../src/private/contract';
import { RECORDS } from '../../src/registry/contract';
import type { AccountRecord } from '../registry/account';
import { isNamed, isTransient } from '../shared/errors';
import type { InProgress, Progress } from '../shared/lifecycle';
import { done, checkAgainIn, waitFor } from '../shared/lifecycle';

/** Queue of the accounts whose creation may be in progress. */
export const CREATION_QUEUE = RECORDS.creations;
/** AWS creates at most five accounts of an organization concurrently. */
const MAX_CONCURRENT_CREATIONS = 5;
/** CloudFormation stops waiting after an hour: a member that joined earlier was killed before it left the queue. */
const MAX_QUEUE_TIME = 65 * 60_000;
/** A run that has not written down its request by now never will: the function is stopped after a minute. */
const MAX_RUN_TIME = 60_000;
/** The clock of AWS may be behind ours. */
const MAX_CLOCK_SKEW = 60_000;
const RETRYABLE_REASONS = ['CONCURRENT_ACCOUNT_MODIFICATION', 'INTERNAL_FAILURE'];

/** Done when there is an account: its record has the id. */
type Created = Progress<VendedAccount>;

/** AWS takes a minute or more to create an account. */
const CREATION = 'AWS to create the account';
const FIRST_CHECK = checkAgainIn(45, CREATION);
/** Seconds between two checks of the next account in the queue; those behind it check less often. */
const QUEUE_SECONDS = 3;
const SECONDS_PER_PLACE = 8;

/**
 * Does one step of the creation of an account. It never creates a second account, even if a run is killed at any line.
 */
export async function createAccount(context: AccountContext, vended: VendedAccount): Promise<Created> {
  try {
    const { creation } = vended.record;
    if (!creation) return await start(context, vended);
    return creation.requestId
      ? await checkRequest(context, vended, creation.requestId)
      : await recover(context, vended, creation);
  } catch (error) {
    if (!isTransient(error)) await context.registry.dequeue(CREATION_QUEUE, vended.key);
    throw error;
  }
}

async function start(context: AccountContext, vended: VendedAccount): Promise<Created> {
  const behind = await queuePosition(context, vended.key);
  if (behind > 0) return checkAgainIn(QUEUE_SECONDS + (behind - 1) * SECONDS_PER_PLACE, queuePlace(behind));
  const { organizationalUnit, onExisting } = vended.request;
  // an account whose record was lost exists, unless a person has closed it
  if (onExisting === 'adopt' || vended.record.recovered) {
    const found = await findAdoptable(context, vended);
    if (found) return complete(context, vended, found);
  }
  // check that the unit exists before an account is created
  if (organizationalUnit) await resolveUnit(context.organization, organizationalUnit);
  return requestAccount(context, vended);
}

function waitForCreation(seconds: number, error: unknown): InProgress {
  return { ...checkAgainIn(seconds, CREATION), ...(error instanceof Error && { error }) };
}

function queuePlace(behind: number): string {
  return `its turn at place ${behind} of the queue, because AWS creates at most five accounts concurrently`;
}

/** Returns 0 if the account may be created now, or its position behind those that may. */
async function queuePosition(context: AccountContext, key: string): Promise<number> {
  const now = context.now();
  const members = await context.registry.enqueue(CREATION_QUEUE, key, now);
  const abandoned = members.filter(({ since }) => now - since > MAX_QUEUE_TIME);
  for (const { member } of abandoned) await context.registry.dequeue(CREATION_QUEUE, member);
  const place = members.filter(member => !abandoned.includes(member)).findIndex(({ member }) => member === key);
  return Math.max(0, place - MAX_CONCURRENT_CREATIONS + 1);
}

/**
 * The intent is written first, then the call is made, then its answer is written: recover() knows what to do in
 * between.
 */
async function requestAccount(context: AccountContext, vended: VendedAccount): Promise<Created> {
  const { request, key } = vended;
  const creation = { since: context.now(), accountName: request.accountName };
  const { iamUserAccessToBilling = 'ALLOW' } = request;
  const intended = await updateRecord(context, vended, {
    state: 'creating',
    creation,
    iamUserAccessToBilling,
    tagKeys: Object.keys(request.tags),
  });
  let requestId: string;
  try {
    requestId = await context.organization.createAccount({
      accountName: request.accountName,
      email: request.email,
      roleName: request.accessRoleName,
      iamUserAccessToBilling,
      tags: { ...request.tags, [NAMES.ownerTag]: ownerTagValue(key, context.cicdAccount) },
    });
  } catch (error) {
    if (!isRejected(error)) throw error;
    await updateRecord(context, intended, { state: 'claimed', creation: undefined });
    if (isTransient(error) || isCreationThrottled(error)) return waitForCreation(10, error);
    throw creationRejected(request, error);
  }
  await saveRequestId(context, key, { ...creation, requestId });
  return FIRST_CHECK;
}

/** Saves the request id, even if a concurrent writer claims or releases the record. */
async function saveRequestId(
  context: AccountContext,
  key: string,
  creation: NonNullable<AccountRecord['creation']>,
): Promise<void> {
  for (;;) {
    const record = await context.registry.read<AccountRecord>(key);
    if (record?.creation?.since !== creation.since) return;
    try {
      await context.registry.write<AccountRecord>(key, { ...record, creation }, record.version);
      return;
    } catch (error) {
      if (!isNamed(error, 'RecordChangedError')) throw error;
    }
  }
}

async function checkRequest(context: AccountContext, vended: VendedAccount, requestId: string): Promise<Created> {
  const seen = await context.organization.describeCreation(requestId);
  if (!seen) {
    // AWS no longer knows the request: continue as after a lost response
    const { creation } = vended.record;
    await updateRecord(context, vended, {
      creation: creation && { since: creation.since, accountName: creation.accountName },
    });
    return waitFor(CREATION);
  }
  if (seen.state === 'SUCCEEDED' && seen.accountId) {
    return complete(context, vended, { accountId: seen.accountId, ours: true, isNew: true });
  }
  return seen.state === 'FAILED' ? handleFailure(context, vended, seen) : waitFor(CREATION);
}

async function handleFailure(context: AccountContext, vended: VendedAccount, seen: AccountCreation): Promise<Created> {
  // remove the failed request first, so that it is never assumed to be the result of another one
  const again = await updateRecord(context, vended, { state: 'claimed', creation: undefined });
  const reason = seen.failureReason ?? 'UNKNOWN';
  // the cause of a failure before the current request may be removed
  const isOld = vended.record.creation !== undefined && vended.record.creation.since < vended.record.attempt;
  if (isOld || RETRYABLE_REASONS.includes(reason)) return waitFor(CREATION, new Error(`AWS reported ${reason}`));
  const found = reason === 'EMAIL_ALREADY_EXISTS' ? await findAdoptable(context, again) : undefined;
  const earlier = !found && reason === 'EMAIL_ALREADY_EXISTS' ? await creationInProgress(context, vended) : undefined;
  if (earlier) {
    // possibly an earlier request of ours whose response was lost
    const since = Math.min(context.now() - MAX_RUN_TIME, earlier.requestedAt);
    await updateRecord(context, again, { state: 'creating', creation: { since, accountName: earlier.accountName } });
    return waitFor(CREATION);
  }
  if (!found) throw creationFailed(vended.request, reason);
  return complete(context, again, found);
}

async function creationInProgress(
  context: AccountContext,
  { request }: VendedAccount,
): Promise<AccountCreation | undefined> {
  return (await context.organization.listCreations()).find(
    ({ accountName, state }) => state === 'IN_PROGRESS' && accountName === request.accountName,
  );
}

/** Continues after a run that was killed between the call of CreateAccount and the write of its request id. */
async function recover(
  context: AccountContext,
  vended: VendedAccount,
  creation: NonNullable<AccountRecord['creation']>,
): Promise<Created> {
  const age = context.now() - creation.since;
  if (age < MAX_RUN_TIME) return checkAgainIn(Math.ceil((MAX_RUN_TIME - age) / 1000), CREATION);
  const candidates = (await context.organization.listCreations()).filter(
    ({ accountName, requestedAt }) =>
      accountName === creation.accountName && requestedAt >= creation.since - MAX_CLOCK_SKEW,
  );
  // names are not unique, so this may be another request; waiting for its end does no harm
  if (candidates.some(({ state }) => state === 'IN_PROGRESS')) return waitFor(CREATION);
  for (const { accountId } of candidates) {
    const account = accountId && (await context.organization.describeAccount(accountId));
    if (account && isSame(account.email, vended.request.email)) {
      return complete(context, vended, { accountId: account.accountId, ours: true });
    }
  }
  const found = await findAdoptable(context, vended);
  if (found) return complete(context, vended, found);
  const behind = await queuePosition(context, vended.key);
  return behind === 0 ? requestAccount(context, vended) : waitFor(queuePlace(behind));
}

interface FoundAccount {
  readonly accountId: string;
  readonly ours: boolean;
  /** Whether it was created by the recorded request. */
  readonly isNew?: boolean;
  /** Whether it was found by its e-mail, so that it may be in use. */
  readonly existed?: true;
}

/** Finds the account of the organization that has the e-mail, if it may be adopted. */
async function findAdoptable(context: AccountContext, vended: VendedAccount): Promise<FoundAccount | undefined> {
  const found = await context.organization.findAccount(vended.request.email);
  if (!found) return undefined;
  const tags = await context.organization.tags(found.accountId);
  // CloudFormation updates only what it has created: without tag and record, its request shows whose account it is
  const hasLostBoth = vended.record.recovered === true && tags[NAMES.ownerTag] === undefined;
  const ours = hasLostBoth || isOwnTag(context, tags, vended.key);
  // an account that was created for this record is neither the CICD account nor a delegated administrator
  const special = ours || vended.request.onExisting === 'fail'
    ? undefined
    : await specialAccount(context, found.accountId);
  const foreign = await foreignOwnerOf(context, tags);
  const refusal = adoptionError(vended, found, { ours, special, foreign });
  if (!refusal) return { accountId: found.accountId, ours, existed: true };
  if (vended.record.creation) await updateRecord(context, vended, { state: 'claimed', creation: undefined });
  throw refusal;
}

function adoptionError(
  { request, record }: VendedAccount,
  found: OrganizationAccount,
  { ours, special, foreign }: { readonly ours: boolean; readonly special?: string; readonly foreign?: string },
): Error | undefined {
  if (foreign !== undefined) return emailOfForeignAccount(request, found, foreign);
  if (!ours && request.onExisting === 'fail') return emailOfExistingAccount(request, found);
  if (found.managesOrganization) return emailOfSpecialAccount(request, found, 'the management account');
  if (special) return emailOfSpecialAccount(request, found, special);
  // an account that was in use before its record was lost is left as it is
  const unusable = ours && record.prepared ? undefined : unusableStateOf(found.state);
  if (unusable) return emailOfUnusableAccount(request, found, unusable);
  return !ours && request.iamUserAccessToBilling ? billingOfExistingAccount(request, found) : undefined;
}

async function complete(
  context: AccountContext,
  vended: VendedAccount,
  { accountId, ours, isNew, existed }: FoundAccount,
): Promise<Created> {
  await context.registry.dequeue(CREATION_QUEUE, vended.key);
  const { attempt, creation } = vended.record;
  // a later attempt may have other tags
  const isOfThisAttempt = isNew && creation !== undefined && creation.since >= attempt;
  return done(
    await updateRecord(context, vended, {
      state: 'created',
      accountId,
      creation: undefined,
      ...(ours && { createdAt: context.now() }),
      ...(isOfThisAttempt && { createdAttempt: attempt }),
      // the account of a lost record was not found: a new one has never been ready
      ...(isNew && { prepared: undefined, recovered: undefined }),
      ...(existed && { existed }),
    }),
  );
}

function isSame(email: string, other: string): boolean {
  return email.toLowerCase() === other.toLowerCase();
}

/** Whether AWS has rejected the call, so that nothing was created. */
function isRejected(error: unknown): boolean {
  if (isNamed(error, 'AccessError')) return true;
  const { $metadata: metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}
