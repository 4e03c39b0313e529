import { Logger } from '@aws-lambda-powertools/logger';
import { withReconcileAdvice } from './advice';
import type { CustomResourceStatus } from './cfn-status';
import { isTransient } from './errors';
import { withFormerOwners } from './former-owners';
import type { Lifecycle, Owner } from './lifecycle';
import { previousWait, waiting, waitingAfter } from './waiting';
import type { CheckResult, Outcome, ReconcileRequest } from '../../src/kinds/contract';
import type { Drift } from '../../src/operations/contract';
import type { DriftRecord, Repair } from '../registry/drift';
import { driftKey, findingsOf } from '../registry/drift';
import { stackNameOf } from '../registry/owners';
import type { Registry, Versioned } from '../registry/registry';
import type { RequestRecord } from '../registry/request';
import { requestKey } from '../registry/request';
import type { ResourceRecord } from '../registry/resource';
import { resourceKey } from '../registry/resource';

/** Maximum time of a repair, as of a request of CloudFormation. */
const MAX_REPAIR_TIME = 55 * 60_000;

const logger = new Logger({ serviceName: 'org-environments' });

/** Checks and repairs resources of a kind, while CloudFormation does not change them. */
export class Reconciliation<Request, Result extends object> {
  public constructor(
    private readonly lifecycle: Lifecycle<Request, Result>,
    private readonly registry: Registry,
    private readonly status: CustomResourceStatus,
    private readonly now: () => number,
  ) {}

  public async handle(request: ReconcileRequest): Promise<Outcome> {
    const { ownerId, stackId, logicalId, requestId, requestType } = request;
    const owner: Owner = { id: ownerId, stackId, logicalId };
    try {
      const keys = this.lifecycle.recordKeys?.(this.propertiesOf(request)) ?? [];
      await this.registry.prefetch([requestKey(ownerId), resourceKey(ownerId), driftKey(ownerId), ...keys]);
      return requestType === 'Check' ? await this.check(request, owner) : await this.repair(request, owner);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn(`${requestType} failed`, { logicalId, requestId, error: reason });
      if (requestType === 'Check') return { state: 'failed', reason };
      if (isTransient(error) && this.now() - request.requestedAt < MAX_REPAIR_TIME) {
        return waitingAfter(error, previousWait(request, this.now()));
      }
      return this.end(request, withReconcileAdvice(reason, request.environmentName));
    }
  }

  private async check(request: ReconcileRequest, owner: Owner): Promise<Outcome> {
    const isCurrent = (await this.lastRequest(owner))?.ids.at(-1) === request.basedOn;
    const state = isCurrent ? await this.status.stateOf(owner) : 'in progress';
    if (state === 'in progress') return complete({ drifts: [], isBusy: true });
    const drifts = state === 'removed'
      ? [removed(owner)]
      : await this.lifecycle.check(owner, this.propertiesOf(request));
    const record = await this.registry.read<DriftRecord>(driftKey(owner.id));
    const { repair, failure, reported } = record ?? {};
    await this.save(request, record, {
      drifts,
      ...(reported && { reported }),
      ...(repair && { repair }),
      ...(failure && drifts.length > 0 && { failure }),
    });
    return complete({ drifts });
  }

  private async repair(request: ReconcileRequest, owner: Owner): Promise<Outcome> {
    const record = await this.registry.read<DriftRecord>(driftKey(owner.id));
    const last = await this.lastRequest(owner);
    // a newer request of CloudFormation makes the resource as it is declared now; a newer repair replaces this one
    if (last?.ids.at(-1) !== request.basedOn) return this.end(request, 'superseded by a deployment');
    if (record?.repair?.requestId !== request.requestId) return failed('superseded by another repair');
    const repair = record.repair.isStarted ? record.repair : await this.start(request, owner, record, last);
    if (!repair) return this.end(request, 'a deployment is in progress: try again when it is complete');
    const { isRemoval } = repair;
    const progress = isRemoval
      ? await this.lifecycle.reconcileDelete(owner, this.propertiesOf(request))
      : await this.lifecycle.reconcile(owner, this.propertiesOf(request));
    if (progress.done) {
      const { deferred } = progress;
      if (isRemoval) return this.forget(request);
      return this.end(request, deferred && withReconcileAdvice(deferred, request.environmentName));
    }
    const outcome = waiting(progress, previousWait(request, this.now()), this.now());
    if (this.now() - request.requestedAt < MAX_REPAIR_TIME) return outcome;
    return this.end(request, `'${owner.logicalId}' is not repaired after ${MAX_REPAIR_TIME / 60_000} minutes: it waits `
      + `for ${progress.waitsFor}${outcome.wait.lastError ? `; the last error was ${outcome.wait.lastError}` : ''}`);
  }

