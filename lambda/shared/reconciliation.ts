import { Logger } from '@aws-lambda-powertools/logger';
import { withReconcileAdvice } from './advice';
import type { IsInProgress } from './cfn-status';
import { isTransient } from './errors';
import type { Lifecycle, Owner } from './lifecycle';
import { previousWait, waiting, waitingAfter } from './waiting';
import type { CheckResult, Outcome, ReconcileRequest } from '../../src/kinds/contract';
import type { DriftRecord } from '../registry/drift';
import { driftKey } from '../registry/drift';
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
    private readonly isInProgress: IsInProgress,
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
      return this.end(request, withReconcileAdvice(reason));
    }
  }

  private async check(request: ReconcileRequest, owner: Owner): Promise<Outcome> {
    const isCurrent = (await this.lastRequest(owner))?.ids.at(-1) === request.basedOn;
    if (!isCurrent || (await this.isInProgress(owner, 'Check'))) return complete({ drifts: [], isBusy: true });
    const drifts = await this.lifecycle.check(owner, this.propertiesOf(request));
    const record = await this.registry.read<DriftRecord>(driftKey(owner.id));
    const { repair, failure } = record ?? {};
    await this.save(request, record, {
      drifts,
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
    if (!record.repair.isStarted && !(await this.start(request, owner, record, last))) {
      return this.end(request, 'a deployment is in progress: try again when it is complete');
    }
    const progress = await this.lifecycle.reconcile(owner, this.propertiesOf(request));
    if (progress.done) return this.end(request);
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
  ): Promise<boolean> {
    if (await this.isInProgress(owner, 'Repair')) return false;
    const { requestId, requestedAt: since } = request;
    await this.registry.transaction(async () => {
      await this.lifecycle.requestRepair(owner, this.propertiesOf(request));
      const { version, ...rest } = drift;
      const repair = { requestId, since, isStarted: true } as const;
      await this.registry.write<DriftRecord>(driftKey(owner.id), { ...rest, repair }, version);
      // unchanged, but the transaction fails if a request of CloudFormation has arrived
      const { version: lastVersion, ...unchanged } = last;
      await this.registry.write<RequestRecord>(requestKey(owner.id), unchanged, lastVersion);
    });
    return true;
  }

  /** Records the end of a repair, and what differs then. */
  private async end(request: ReconcileRequest, failure?: string): Promise<Outcome> {
    const owner: Owner = { id: request.ownerId, stackId: request.stackId, logicalId: request.logicalId };
    const record = await this.registry.read<DriftRecord>(driftKey(owner.id));
    if (record?.repair?.requestId !== request.requestId) return failed(failure ?? 'superseded by another repair');
    const drifts = failure === undefined
      ? await this.lifecycle.check(owner, this.propertiesOf(request))
      : record.drifts;
    await this.save(request, record, { drifts, ...(failure !== undefined && { failure }) });
    return failure === undefined ? complete({ drifts }) : failed(failure);
  }

  /** A resource that was deleted in the meantime has no record. */
  private async save(
    { ownerId, resourceType, logicalId, environmentName }: ReconcileRequest,
    record: Versioned<DriftRecord> | undefined,
    change: Pick<DriftRecord, 'drifts' | 'repair' | 'failure'>,
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

function complete(data: CheckResult): Outcome {
  return { state: 'complete', data };
}

function failed(reason: string): Outcome {
  return { state: 'failed', reason };
}
