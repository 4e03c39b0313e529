import { randomUUID } from 'node:crypto';
import { deferredUpdate, repairable } from './check';
import type { CicdStack } from './cicd-stack';
import { claimedRecord } from './claim';
import type { ClaimOptions } from './claim';
import type { Deployment } from './deployment';
import { AccountUnreachableError, cannotReplace, deletionTimedOut, deploymentTimedOut } from './errors';
import { fingerprintOf } from './fingerprint';
import { addFormerPlace } from './former-place';
import { Leftovers } from './leftovers';
import type { StackState } from './stack-deployer';
import type { StackHooks } from './stack-hooks';
import type { Drift } from '../../src/operations/contract';
import type { StackRequest } from '../../src/stack/contract';
import { foreignOwner, owns, stackNameOf, withoutOwner } from '../registry/owners';
import type { Registry, Versioned } from '../registry/registry';
import type { StackRecord } from '../registry/stack';
import { withReconcileAdvice } from '../shared/advice';
import { isTransient } from '../shared/errors';
import type { InProgress, Lifecycle, Owner, Progress, Replacement } from '../shared/lifecycle';
import { DONE, done, checkAgainIn, waitFor } from '../shared/lifecycle';
import { MAX_PROPAGATION } from '../shared/propagation';

/**
 * Maximum time from the request until the stack is complete or deleted. It ends before the 55 minutes of any resource
 * (`MAX_REQUEST_TIME` in `shared/serve.ts`), because only the error of this timeout names the stack and its account.
 */
const MAX_STACK_TIME = 40 * 60_000;

interface StackLifecycleOptions<Request extends StackRequest, Result extends object> {
  readonly registry: Registry;
  readonly deployment: Deployment<Request>;
  readonly cicd: CicdStack;
  /** What this kind of stack does besides its deployment. */
  readonly hooks: StackHooks<Request>;
  /** @default Date.now */
  readonly now?: () => number;
  /** @default - a random UUID */
  readonly newAttempt?: () => string;
  keyOf(request: Request): string;
  resultOf(request: Request, stack: StackState): Result;
  /** Whether the attributes of an earlier deployment are all that a request reads. */
  hasAttributes(request: Request, attributes: Readonly<Record<string, unknown>>): boolean;
}

/** Deploys a stack in an account, moves it to another place, and deletes it. */
export class StackLifecycle<Request extends StackRequest, Result extends object> implements Lifecycle<Request, Result> {
  private readonly registry: Registry;
  private readonly hooks: StackHooks<Request>;
  private readonly keyOf: (request: Request) => string;
  private readonly now: () => number;
  private readonly newAttempt: () => string;
  private readonly leftovers: Leftovers<Request>;

  public constructor(private readonly options: StackLifecycleOptions<Request, Result>) {
    const { registry, cicd, hooks, keyOf, now = Date.now, newAttempt = randomUUID } = options;
    this.registry = registry;
    this.hooks = hooks;
    this.keyOf = request => keyOf(request);
    this.now = now;
    this.newAttempt = newAttempt;
    this.leftovers = new Leftovers({ registry, cicd, hooks, now });
  }

  public recordKeys(request: Request): readonly string[] {
    return [this.keyOf(request), ...this.hooks.recordKeys(request)];
  }

  public async requestCreate(owner: Owner, request: Request): Promise<void> {
    await this.assertKept(request, request);
    await this.claim(owner, request);
  }

  public async requestUpdate(owner: Owner, request: Request, before: Request): Promise<void> {
    await this.assertKept(request, before);
    const [key, keyBefore] = [this.keyOf(request), this.keyOf(before)];
    if (key === keyBefore) return this.claim(owner, request, { isUpdate: true });
    // mark the successor first: a rollback claims the former place again, which removes the mark
    const record = await this.read(keyBefore);
    if (record && owns(record.owners, owner)) {
      await this.write(keyBefore, { ...record, successor: key }, record.version);
    }
    return this.claim(owner, request, { before });
  }

  public async requestDelete(owner: Owner, request: Request): Promise<void> {
    const key = this.keyOf(request);
    const record = await this.read(key);
    // a second Delete, after a failed one, is another attempt
    const isRetry = record?.deletedBy === owner.id;
    if (!record || (!isRetry && !owns(record.owners, owner))) return;
    const owners = withoutOwner(record.owners, owner);
    const next = owners.at(-1);
    const isLast = next === undefined;
    // a renamed construct is deleted when the update fails: the stack must become what its former owner declares
    const mustRedeploy = next && !(await this.isAsDeclared(record, next.request));
    await this.write(
      key,
      {
        ...record,
        ...(isLast || mustRedeploy ? this.hooks.resetFields(record) : {}),
        owners,
        ...(isLast && { deletedBy: owner.id, ...movedFrom(record.owners, owner) }),
        requestedAt: this.now(),
        ...((isLast || mustRedeploy) && { attempt: this.newAttempt() }),
      },
      record.version,
    );
    if (isLast) await this.hooks.afterDeleteRequested(key, record);
  }

