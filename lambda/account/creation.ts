import type { AccountCreation, OrganizationAccount } from './aws';
import { failedCreation, foundElsewhere, foundShut, isBusy, managing, rejectedCreation } from './creation-errors';
import { ownerTagValue } from './record';
import { shutOf } from './states';
import { resolveUnit } from './units';
import { proceed } from './world';
import type { VendedCase, World } from './world';
import { NAMES } from '../../src/private/contract';
import { RECORDS } from '../../src/registry/contract';
import type { AccountRecord } from '../registry/account';
import { isNamed, isTransient } from '../shared/errors';
import type { Progress } from '../shared/lifecycle';
import { done, checkAgainIn, IN_PROGRESS } from '../shared/lifecycle';

/** Those whose creation may be in flight, first come first served. */
export const CREATION_QUEUE = RECORDS.creations;
/** AWS makes five accounts of an organization at once. */
const AT_ONCE = 5;
/** CloudFormation gives up after an hour: who joined earlier died without leaving. */
const LONGEST_LIFE = 65 * 60_000;
/** A run that has not written down its request by now never will: the function is stopped after a minute. */
const LONGEST_RUN = 60_000;
/** AWS's clock may be behind ours. */
const CLOCK_SKEW = 60_000;
const TRY_AGAIN = ['CONCURRENT_ACCOUNT_MODIFICATION', 'INTERNAL_FAILURE'];

/** When there is an account: the case, with its id. */
type Created = Progress<VendedCase>;

/** AWS takes a minute or more to create an account. */
const FIRST_LOOK = checkAgainIn(45);
/** Seconds between two looks of the one that is next in the queue; those behind it look less often. */
const NEXT_IN_QUEUE = 3;
const SECONDS_PER_PLACE = 8;

/** Takes one step towards an account that has an id, and answers when it has one. A second account is impossible, wherever a run dies. */
export async function createAccount(world: World, vended: VendedCase): Promise<Created> {
  try {
    const { creation } = vended.record;
    if (!creation) return await begin(world, vended);
    return creation.requestId ? await follow(world, vended, creation.requestId) : await recover(world, vended, creation);
  } catch (error) {
    if (!isTransient(error)) await world.registry.dequeue(CREATION_QUEUE, vended.key);
    throw error;
  }
}

async function begin(world: World, vended: VendedCase): Promise<Created> {
  const behind = await placesBehind(world, vended.key);
  if (behind > 0) return checkAgainIn(NEXT_IN_QUEUE + (behind - 1) * SECONDS_PER_PLACE);
  const { organizationalUnit, onExisting } = vended.request;
  // a unit that does not exist is found out before there is an account
  if (organizationalUnit) await resolveUnit(world.directory, organizationalUnit);
  if (onExisting === 'adopt') {
    const found = await findOurs(world, vended);
    if (found) return settle(world, vended, found);
  }
  return ask(world, vended);
}

/** 0: the account may be created now; else its place behind those that may. */
async function placesBehind(world: World, key: string): Promise<number> {
  const now = world.now();
  const members = await world.registry.enqueue(CREATION_QUEUE, key, now);
  const dead = members.filter(({ since }) => now - since > LONGEST_LIFE);
  for (const { member } of dead) await world.registry.dequeue(CREATION_QUEUE, member);
  const place = members.filter(member => !dead.includes(member)).findIndex(({ member }) => member === key);
  return Math.max(0, place - AT_ONCE + 1);
}

/** The intent is written first, then the call is made, then its answer is written: recover() knows what to do in between. */
async function ask(world: World, vended: VendedCase): Promise<Created> {
  const { request, key } = vended;
  const creation = { since: world.now(), accountName: request.accountName };
  const intended = await proceed(world, vended, { state: 'creating', creation, tagKeys: Object.keys(request.tags) });
  let requestId: string;
  try {
    requestId = await world.directory.createAccount({
      accountName: request.accountName,
      email: request.email,
      roleName: request.accessRoleName,
      tags: { ...request.tags, [NAMES.ownerTag]: ownerTagValue(key, world.cicdAccount) },
    });
  } catch (error) {
    if (!isRejected(error)) throw error;
    await proceed(world, intended, { state: 'claimed', creation: undefined });
    if (isTransient(error) || isBusy(error)) return checkAgainIn(10);
    throw rejectedCreation(request, error);
  }
  await remember(world, key, { ...creation, requestId });
  return FIRST_LOOK;
}

/** The request id must not be lost because somebody has claimed or released the record meanwhile. */
async function remember(world: World, key: string, creation: NonNullable<AccountRecord['creation']>): Promise<void> {
  for (;;) {
    const record = await world.registry.read<AccountRecord>(key);
    if (record?.creation?.since !== creation.since) return;
    try {
      await world.registry.write(key, { ...record, creation }, record.version);
      return;
    } catch (error) {
      if (!isNamed(error, 'RecordChangedError')) throw error;
    }
  }
}

