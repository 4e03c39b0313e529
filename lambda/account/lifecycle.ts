import { createAccount, CREATION_QUEUE } from './creation';
import { place } from './placement';
import { prepare } from './preparation';
import { alone, claimed, holds, isCurrent, nameOf, released, unchangeable } from './record';
import { isPending } from './states';
import type { Case, VendedCase, World } from './world';
import type { AccountRequest, AccountResult } from '../../src/account/contract';
import { accountKey } from '../registry/account';
import type { AccountRecord } from '../registry/account';
import { isNamed, isTransient } from '../shared/errors';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { NOT_YET } from '../shared/lifecycle';

/** Roles that were deployed a moment ago are not known everywhere in AWS yet. */
const PROPAGATION = 60_000;

/** CloudFormation stops listening after an hour; before that it must be told why. */
const LONGEST_WAIT = 40 * 60_000;

/** Vends accounts: claims, creates, places and prepares them, and hands them back. */
export class AccountLifecycle implements Lifecycle<AccountRequest, AccountResult> {
  public constructor(private readonly world: World) {}

  public async create(owner: Owner, request: AccountRequest): Promise<void> {
    const record = await this.read(accountKey(request));
    await this.world.registry.write(accountKey(request), claimed(record, owner, request, this.world.now()), record?.version);
  }

  public async update(owner: Owner, request: AccountRequest, before: AccountRequest): Promise<void> {
    const record = await this.read(accountKey(request));
    // a rollback of a refused change asks for what the owner has held all the time: that is no change
    if (accountKey(request) !== accountKey(before) && !holds(record, owner)) throw unchangeable(request, before);
    // another stack has adopted the account: it decides now, and this one keeps its place behind it
    if (record?.owners.at(-1)?.stackId !== owner.stackId && holds(record, owner)) return;
    await this.world.registry.write(accountKey(request), alone(claimed(record, owner, request, this.world.now()), owner, request), record?.version);
  }

  public async remove(owner: Owner, request: AccountRequest): Promise<void> {
    const key = accountKey(request);
    const record = await this.read(key);
    if (!record || !holds(record, owner)) return;
    const rest = released(record, owner, request, this.world.now());
    if (!rest || rest.owners.length === 0) await this.world.registry.leave(CREATION_QUEUE, key);
    if (rest) await this.world.registry.write(key, rest, record.version);
    else await this.world.registry.remove(key, record.version);
  }

  public async advance(owner: Owner, request: AccountRequest): Promise<Progress<AccountResult>> {
    const key = accountKey(request);
    const record = await this.read(key);
    // a step that was under way while the record went may have joined the queue again
    if (!record) await this.world.registry.leave(CREATION_QUEUE, key);
    if (!record || !holds(record, owner)) throw new Error(`${nameOf(request)} is no longer held by '${owner.logicalId}': it was removed meanwhile; deploy again`);
    if (!isCurrent(record, owner)) return record.accountId ? { done: true, result: { accountId: record.accountId } } : NOT_YET;
    try {
      const accountId = await this.step({ key, record, request });
      if (accountId) return await this.ready(key, accountId);
      if (this.world.now() - record.attempt > LONGEST_WAIT) throw await this.tooLate(key, record, request);
      return NOT_YET;
    } catch (error) {
      if (isNamed(error, 'AccessError') && this.world.now() - record.attempt < PROPAGATION) return NOT_YET;
      throw isTransient(error) ? error : inContext(request, error);
    }
  }

  /**
   * What was begun is never undone: an account cannot be un-created, so it waits in the registry for the next one who asks for it. A construct that
   * was renamed goes again when the update fails: then the account becomes what its former owner declares, who hears of nothing.
   */
  public async finishRemoval({ stackId }: Owner, request: AccountRequest): Promise<boolean> {
    const record = await this.read(accountKey(request));
    const rest = record?.owners.at(-1);
    // another stack's declaration must not keep this one from being deleted
    if (!rest || rest.stackId !== stackId || record?.accountId === undefined) return true;
    return (await this.advance(rest, rest.request)).done;
  }

  /** The same event may come twice: what was done at the same time may have joined the queue after the other had left it. */
  private async ready(key: string, accountId: string): Promise<Progress<AccountResult>> {
    await this.world.registry.leave(CREATION_QUEUE, key);
    return { done: true, result: { accountId } };
  }

  /** @returns the id of the account when it is ready */
  private async step(account: Case): Promise<string | undefined> {
    if (!isVended(account)) return this.prepared(account);
    // an account that is there is not left waiting until the next look: with a hundred of them every pause counts
    const created = account.record.accountId ? account : await createAccount(this.world, account);
    const { accountId, placed, attempt } = created?.record ?? {};
    if (!created || !accountId) return undefined;
    return this.prepared(placed === attempt ? created : await place(this.world, created, accountId));
  }

  private async tooLate(key: string, { state, accountId }: AccountRecord, request: AccountRequest): Promise<Error> {
    await this.world.registry.leave(CREATION_QUEUE, key);
    const why = accountId
      ? await this.notUsable(accountId)
      : state === 'creating' ? 'AWS is still creating it' : 'it waits for its turn, because AWS creates five accounts at a time';
    return new Error(`${nameOf(request)} is not ready after ${LONGEST_WAIT / 60_000} minutes: ${why}; nothing is lost, deploy again`);
  }

  private async notUsable(accountId: string): Promise<string> {
    return await isPending(this.world, accountId)
      ? `AWS has not activated account ${accountId} yet; if it stays PENDING_ACTIVATION, complete its sign-up as its root user, or ask AWS Support`
      : `account ${accountId} exists, but is not usable yet`;
  }

  private async prepared(account: Case): Promise<string | undefined> {
    const { accountId } = account.record;
    if (!accountId) return undefined;
    return account.record.state === 'ready' || await prepare(this.world, account, accountId) ? accountId : undefined;
  }

  private read(key: string) {
    return this.world.registry.read<AccountRecord>(key);
  }
}

function isVended(account: Case): account is VendedCase {
  return account.request.kind === 'vended';
}

/** AWS's own words rarely say which account they are about. */
function inContext(request: AccountRequest, error: unknown): unknown {
  if (!(error instanceof Error) || !('$metadata' in error)) return error;
  return new Error(`${nameOf(request)}: ${error.name}: ${error.message}`, { cause: error });
}