  public async requestFormer(owner: Owner, request: Request, former: Request, isCreation: boolean): Promise<void> {
    // CloudFormation does not delete a stack whose resource was retained
    if (isCreation && (await this.options.deployment.mayExist(former, owner, true))) return;
    await this.recover(owner, former, { next: request, isRollback: false });
    const isNew = await addFormerPlace(this.registry, this.keyOf, owner, { request, former });
    if (isNew) await this.claim(owner, request, { before: former, isUpdate: !isCreation });
  }

  /** A stack without its record is found by its mark, so that it is deleted like any other. */
  public async recover(owner: Owner, request: Request, change?: Replacement<Request>): Promise<void> {
    const key = this.keyOf(request);
    if (change && this.keyOf(change.next) === key) return;
    let record = await this.read(key);
    const ifDenied = change?.isRollback !== true;
    const isLost = !record || (record.isRecordLost && !record.creationAttempt);
    const isKnown = isLost && (await this.hooks.isKnown(owner, request));
    if (isLost && (isKnown || (await this.options.deployment.mayExist(request, owner, ifDenied)))) {
      await this.claim(owner, request, { found: isKnown ? 'by records' : 'by mark' });
      record = await this.read(key);
    }
    // what a deletion that has started has removed must not come back
    const isLast = record && !record.deletedBy && record.owners.length === 1 && owns(record.owners, owner);
    if (isLast && record?.creationAttempt) await this.hooks.recover(owner, request, record);
  }

  public async reconcile(owner: Owner, request: Request): Promise<Progress<Result>> {
    const record = await this.owned(owner, request);
    try {
      const progress = await this.step(owner, request, record);
      if (progress.done || !this.isTimedOut(record)) return progress;
      throw deploymentTimedOut(request, record, MAX_STACK_TIME, progress);
    } catch (error) {
      if (error instanceof AccountUnreachableError) return this.defer(owner, request, error);
      if (!isTransient(error) || !this.isTimedOut(record)) throw await this.hooks.explain(request, error);
      throw deploymentTimedOut(request, record, MAX_STACK_TIME, { error });
    }
  }

  public async reconcileDelete(owner: Owner, request: Request): Promise<Progress<void>> {
    const mayDelete = async () => this.hooks.mayDeleteApplications(owner, request);
    try {
      const removal = await this.remove(owner, request, mayDelete);
      const isTimedOut = !removal.done && this.isTimedOut(await this.read(this.keyOf(request)));
      if (isTimedOut) throw deletionTimedOut(request, MAX_STACK_TIME, removal);
      if (!removal.done) return removal;
    } catch (error) {
      return this.leave(owner, request, error);
    }
    const next = (await this.read(this.keyOf(request)))?.owners.at(-1);
    // a rejected declaration must not change what belongs to another app
    if (next?.stackId !== owner.stackId) return DONE;
    const progress = await this.reconcile(next, next.request);
    return progress.done ? DONE : progress;
  }

  public async check(owner: Owner, request: Request): Promise<readonly Drift[]> {
    const record = await this.read(this.keyOf(request));
    const { stackName, accountId } = request;
    const name = `stack '${stackName}' in account ${accountId}`;
    if (!record || !owns(record.owners, owner)) {
      return [repairable(`the registry has no record of ${name}`, 'it is recorded again')];
    }
    if (record.owners.at(-1)?.id !== owner.id) return [];
    const drifts = [
      ...(await this.options.deployment.check(await this.hooks.effectiveRequest(request))),
      ...(await this.hooks.check(request)),
    ];
    const canBeReached = drifts.every(({ isRepairable }) => isRepairable);
    // a repair has recorded its owner, and has ended before it has found the stack
    if (record.isRecordLost && !record.deferral) {
      drifts.push(repairable(`the registry has only a part of the record of ${name}`, 'it is recorded again'));
    }
    return record.deferral && canBeReached ? [...drifts, deferredUpdate(name, record.deferral)] : drifts;
  }

  /** The stack is deployed again, even if nothing has changed since. */
  public async requestRepair(owner: Owner, request: Request): Promise<void> {
    await this.claim(owner, request, { isForced: true, isUpdate: true });
  }

