import { AccessError } from './access';
import { accountDrifts } from './check';
import { closeAccount } from './closing/closing';
import type { ManagedAccount, VendedAccount, AccountContext } from './context';
import { createAccount, CREATION_QUEUE } from './creation';
import { followEmail } from './email-change';
import { findNamedAccount } from './named';
import { UnitNotFoundError } from './organizational-units';
import { placeAccount } from './placement';
import { stillUsed } from './pool/errors';
import { prepareAccount } from './preparation';
import { dropSiblingOwners, claim, isOwner, isCurrentOwner, isPool, nameOf, release } from './record';
import { rejectReplacedInUse, rejectSpecialAccount } from './special-accounts';
import { rejectUnchangeable } from './unchangeable';
import { isPendingActivation, UnusableAccountError } from './unusable-state';
import type { AccountRequest, AccountResult } from '../../src/account/contract';
import type { Drift } from '../../src/operations/contract';
import { repairable } from '../cloudformation/check';
import { accountKey } from '../registry/account';
import type { AccountRecord } from '../registry/account';
import { removeClosing } from '../registry/closing';
import { leaseKey } from '../registry/lease';
import type { LeaseRecord } from '../registry/lease';
import { withoutOwner } from '../registry/owners';
import { removeUnreachable, unreachableKey } from '../registry/unreachable';
import type { UnreachableRecord } from '../registry/unreachable';
import { withReconcileAdvice } from '../shared/advice';
import { isTransient } from '../shared/errors';
import type { InProgress, Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { IN_PROGRESS, DONE, done, waitFor } from '../shared/lifecycle';
import { MAX_PROPAGATION } from '../shared/propagation';
import { TimedOutError } from '../shared/waiting';

/**
 * Maximum time from the request until the account is ready. It ends before the 55 minutes of any resource
 * (`MAX_REQUEST_TIME` in `shared/serve.ts`), because only the error of this timeout says what the account waits for.
 */
const MAX_ACCOUNT_TIME = 40 * 60_000;

/**
 * Creates or adopts accounts, places them in their unit with name and tags, prepares them for CDK, and releases them.
 */
export class AccountLifecycle implements Lifecycle<AccountRequest, AccountResult> {
  public constructor(private readonly context: AccountContext) {}

  public subjectOf(request: AccountRequest): string {
    return nameOf(request);
  }

  public recordKeys(request: AccountRequest): readonly string[] {
    return [accountKey(request)];
  }

  public async requestCreate(owner: Owner, request: AccountRequest): Promise<void> {
    const record = await this.read(accountKey(request));
    rejectUnchangeable(record, request);
    await this.withdrawClosing(record);
    await this.context.registry.write<AccountRecord>(
      accountKey(request),
      claim(record, owner, request, this.context.now()),
      record?.version,
    );
  }

  public async requestUpdate(owner: Owner, request: AccountRequest, before: AccountRequest): Promise<void> {
    const record = await this.read(accountKey(request));
    // the rollback of a rejected change requests what the owner already has: that is not a change
    if (accountKey(request) !== accountKey(before) && !isOwner(record, owner)) {
      return followEmail(this.context, owner, request, before);
    }
    // another stack has adopted the account and is its current owner
    if (record?.owners.at(-1)?.stackId !== owner.stackId && isOwner(record, owner)) return;
    rejectUnchangeable(record, request);
    await this.withdrawClosing(record);
    const claimed = claim(record, owner, request, this.context.now());
    await this.context.registry.write<AccountRecord>(
      accountKey(request),
      // a record that was lost: CloudFormation updates only what it has created
      dropSiblingOwners(record ? claimed : { ...claimed, ...recoveredFrom(before) }, owner, request),
      record?.version,
    );
  }

  /** Releases the record of an e-mail, unless the account has it because the rollback of a change was skipped. */
  public async requestFormer(
    owner: Owner, request: AccountRequest, former: AccountRequest, isCreation: boolean,
  ): Promise<void> {
    const key = accountKey(former);
    const record = await this.read(key);
    if (key === accountKey(request) || !record?.accountId || !isOwner(record, owner)) return;
    if (!isCreation && (await this.isEmailOf(record.accountId, request, former))) return;
    const owners = withoutOwner(record.owners, owner);
    if (owners.length === 0) await this.context.registry.remove(key, record.version);
    else await this.context.registry.write<AccountRecord>(key, { ...record, owners }, record.version);
  }

  /** Whether an account has the former e-mail, and no account the requested one. */
  private async isEmailOf(accountId: string, request: AccountRequest, former: AccountRequest): Promise<boolean> {
    const { organization } = this.context;
    if (former.kind !== 'vended' || request.kind !== 'vended') return true;
    const account = await organization.describeAccount(accountId);
    if (account?.email.toLowerCase() !== former.email.toLowerCase()) return false;
    return (await organization.findAccount(request.email)) === undefined;
  }

  public async requestDelete(owner: Owner, request: AccountRequest): Promise<void> {
    const key = accountKey(request);
    const record = await this.read(key);
    if (!record || !isOwner(record, owner)) return;
    const next = release(record, owner, await this.removalOf(owner, request, record), this.context.now());
    const { accountId, deferral } = record;
    if (!next && accountId && deferral) await removeUnreachable(this.context.registry, accountId);
    if (!next || next.owners.length === 0) await this.context.registry.dequeue(CREATION_QUEUE, key);
    if (next) await this.context.registry.write<AccountRecord>(key, next, record.version);
    else await this.context.registry.remove(key, record.version);
  }

  public async reconcile(owner: Owner, request: AccountRequest): Promise<Progress<AccountResult>> {
    const key = accountKey(request);
    const record = await this.read(key);
    // a concurrent step may have joined the queue after the record was removed
    if (!record) await this.context.registry.dequeue(CREATION_QUEUE, key);
    if (!record || !isOwner(record, owner)) {
      throw new Error(
        `${nameOf(request)} no longer belongs to '${owner.logicalId}', `
          + 'because it was removed concurrently: deploy again',
      );
    }
    if (!isCurrentOwner(record, owner)) {
      return record.accountId ? done({ accountId: record.accountId }) : waitFor('AWS to create the account');
    }
    try {
      const progress = await this.step({ key, record, request });
      if (progress.done) return await this.leaveQueue(key, progress);
      if (this.isTimedOut(record)) throw await this.timedOut(key, record, request, progress);
      return progress;
    } catch (error) {
      // the step may have found the account
      const { prepared, accountId } = (await this.read(key)) ?? record;
      if (error instanceof UnusableAccountError && prepared && accountId) return this.defer(key, accountId, error);
      if (error instanceof UnitNotFoundError && prepared && accountId && await this.keepsUnit(owner, record, request)) {
        return this.deferPlacement(key, accountId, error);
      }
      const isNew = this.context.now() - record.attempt < MAX_PROPAGATION;
      if (error instanceof AccessError && isNew) return waitFor('access to the management account', error);
      if (error instanceof AccessError && prepared && accountId && await this.isRollingBack(owner)) {
        return this.defer(key, accountId, error);
      }
      if (!isTransient(error)) throw withAccountName(request, error);
      if (!this.isTimedOut(record)) throw error;
      throw await this.timedOut(key, record, request, { error });
    }
  }

  /** A change of something else, or a rollback, does not fail because a person has renamed or deleted the unit. */
  private async keepsUnit(owner: Owner, { placedUnit }: AccountRecord, request: AccountRequest): Promise<boolean> {
    if (request.kind !== 'vended') return false;
    return placedUnit === request.organizationalUnit || this.isRollingBack(owner);
  }

  /** Without the management account no account can be changed, and the rollback of a change would fail as well. */
  private async isRollingBack({ stackId }: Owner): Promise<boolean> {
    return this.context.cicdStack.isRollingBack(stackId);
  }

  /**
   * An account is never closed by a rollback: its e-mail could not be used again, so no retry would succeed.
   *
   * @throws if an environment of another stack uses the account
   */
  private async removalOf(owner: Owner, request: AccountRequest, record: AccountRecord): Promise<AccountRequest> {
    if (request.kind !== 'vended' || request.onRemoval !== 'close') return request;
    const { cicdStack, registry } = this.context;
    if (await cicdStack.isRollingBack(owner.stackId)) return { ...request, onRemoval: 'release' };
    const { accountId } = record;
    const isLast = record.owners.every(({ id }) => id === owner.id);
    const lease = isLast && accountId ? await registry.read<LeaseRecord>(leaseKey(accountId)) : undefined;
    const { holder } = lease ?? {};
    if (accountId && holder && holder.stackId !== owner.stackId) throw stillUsed(owner, accountId, holder, 'closed');
    return request;
  }

  /**
   * An account is closed, or stays in the registry for the next request. A renamed construct is deleted when
   * the update fails. Then its former owner gets no request, so the account is changed to what the former owner
   * declares.
   */
  public async reconcileDelete({ stackId }: Owner, request: AccountRequest): Promise<Progress<void>> {
    const record = await this.read(accountKey(request));
    const next = record?.owners.at(-1);
    if (record?.state === 'closing' && record.accountId !== undefined && !next) {
      return closeAccount(this.context, { key: accountKey(request), accountId: record.accountId, record });
    }
    // the declaration of another stack must not block this deletion
    if (!next || next.stackId !== stackId || record?.accountId === undefined) return DONE;
    const progress = await this.reconcile(next, next.request);
    return progress.done ? DONE : progress;
  }

  public async check(owner: Owner, request: AccountRequest): Promise<readonly Drift[]> {
    const key = accountKey(request);
    const record = await this.read(key);
    if (!record?.accountId) {
      return [repairable(`the registry has no record of ${nameOf(request)}`, 'it is found again, or created')];
    }
    if (!isCurrentOwner(record, owner)) return [];
    return accountDrifts(this.context, { key, record, request }, record.accountId);
  }

  /** The account is placed and prepared again, even if nothing has changed since. */
  public async requestRepair(owner: Owner, request: AccountRequest): Promise<void> {
    await this.requestUpdate(owner, request, request);
  }

  /**
   * Leaves an account as it is that cannot be used. A failure would roll back the resources of all other accounts, and
   * the rollback would fail for the same reason.
   */
  private async defer(key: string, accountId: string, error: Error): Promise<Progress<AccountResult>> {
    const { registry, now } = this.context;
    const record = await this.read(key);
    if (!record || now() - record.attempt < MAX_PROPAGATION) return waitFor(`access to account ${accountId}`, error);
    const deferral = { reason: withReconcileAdvice(error.message), at: now() };
    await registry.write<AccountRecord>(key, { ...record, deferral }, record.version);
    const known = await registry.read(unreachableKey(accountId));
    await registry.write<UnreachableRecord>(unreachableKey(accountId), { accountId, ...deferral }, known?.version);
    return this.leaveQueue(key, { done: true, result: { accountId }, deferred: error.message });
  }

  /** Leaves an account as it is whose unit does not exist. Its stacks can be changed. */
  private async deferPlacement(key: string, accountId: string, error: Error): Promise<Progress<AccountResult>> {
    const { registry, now } = this.context;
    const record = await this.read(key);
    const deferral = { reason: withReconcileAdvice(error.message), at: now() };
    if (record) await registry.write<AccountRecord>(key, { ...record, deferral }, record.version);
    return this.leaveQueue(key, { done: true, result: { accountId }, deferred: error.message });
  }

  /** A step of a superseded request may have joined the queue after this one left it. */
  private async leaveQueue(key: string, progress: Progress<AccountResult>): Promise<Progress<AccountResult>> {
    await this.context.registry.dequeue(CREATION_QUEUE, key);
    return progress;
  }

  private async step(account: ManagedAccount): Promise<Progress<AccountResult>> {
    // before the bootstrap, which does not trust the replaced account any more
    await rejectReplacedInUse(this.context);
    if (!isVended(account)) {
      const found = await findNamedAccount(this.context, account);
      const { accountId } = found.record;
      if (accountId) await rejectSpecialAccount(this.context, found, accountId);
      return this.prepare(found);
    }
    // an existing account is prepared in the same step: with a hundred accounts every pause counts
    const created = account.record.accountId ? done(account) : await createAccount(this.context, account);
    if (!created.done) return created;
    const { record } = created.result;
    if (!record.accountId) return IN_PROGRESS;
    // nothing says whether an account that a pool has found by its e-mail is in use: an operator decides
    const owner = record.owners.at(-1);
    if (record.existed && owner && isPool(owner)) return done({ accountId: record.accountId });
    return this.prepare(
      record.placedAttempt === record.attempt
        ? created.result
        : await placeAccount(this.context, created.result, record.accountId),
    );
  }

  private isTimedOut({ attempt }: AccountRecord): boolean {
    return this.context.now() - attempt > MAX_ACCOUNT_TIME;
  }

  private async timedOut(
    key: string,
    { accountId }: AccountRecord,
    request: AccountRequest,
    { waitsFor, error }: Partial<InProgress>,
  ): Promise<Error> {
    await this.context.registry.dequeue(CREATION_QUEUE, key);
    const reason = accountId && (await this.isPendingActivation(accountId))
      ? `AWS has not activated account ${accountId} yet; if it stays PENDING_ACTIVATION, `
        + 'complete its sign-up as its root user, or ask AWS Support'
      : waitsFor
        ? `it waits for ${waitsFor}`
        : 'AWS is not available';
    return new TimedOutError(
      `${nameOf(request)} is not ready after ${MAX_ACCOUNT_TIME / 60_000} minutes: ${reason}`,
      'deploy again to continue',
      error,
    );
  }

  private async isPendingActivation(accountId: string): Promise<boolean> {
    try {
      return await isPendingActivation(this.context, accountId);
    } catch (error) {
      // it may be the reason of the timeout that AWS is not available
      if (isTransient(error)) return false;
      throw error;
    }
  }

  /** The account is used again. */
  private async withdrawClosing(record: AccountRecord | undefined): Promise<void> {
    if (record?.closing && record.accountId) await removeClosing(this.context.registry, record.accountId);
  }

  private async prepare(account: ManagedAccount): Promise<Progress<AccountResult>> {
    const { accountId, state } = account.record;
    if (!accountId) return IN_PROGRESS;
    const progress = state === 'ready' ? DONE : await prepareAccount(this.context, account, accountId);
    return progress.done ? done({ accountId }) : progress;
  }

  private read(key: string) {
    return this.context.registry.read<AccountRecord>(key);
  }
}

/** What is known of an account whose record was lost, by the request before. */
function recoveredFrom(before: AccountRequest): Partial<AccountRecord> {
  const placedUnit = before.kind === 'vended' ? before.organizationalUnit : undefined;
  const tagKeys = before.kind === 'vended' ? Object.keys(before.tags) : [];
  return { prepared: true, recovered: true, tagKeys, ...(placedUnit !== undefined && { placedUnit }) };
}

function isVended(account: ManagedAccount): account is VendedAccount {
  return account.request.kind === 'vended';
}

/** Adds the name of the account to an error of AWS, which rarely has it. */
function withAccountName(request: AccountRequest, error: unknown): unknown {
  if (!(error instanceof Error) || !('$metadata' in error)) return error;
  return new Error(`${nameOf(request)}: ${error.name}: ${error.message}; remove the cause, then deploy again`, {
    cause: error,
  });
}