  private async start(
    request: ReconcileRequest,
    owner: Owner,
    drift: Versioned<DriftRecord>,
    last: Versioned<RequestRecord>,
  ): Promise<Repair | undefined> {
    const state = await this.status.stateOf(owner);
    if (state === 'in progress') return undefined;
    const isRemoval = state === 'removed';
    // a person has consented to the repair of what a check has found
    if (isRemoval && !drift.drifts.some(found => found.isRemoval)) {
      throw new Error(`'${owner.logicalId}' was removed from its stack since the last check: check it again`);
    }
    const { requestId, requestedAt: since } = request;
    const { version, ...rest } = drift;
    const repair: Repair = { requestId, since, isStarted: true, ...(isRemoval && { isRemoval }) };
    const properties = this.propertiesOf(request);
    const { lifecycle, registry, status } = this;
    const parts = { lifecycle, registry, status };
    if (isRemoval) await lifecycle.recover?.(owner, properties);
    await withFormerOwners(parts, owner, properties, async of => registry.transaction(async () => {
      if (isRemoval) await lifecycle.requestDelete(of, properties);
      else await lifecycle.requestRepair(of, properties);
      await registry.write<DriftRecord>(driftKey(owner.id), { ...rest, repair }, version);
      // unchanged, but the transaction fails if a request of CloudFormation has arrived
      const { version: lastVersion, ...unchanged } = last;
      await registry.write<RequestRecord>(requestKey(owner.id), unchanged, lastVersion);
    }));
    return repair;
  }

  /** The resource was removed, so nothing is compared any more. */
  private async forget({ ownerId, requestId }: ReconcileRequest): Promise<Outcome> {
    const resource = await this.registry.read<ResourceRecord>(resourceKey(ownerId));
    const drift = await this.registry.read<DriftRecord>(driftKey(ownerId));
    if (drift?.repair?.requestId === requestId) await this.registry.remove(driftKey(ownerId), drift.version);
    if (resource) await this.registry.remove(resourceKey(ownerId), resource.version);
    return complete({ drifts: [] });
  }

  /** Records the end of a repair, and what differs then. */
  private async end(request: ReconcileRequest, failure?: string): Promise<Outcome> {
    const owner: Owner = { id: request.ownerId, stackId: request.stackId, logicalId: request.logicalId };
    const record = await this.registry.read<DriftRecord>(driftKey(owner.id));
    if (record?.repair?.requestId !== request.requestId) return failed(failure ?? 'superseded by another repair');
    const drifts = failure === undefined
      ? await this.lifecycle.check(owner, this.propertiesOf(request))
      : record.drifts;
    // the history says that it is repaired; what differs still, or differs now, is new only if it was not reported
    const found = findingsOf({ drifts });
    const reported = record.reported?.filter(finding => failure !== undefined || found.includes(finding));
    await this.save(request, record, {
      drifts,
      ...(reported && { reported }),
      ...(failure !== undefined && { failure, ...(record.problem !== undefined && { problem: record.problem }) }),
    });
    return failure === undefined ? complete({ drifts }) : failed(failure);
  }

  /** A resource that was deleted in the meantime has no record. */
  private async save(
    { ownerId, resourceType, logicalId, environmentName }: ReconcileRequest,
    record: Versioned<DriftRecord> | undefined,
    change: Pick<DriftRecord, 'drifts' | 'problem' | 'repair' | 'failure' | 'reported'>,
  ): Promise<void> {
    if (!(await this.registry.read<ResourceRecord>(resourceKey(ownerId)))) return;
    const resource = { ownerId, resourceType, logicalId, ...(environmentName && { environmentName }) };
    await this.registry.write<DriftRecord>(
      driftKey(ownerId),
      { ...resource, checkedAt: this.now(), ...change },
      record?.version,
    );
  }

  private async lastRequest({ id }: Owner): Promise<Versioned<RequestRecord> | undefined> {
    return this.registry.read<RequestRecord>(requestKey(id));
  }

  private propertiesOf({ properties }: ReconcileRequest): Request {
    return properties as Request;
  }
}

/** CloudFormation has no such resource, so it sends no request for it any more. */
function removed({ logicalId, stackId }: Owner): Drift {
  return {
    what: `'${logicalId}' was removed from stack '${stackNameOf({ stackId })}', but the registry still has it`,
    remedy:
      'its removal is completed: what it manages is deleted or released, as by a deployment without it; '
      + 'if it was moved to another stack, deploy a change of it instead',
    isRepairable: true,
    isRemoval: true,
  };
}

function complete(data: CheckResult): Outcome {
  return { state: 'complete', data };
}

function failed(reason: string): Outcome {
  return { state: 'failed', reason };
}