  /**
   * Compares with the record, because a rejected request is the former one in the rollback that follows.
   *
   * @throws Error if the stack would be replaced
   */
  private async assertKept(request: Request, before: Request): Promise<void> {
    if (request.fixed === undefined && before.fixed === undefined) return;
    const record = await this.read(this.keyOf(before));
    const deployed = record?.complete && record.owners.at(-1)?.request;
    if (!deployed) return;
    for (const [name, value] of Object.entries(deployed.fixed ?? {})) {
      const wanted = request.fixed?.[name];
      if (wanted !== value) throw cannotReplace(deployed, name, value, wanted);
    }
  }

  private async step(owner: Owner, request: Request, record: Read<Request>): Promise<Progress<Result>> {
    const isReplaced = record.previous?.some(({ accountId }) => accountId === request.accountId);
    const deletion = this.hooks.isExclusive && isReplaced && (await this.deletePrevious(owner, request, record));
    if (deletion) return deletion;

    const prepared = await this.hooks.prepare(owner, request, record);
    if (!prepared) return waitFor(`what stack '${request.stackName}' replaces, which cannot be stopped yet`);
    const effective = await this.hooks.effectiveRequest(request);
    const progress = await this.options.deployment.reconcile(effective, prepared, this.keyOf(request));
    if (!progress.done) return progress;

    const { stack, record: deployed } = progress.result;
    if (!this.hooks.isUpToDate(stack, effective)) return this.redeploy(effective, deployed);
    const dated = { createdAt: stack.createdAt, ...deployed };
    await this.hooks.afterDeploy(owner, request, dated, deployed.applied !== fingerprintOf(effective));
    const former = await this.deletePrevious(owner, request, deployed);
    if (former) return former;
    const result = this.options.resultOf(request, stack);
    await this.settle(effective, dated, Object.fromEntries(Object.entries(result)));
    return done(result);
  }

  /**
   * Leaves the stack as it is, because its account cannot be reached. A failure would roll back the resources of all
   * other accounts, and the rollback would fail for the same reason.
   *
   * @throws the error if the stack was never complete
   */
  private async defer(owner: Owner, request: Request, error: AccountUnreachableError): Promise<Progress<Result>> {
    const { version, ...record } = await this.owned(owner, request);
    const { complete = record.isRecordLost, result = {}, requestedAt, previous = [] } = record;
    if (!complete) throw error;
    const isRollback = async () => this.options.cicd.isRollingBack(owner.stackId);
    // in a rollback, nothing reads the attributes again
    const needsAttributes = !this.options.hasAttributes(request, result);
    if (needsAttributes && !(record.isRecordLost && (await isRollback()))) throw error;
    if (this.now() - requestedAt < MAX_PROPAGATION) return waitFor(`access to account ${request.accountId}`, error);
    // a stack must not move to an account that cannot be reached, but it must move back there
    const isMoving = previous.length > 0;
    if (isMoving && !(await isRollback())) throw error;
    const former = isMoving && (await this.deletePrevious(owner, request, record));
    if (former) return former;
    const deferral = { reason: withReconcileAdvice(error.message), at: this.now() };
    await this.write(this.keyOf(request), { ...record, previous: [], deferral }, version);
    await this.hooks.afterDefer(this.keyOf(request), deferral);
    return { done: true, result: result as Result, deferred: error.message };
  }

  /** Whether the stack and everything besides it are as a request declares them. */
  private async isAsDeclared({ applied }: StackRecord<Request>, request: Request): Promise<boolean> {
    return applied === fingerprintOf(request) && this.hooks.isAsDeclared(request);
  }

  private isTimedOut(record: StackRecord<Request> | undefined): boolean {
    return record !== undefined && this.now() - record.requestedAt > MAX_STACK_TIME;
  }

  private async claim(
    owner: Owner,
    request: Request,
    options: ClaimOptions<Request> = {},
  ): Promise<void> {
    const key = this.keyOf(request);
    const read = await this.read(key);
    const foreign = read && foreignOwner(read.owners, owner);
    if (foreign) throw this.hooks.ownedByAnotherStack(request, stackNameOf(foreign));
    const former = read?.owners.filter(({ id }) => owner.formerOwners?.includes(id)) ?? [];
    if (former.length > 0) await this.hooks.takeOver(owner, request, former.map(({ stackId }) => stackId));
    await this.leftovers.clear(key, { isLeftover: read?.isLeftover });
    const attempt = { attempt: this.newAttempt(), requestedAt: this.now() };
    const claimed = claimedRecord(read, owner, request, { ...options, ...attempt, reset: this.hooks.resetFields });
    const places = claimed.previous?.filter(place => this.keyOf(place) !== key);
    await this.write(key, { ...claimed, previous: places }, read?.version);
  }