async function follow(world: World, vended: VendedCase, requestId: string): Promise<Created> {
  const seen = await world.directory.describeCreation(requestId);
  if (!seen) {
    // AWS has forgotten the request: it is looked for as if its answer had been lost
    const { creation } = vended.record;
    await proceed(world, vended, { creation: creation && { since: creation.since, accountName: creation.accountName } });
    return IN_PROGRESS;
  }
  if (seen.state === 'SUCCEEDED' && seen.accountId) return settle(world, vended, { accountId: seen.accountId, ours: true, isNew: true });
  return seen.state === 'FAILED' ? startOver(world, vended, seen) : IN_PROGRESS;
}

async function startOver(world: World, vended: VendedCase, seen: AccountCreation): Promise<Created> {
  // a request that failed is forgotten before anything else, so that it is never taken for the answer to another one
  const again = await proceed(world, vended, { state: 'claimed', creation: undefined });
  const reason = seen.failureReason ?? 'UNKNOWN';
  // what failed before CloudFormation asked again may have been mended since
  const isOld = vended.record.creation !== undefined && vended.record.creation.since < vended.record.attempt;
  if (isOld || TRY_AGAIN.includes(reason)) return IN_PROGRESS;
  const found = reason === 'EMAIL_ALREADY_EXISTS' ? await findOurs(world, again) : undefined;
  const earlier = !found && reason === 'EMAIL_ALREADY_EXISTS' ? await beingCreated(world, vended) : undefined;
  if (earlier) {
    // ours, perhaps: an earlier request of which we have never heard
    const since = Math.min(world.now() - LONGEST_RUN, earlier.requestedAt);
    await proceed(world, again, { state: 'creating', creation: { since, accountName: earlier.accountName } });
    return IN_PROGRESS;
  }
  if (!found) throw failedCreation(vended.request, reason);
  return settle(world, again, found);
}

async function beingCreated(world: World, { request }: VendedCase): Promise<AccountCreation | undefined> {
  return (await world.directory.listCreations()).find(({ accountName, state }) => state === 'IN_PROGRESS' && accountName === request.accountName);
}

/** A run died between asking and writing down the answer. */
async function recover(world: World, vended: VendedCase, creation: NonNullable<AccountRecord['creation']>): Promise<Created> {
  const age = world.now() - creation.since;
  if (age < LONGEST_RUN) return checkAgainIn(Math.ceil((LONGEST_RUN - age) / 1000));
  const candidates = (await world.directory.listCreations())
    .filter(({ accountName, requestedAt }) => accountName === creation.accountName && requestedAt >= creation.since - CLOCK_SKEW);
  // names are not unique: this one may be another's, but waiting for its end does no harm
  if (candidates.some(({ state }) => state === 'IN_PROGRESS')) return IN_PROGRESS;
  for (const { accountId } of candidates) {
    const account = accountId && await world.directory.describeAccount(accountId);
    if (account && isSame(account.email, vended.request.email)) return settle(world, vended, { accountId: account.accountId, ours: true });
  }
  const found = await findOurs(world, vended);
  if (found) return settle(world, vended, found);
  return await placesBehind(world, vended.key) === 0 ? ask(world, vended) : IN_PROGRESS;
}

interface Found {
  readonly accountId: string;
  readonly ours: boolean;
  /** Created by the request that is recorded. */
  readonly isNew?: boolean;
}

/** The account of the organization that has the e-mail, if we may take it. */
async function findOurs(world: World, vended: VendedCase): Promise<Found | undefined> {
  const found = await world.directory.findAccount(vended.request.email);
  if (!found) return undefined;
  const ours = (await world.directory.tags(found.accountId))[NAMES.ownerTag] === ownerTagValue(vended.key, world.cicdAccount);
  const refusal = refusalOf(vended, found, ours);
  if (!refusal) return { accountId: found.accountId, ours };
  if (vended.record.creation) await proceed(world, vended, { state: 'claimed', creation: undefined });
  throw refusal;
}

function refusalOf({ request }: VendedCase, found: OrganizationAccount, ours: boolean): Error | undefined {
  if (!ours && request.onExisting === 'fail') return foundElsewhere(request, found);
  if (found.managesOrganization) return managing(request, found);
  const shut = shutOf(found.state);
  return shut && foundShut(request, found, shut);
}

async function settle(world: World, vended: VendedCase, { accountId, ours, isNew }: Found): Promise<Created> {
  await world.registry.dequeue(CREATION_QUEUE, vended.key);
  const { attempt, creation } = vended.record;
  // the tags of a later attempt may be others
  const isOfThisAttempt = isNew && creation !== undefined && creation.since >= attempt;
  return done(await proceed(world, vended, {
    state: 'created', accountId, creation: undefined, ...(ours && { createdAt: world.now() }), ...(isOfThisAttempt && { createdWith: attempt }),
  }));
}

function isSame(email: string, other: string): boolean {
  return email.toLowerCase() === other.toLowerCase();
}

/** Whether AWS has refused the call, so that certainly nothing was created. */
function isRejected(error: unknown): boolean {
  if (isNamed(error, 'AccessError')) return true;
  const { $metadata: metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}
