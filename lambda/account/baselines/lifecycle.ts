import { baselineStopped, baselineTaken, nameOfTarget } from './errors';
import { Rollout } from './rollout';
import type { BaselineRequest, BaselineResult } from '../../../src/baseline/contract';
import type { Drift } from '../../../src/operations/contract';
import { repairable } from '../../cloudformation/check';
import { baselineKey } from '../../registry/baseline';
import type { BaselineRecord } from '../../registry/baseline';
import { foreignOwner, owns, withOwner, withoutOwner } from '../../registry/owners';
import type { Registry, Versioned } from '../../registry/registry';
import type { Lifecycle, Owner, Progress } from '../../shared/lifecycle';
import { DONE, done } from '../../shared/lifecycle';
import { retryWhileRolePropagates } from '../../shared/propagation';
import type { AccountContext } from '../context';

/** Accounts that a drift names. */
const MAX_NAMED = 5;

/** Gives the accounts of an organization, or of a pool, their baseline. Accounts keep that of a removed one. */
export class BaselineLifecycle implements Lifecycle<BaselineRequest, BaselineResult> {
  private readonly rollout: Rollout;
  private readonly registry: Registry;
  private deniedAt?: number;

  public constructor(private readonly context: AccountContext) {
    this.rollout = new Rollout(context);
    this.registry = context.registry;
  }

  public subjectOf({ target }: BaselineRequest): string {
    return `the account baseline of ${nameOfTarget(target)}`;
  }

  public ownedKeys({ target }: BaselineRequest): readonly string[] {
    return [baselineKey(target)];
  }

  public async requestCreate(owner: Owner, request: BaselineRequest): Promise<void> {
    const record = await this.firstRead(request.target);
    const foreign = record && foreignOwner(record.owners, owner);
    const current = record?.owners.find(({ id }) => id === foreign?.id);
    if (current) throw baselineTaken(request.target, current);
    await this.begin(record, withOwner(record?.owners ?? [], owner, request), request);
  }

  public async requestUpdate(owner: Owner, request: BaselineRequest, before: BaselineRequest): Promise<void> {
    if (request.target !== before.target) await this.requestDelete(owner, before);
    await this.requestCreate(owner, request);
  }

  public async requestFormer(owner: Owner, { target }: BaselineRequest, former: BaselineRequest): Promise<void> {
    if (target !== former.target) await this.requestDelete(owner, former);
  }

  public async requestDelete(owner: Owner, { target }: BaselineRequest): Promise<void> {
    const record = await this.read(target);
    if (!record || !owns(record.owners, owner)) return;
    const owners = withoutOwner(record.owners, owner);
    const next = owners.at(-1);
    if (!next) return this.registry.remove(baselineKey(target), record.version);
    const { version, ...known } = record;
    if (record.owners.at(-1)?.id !== owner.id) return this.write({ ...known, owners }, version);
    // the construct was renamed, and is deleted by a rollback: its former owner gets no request
    return this.begin(record, owners, next.request, 'rollback');
  }

  public async reconcile(owner: Owner, { target }: BaselineRequest): Promise<Progress<BaselineResult>> {
    const record = await this.read(target);
    if (!record || !owns(record.owners, owner)) {
      throw new Error(`'${owner.logicalId}' was removed concurrently: deploy again`);
    }
    if (record.owners.at(-1)?.id !== owner.id) return done({ target });
    if (isStopped(record)) throw baselineStopped(record);
    const progress = await this.rollout.step(record);
    return progress.done ? { ...progress, result: { target } } : progress;
  }

  /** After the rollback of a renamed construct, the accounts get again what its former owner declares. */
  public async reconcileDelete({ stackId }: Owner, { target }: BaselineRequest): Promise<Progress<void>> {
    const record = await this.read(target);
    if (record?.cause !== 'rollback' || record.owners.at(-1)?.stackId !== stackId) return DONE;
    return this.rollout.step(record);
  }

  public async check(owner: Owner, request: BaselineRequest): Promise<readonly Drift[]> {
    const record = await this.read(request.target);
    const subject = this.subjectOf(request);
    if (!record || !owns(record.owners, owner)) {
      return [repairable(`the registry has no record of ${subject}`, 'it is recorded again')];
    }
    const { outdated } = await this.rollout.outdated(record);
    const reasons = new Map(record.failed.map(({ key, reason }) => [key, reason]));
    const idsOf = (accounts: typeof outdated) => accounts.map(({ record: { accountId = '' } }) => accountId);
    const deferred = outdated.filter(({ key }) => !reasons.has(key));
    const failed = outdated.filter(({ key }) => reasons.has(key));
    return [
      ...(deferred.length > 0 ? [{
        ...repairable(`accounts ${someOf(idsOf(deferred), ', ')} do not have ${subject}`, 'they are updated'),
        // the daily check does not resume an update that has stopped: first a person removes the cause
        ...(!isStopped(record) && { isDeferredUpdate: true as const }),
      }] : []),
      // a failed update alone is not repeated every day
      ...(failed.length > 0 ? [repairable(
        `${subject} could not be applied: `
          + someOf(failed.map(({ key, record: { accountId } }) => `account ${accountId}: ${reasons.get(key)}`), '; '),
        'the accounts are updated again',
      )] : []),
    ];
  }

  public async requestRepair(owner: Owner, request: BaselineRequest): Promise<void> {
    const record = await this.read(request.target);
    await this.begin(record, withOwner(record?.owners ?? [], owner, request), request, 'repair');
  }

  /** Records that the accounts are to be updated. */
  private async begin(
    record: Versioned<BaselineRecord> | undefined,
    owners: BaselineRecord['owners'],
    request: BaselineRequest,
    cause?: BaselineRecord['cause'],
  ): Promise<void> {
    const attempt = Math.max(this.context.now(), (record?.attempt ?? 0) + 1);
    const { target } = request;
    await this.write({
      target, owners, request, attempt, updating: [], failed: [], deferred: [], ...(cause && { cause }),
    }, record?.version);
  }

  /** The first baseline of an organization gives this function a policy just before, which IAM may not know yet. */
  private async firstRead(target: string) {
    try {
      return await this.read(target);
    } catch (error) {
      this.deniedAt ??= this.context.now();
      throw retryWhileRolePropagates(error, this.context.now() - this.deniedAt);
    }
  }

  private async read(target: string): Promise<Versioned<BaselineRecord> | undefined> {
    return this.registry.read<BaselineRecord>(baselineKey(target));
  }

  private async write(record: BaselineRecord, version: number | undefined): Promise<void> {
    await this.registry.write<BaselineRecord>(baselineKey(record.target), record, version);
  }
}

/** Whether more updates have failed than may fail, so that no further account is updated. */
function isStopped({ failed, request, cause }: BaselineRecord): boolean {
  return cause === undefined && failed.length > Number(request.maxFailedUpdates);
}

function someOf(all: readonly string[], separator: string): string {
  const more = all.length > MAX_NAMED ? ` and ${all.length - MAX_NAMED} more` : '';
  return `${all.slice(0, MAX_NAMED).join(separator)}${more}`;
}