  private async owned(owner: Owner, request: Request): Promise<Read<Request>> {
    const record = await this.read(this.keyOf(request));
    if (record && owns(record.owners, owner)) return record;
    throw new Error(
      `stack '${request.stackName}' in account ${request.accountId} was removed during its deployment: deploy again`,
    );
  }

  /** Deploys the stack again, because the effective request has changed during the deployment. */
  private async redeploy(request: Request, { applied, ...record }: Read<Request>): Promise<Progress<never>> {
    await this.write(this.keyOf(request), { ...record, attempt: this.newAttempt() }, record.version);
    return checkAgainIn(1, `stack '${request.stackName}' in account ${request.accountId} to be updated again`);
  }

  private async settle(request: Request, record: Read<Request>, result: StackRecord['result']): Promise<void> {
    const { version, ...before } = record;
    const { deferral, unreachableIn, isRecordLost, ...kept } = before;
    const after = {
      ...kept,
      complete: true as const,
      result,
      applied: fingerprintOf(request),
      previous: [],
      ...this.hooks.settledFields(request),
    };
    if (JSON.stringify(after) !== JSON.stringify(before)) await this.write(this.keyOf(request), after, version);
  }

  /** Returns what to wait for until the former places are deleted; undefined: they are. */
  private async deletePrevious(
    owner: Owner,
    request: Request,
    { previous = [] }: StackRecord<Request>,
  ): Promise<InProgress | undefined> {
    for (const former of previous) {
      const key = this.keyOf(former);
      const record = await this.read(key);
      // two stacks that exchange their places: the claim of the other one has removed the mark
      const isExchanged = record && owns(record.owners, owner) && record.owners.at(-1)?.id !== owner.id;
      if (!record || (record.successor !== this.keyOf(request) && !isExchanged)) continue;
      if (record.deletedBy !== owner.id) await this.requestDelete(owner, former);
      try {
        // applications stay, as a move may be rolled back
        const removal = await this.remove(owner, former, async () => false);
        if (!removal.done) return removal;
      } catch (error) {
        // a closed account is a reason to move, so it must not stop the move
        if (!(error instanceof AccountUnreachableError)) throw error;
        const left = await this.read(key);
        if (left) await this.leftovers.leave({ owner, request: former, key, record: left }, error);
      }
    }
    return undefined;
  }

  /**
   * The deletion has failed: the stack remains in its account. Succeeds if the user has consented to that.
   *
   * @throws the error otherwise
   */
  private async leave(owner: Owner, request: Request, error: unknown): Promise<Progress<void>> {
    const key = this.keyOf(request);
    const record = await this.read(key);
    const isTemporary = isTransient(error) && !this.isTimedOut(record);
    if (!(error instanceof Error) || isTemporary || !record || record.deletedBy !== owner.id) throw error;
    const failure = isTransient(error) ? deletionTimedOut(request, MAX_STACK_TIME, { error }) : error;
    await this.leftovers.failed({ owner, request, key, record }, failure);
    return { done: true, result: undefined, deferred: failure.message };
  }

  /** @param mayDelete whether the stacks that a pipeline has deployed are deleted with it */
  private async remove(owner: Owner, request: Request, mayDelete: () => Promise<boolean>): Promise<Progress<void>> {
    const key = this.keyOf(request);
    const found = await this.read(key);
    if (!found || found.deletedBy !== owner.id) return DONE;
    const former = await this.deletePrevious(owner, request, found);
    if (former) return former;
    const tornDown = await this.hooks.beforeDelete(owner, request, found, mayDelete);
    if (!tornDown.done) return tornDown;
    const record = tornDown.result;
    const deleted = record.creationAttempt ? await this.options.deployment.remove(request, record, owner) : DONE;
    if (!deleted.done) return deleted;
    await this.hooks.afterDelete(owner, key, record);
    await this.leftovers.clear(key, record);
    await this.registry.remove(key, record.version);
    return DONE;
  }

  private async read(key: string): Promise<Read<Request> | undefined> {
    return this.registry.read<StackRecord<Request>>(key);
  }

  private async write(key: string, record: StackRecord<Request>, version: number | undefined): Promise<void> {
    await this.registry.write<StackRecord<Request>>(key, record, version);
  }
}

/** CloudFormation may move a resource to another stack without a request. */
function movedFrom(owners: readonly Owner[], { id, stackId }: Owner): Pick<StackRecord, 'deletedFrom'> {
  const known = owners.find(other => other.id === id)?.stackId;
  return known === undefined || known === stackId ? {} : { deletedFrom: known };
}

type Read<Request extends StackRequest> = Versioned<StackRecord<Request>>;
