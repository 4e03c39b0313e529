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
import { IN_PROGRESS, DONE, done } from '../shared/lifecycle';
import { MAX_PROPAGATION } from '../shared/propagation';

/** CloudFormation stops listening after an hour; before that it must be told why. */
const LONGEST_WAIT = 40 * 60_000;

/** Vends accounts: claims, creates, places and prepares them, and hands them back. */
export class AccountLifecycle implements Lifecycle<AccountRequest, AccountResult> {
  public constructor(private readonly world: World) {}

  public recordKeys(request: AccountRequest): readonly string[] {
    return [accountKey(request)];
  }

  public async requestCreate(owner: Owner, request: AccountRequest): Promise<void> {
    const record = await this.read(accountKey(request));
    await this.world.registry.write(accountKey(request), claimed(record, owner, request, this.world.now()), record?.version);
  }

  public async requestUpdate(owner: Owner, request: AccountRequest, before: AccountRequest): Promise<void> {
    const record = await this.read(accountKey(request));
    // a rollback of a refused change asks for what the owner has held all the time: that is no change
    if (accountKey(request) !== accountKey(before) && !holds(record, owner)) throw unchangeable(request, before);
    // another stack has adopted the account: it decides now, and this one keeps its place behind it
    if (record?.owners.at(-1)?.stackId !== owner.stackId && holds(record, owner)) return;
    await this.world.registry.write(accountKey(request), alone(claimed(record, owner, request, this.world.now()), owner, request), record?.version);
  }

  public async requestDelete(owner: Owner, request: AccountRequest): Promise<void> {
    const key = accountKey(request);
    const record = await this.read(key);
    if (!record || !holds(record, owner)) return;
    const rest = released(record, owner, request, this.world.now());
    if (!rest || rest.owners.length === 0) await this.world.registry.dequeue(CREATION_QUEUE, key);
    if (rest) await this.world.registry.write(key, rest, record.version);
    else await this.world.registry.remove(key, record.version);
  }

  public async reconcile(owner: Owner, request: AccountRequest): Promise<Progress<AccountResult>> {
    const key = accountKey(request);
    const record = await this.read(key);
    // a step that was under way while the record went may have joined the queue again
    if (!record) await this.world.registry.dequeue(CREATION_QUEUE, key);
    if (!record || !holds(record, owner)) throw new Error(`${nameOf(request)} is no longer held by '${owner.logicalId}': it was removed meanwhile; deploy again`);
    if (!isCurrent(record, owner)) return record.accountId ? { done: true, result: { accountId: record.accountId } } : IN_PROGRESS;
    try {
      const progress = await this.step({ key, record, request });
      if (progress.done) return await this.ready(key, progress);
      if (this.world.now() - record.attempt > LONGEST_WAIT) throw await this.tooLate(key, record, request);
      return progress;
    } catch (error) {
      if (isNamed(error, 'AccessError') && this.world.now() - record.attempt < MAX_PROPAGATION) return IN_PROGRESS;
      throw isTransient(error) ? error : inContext(request, error);
    }
  }

  /**
   * What was begun is never undone: an account cannot be un-created, so it waits in the registry for the next one who asks for it. A construct that
   * was renamed goes again when the update fails: then the account becomes what its former owner declares, who hears of nothing.
   */
  public async reconcileDelete({ stackId }: Owner, request: AccountRequest): Promise<Progress<void>> {
    const record = await this.read(accountKey(request));
    const rest = record?.owners.at(-1);
    // another stack's declaration must not keep this one from being deleted
    if (!rest || rest.stackId !== stackId || record?.accountId === undefined) return DONE;
    const progress = await this.reconcile(rest, rest.request);
    return progress.done ? DONE : progress;
  }

  /** A look at a superseded request may have joined the queue after this one had left it. */
  private async ready(key: string, progress: Progress<AccountResult>): Promise<Progress<AccountResult>> {
    await this.world.registry.dequeue(CREATION_QUEUE, key);
    return progress;
  }

  private async step(account: Case): Promise<Progress<AccountResult>> {
    if (!isVended(account)) return this.prepared(account);
    // an account that is there is not left waiting until the next look: with a hundred of them every pause counts
    const created = account.record.accountId ? done(account) : await createAccount(this.world, account);
    if (!created.done) return created;
    const { record } = created.result;
    if (!record.accountId) return IN_PROGRESS;
    return this.prepared(record.placed === record.attempt ? created.result : await place(this.world, created.result, record.accountId));
  }

  private async tooLate(key: string, { state, accountId }: AccountRecord, request: AccountRequest): Promise<Error> {
    await this.world.registry.dequeue(CREATION_QUEUE, key);
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

  private async prepared(account: Case): Promise<Progress<AccountResult>> {
    const { accountId, state } = account.record;
    if (!accountId) return IN_PROGRESS;
    const progress = state === 'ready' ? DONE : await prepare(this.world, account, accountId);
    return progress.done ? done({ accountId }) : progress;
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
