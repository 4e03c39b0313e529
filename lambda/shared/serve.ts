import { isDeepStrictEqual } from 'node:util';
import { Logger } from '@aws-lambda-powertools/logger';
import { withDeletionAdvice } from './advice';
import type { CustomResourceStatus } from './cfn-status';
import { cloudFormationStatus } from './cfn-status';
import { isAccessDenied, isTransient } from './errors';
import { withFormerOwners } from './former-owners';
import type { Lifecycle, Owner, Progress } from './lifecycle';
import { waitFor } from './lifecycle';
import { MAX_PROPAGATION } from './propagation';
import { Reconciliation } from './reconciliation';
import { withSessionName } from './session-name';
import type { WaitingOutcome } from './waiting';
import { previousWait, TimedOutError, waiting, waitingAfter } from './waiting';
import type { Outcome, ReconcileRequest, ResourceRequest, Wait } from '../../src/kinds/contract';
import { driftKey } from '../registry/drift';
import type { Registry, Versioned } from '../registry/registry';
import { currentRequest, requestKey } from '../registry/request';
import type { RequestRecord } from '../registry/request';
import type { ResourceRecord } from '../registry/resource';
import { resourceKey } from '../registry/resource';

const NOUNS = { Create: 'creation', Update: 'update', Delete: 'deletion' } as const;

type RequestType = ResourceRequest['requestType'];

/** The handler of a kind's function: it does one step of the work on a resource. */
export type KindHandler = (request: ResourceRequest | ReconcileRequest) => Promise<Outcome>;

/**
 * Maximum time of a request. CloudFormation stops waiting after an hour: the failure and its reason must be reported
 * before that. Accounts and stacks have shorter limits of their own.
 */
const MAX_REQUEST_TIME = 55 * 60_000;

const UNCONFIRMED = waitFor('CloudFormation to confirm the request');

const logger = new Logger({ serviceName: 'org-environments' });

/** Turns a lifecycle into the handler that the waiter invokes until the resource is complete. */
export function serve<Request, Result extends object>(
  lifecycle: Lifecycle<Request, Result>,
  registry: Registry,
  status: CustomResourceStatus = cloudFormationStatus(),
  now: () => number = Date.now,
): KindHandler {
  const requests = new RequestHandler(lifecycle, registry, status, now);
  const reconciliation = new Reconciliation(lifecycle, registry, status, now);
  return async request =>
    withSessionName(subjectOf(request), request.requestId, async () =>
      'basedOn' in request ? reconciliation.handle(request) : requests.handle(request),
    );
}

/** The environment, if the request names it, or the account. */
function subjectOf({ properties, logicalId }: ResourceRequest | ReconcileRequest): string {
  const { environmentName, environment, accountName } = properties;
  const { environmentName: nested }: { environmentName?: unknown } = environment ?? {};
  return [environmentName, nested, accountName].find(name => typeof name === 'string') ?? logicalId;
}

class RequestHandler<Request, Result extends object> {
  public constructor(
    private readonly lifecycle: Lifecycle<Request, Result>,
    private readonly registry: Registry,
    private readonly status: CustomResourceStatus,
    private readonly now: () => number,
  ) {}

  public async handle(request: ResourceRequest): Promise<Outcome> {
    const { requestId, logicalId } = request;
    const owner: Owner = { id: request.ownerId, stackId: request.stackId, logicalId };
    const before = previousWait(request, this.now());
    let record: Versioned<RequestRecord> | undefined;
    try {
      record = await this.currentRequest(request, owner);
      const progress = await this.reconcile(request, owner, record);
      if (!progress.done) return this.wait(request, waiting(progress, before, this.now()), record);
      const { result, deferred, note } = progress;
      return {
        state: 'complete',
        data: { ...result },
        ...(deferred !== undefined && { deferred }),
        ...(note !== undefined && { note }),
      };
    } catch (error) {
      if (isTransient(error)) return this.wait(request, waitingAfter(error, before), record);
      logger.error('request failed', { logicalId, requestId, error: error instanceof Error ? error : String(error) });
      return failed(request, error instanceof TimedOutError ? error.after(before) : messageOf(error));
    }
  }

  /** Waits, and says so in the log; fails when CloudFormation does not wait much longer. */
  private wait(request: ResourceRequest, outcome: WaitingOutcome, record: RequestRecord | undefined): Outcome {
    const { logicalId, requestId } = request;
    const { wait } = outcome;
    // without a record, the registry could not be read since the first step
    const arrivedAt = record?.arrivedAt ?? wait.startedAt;
    if (this.now() - arrivedAt > MAX_REQUEST_TIME) return failed(request, this.timedOut(request, wait));
    const seconds = this.capped(outcome.seconds, arrivedAt);
    const { waitsFor, failures, lastError } = wait;
    if (failures > 0) logger.warn('transient error; retrying', { logicalId, requestId, seconds, error: lastError });
    else logger.info('waiting', { logicalId, requestId, seconds, waitsFor, ...(lastError && { lastError }) });
    return { ...outcome, seconds };
  }

  /** The declaration may be right, so the message says that another deployment may be enough. */
  private timedOut({ logicalId, properties }: ResourceRequest, wait: Wait): string {
    const subject = this.lifecycle.subjectOf?.(this.propertiesOf(properties));
    const reason = wait.waitsFor === undefined ? '' : `: it waits for ${wait.waitsFor}`;
    const problem = `${subject ? `${subject} ('${logicalId}')` : `'${logicalId}'`} is not complete after `
      + `${MAX_REQUEST_TIME / 60_000} minutes${reason}`;
    return new TimedOutError(problem, 'deploy again in a few minutes').after(wait);
  }

  private async currentRequest(request: ResourceRequest, owner: Owner): Promise<Versioned<RequestRecord>> {
    const key = requestKey(owner.id);
    await this.registry.prefetch([
      key,
      resourceKey(owner.id),
      driftKey(owner.id),
      ...(this.lifecycle.recordKeys?.(this.propertiesOf(request.properties)) ?? []),
    ]);
    return currentRequest(await this.registry.read<RequestRecord>(key), request.requestId, request.logicalId);
  }

  private async reconcile(
    request: ResourceRequest,
    owner: Owner,
    record: Versioned<RequestRecord>,
  ): Promise<Progress<Result | void>> {
    const requested = this.propertiesOf(request.properties);
    if (record.started !== request.requestId && !(await this.start(request, owner, record))) return UNCONFIRMED;
    return request.requestType === 'Delete'
      ? this.lifecycle.reconcileDelete(owner, requested)
      : this.lifecycle.reconcile(owner, requested);
  }

  /** The next step must come while a failure can still be reported. */
  private capped(seconds: number, arrivedAt: number): number {
    return Math.max(1, Math.min(seconds, Math.ceil((arrivedAt + MAX_REQUEST_TIME - this.now()) / 1000) + 1));
  }

  /** Records what is requested, once for each request. */
  private async start(request: ResourceRequest, owner: Owner, record: Versioned<RequestRecord>): Promise<boolean> {
    if (!(await this.mayStart(owner, request.requestType, this.now() - record.arrivedAt))) return false;
    const { version, ...rest } = record;
    const known = await this.registry.read<ResourceRecord>(resourceKey(owner.id));
    // a creation that was rejected has left no record; without its request, the registry is empty or older
    const mayBeLost = known !== undefined || record.ids.length === 1;
    if (mayBeLost) await this.recover(request, owner, known);
    await this.requestFormer(request, owner, known);
    const { lifecycle, registry, status } = this;
    const requested = this.propertiesOf(request.properties);
    await withFormerOwners({ lifecycle, registry, status }, owner, requested, async of =>
      registry.transaction(async () => {
        await this.requestChange(request, of);
        await this.saveRequested(request, known);
        await registry.write<RequestRecord>(requestKey(owner.id), { ...rest, started: request.requestId }, version);
      }));
    return true;
  }

  /** Restores the records of what is deleted: the resource, or its former place when it moves. */
  private async recover(
    { requestType, properties, oldProperties }: ResourceRequest,
    owner: Owner,
    known: ResourceRecord | undefined,
  ): Promise<void> {
    if (requestType === 'Delete') return this.lifecycle.recover?.(owner, this.propertiesOf(properties));
    if (requestType !== 'Update' || !oldProperties) return;
    await this.lifecycle.recover?.(owner, this.propertiesOf(oldProperties), {
      next: this.propertiesOf(properties),
      isRollback: known !== undefined && isDeepStrictEqual(known.properties, properties),
    });
  }

  /** Keeps what is requested, with which the resource is compared later. */
  private async saveRequested(
    request: ResourceRequest,
    known: Versioned<ResourceRecord> | undefined,
  ): Promise<void> {
    const { requestType, requestId, resourceType, ownerId, stackId, logicalId, properties } = request;
    const key = resourceKey(ownerId);
    if (requestType !== 'Delete') {
      if (resourceType === undefined) return;
      const record = { resourceType, requestId, ownerId, stackId, logicalId, properties };
      await this.registry.write<ResourceRecord>(key, record, known?.version);
      return;
    }
    if (known) await this.registry.remove(key, known.version);
    const drift = await this.registry.read(driftKey(ownerId));
    if (drift) await this.registry.remove(driftKey(ownerId), drift.version);
  }

  /**
   * Lambda may deliver a request after CloudFormation has stopped waiting for it, and a principal that may invoke the
   * entry function can forge one. An account that is created then would have no owner, and an environment that is
   * deleted then is in use. The status, and the permission to read it, may be some seconds old.
   */
  private async mayStart(owner: Owner, requestType: RequestType, age: number): Promise<boolean> {
    try {
      if (await this.status.isInProgress(owner, requestType)) return true;
    } catch (error) {
      if (!isAccessDenied(error) || age > MAX_PROPAGATION) throw error;
    }
    logger.warn('CloudFormation does not wait for the resource', { logicalId: owner.logicalId, requestType });
    if (age <= MAX_PROPAGATION) return false;
    throw new Error(
      `nothing was started, because CloudFormation does not wait for the ${NOUNS[requestType]} of '${owner.logicalId}' `
        + '(it was cancelled or has timed out): deploy again to apply what the app declares now',
    );
  }

  private async requestChange(
    { requestType, properties, oldProperties = {} }: ResourceRequest,
    owner: Owner,
  ): Promise<void> {
    logger.info(requestType, { ...owner });
    const requested = this.propertiesOf(properties);
    switch (requestType) {
      case 'Create':
        return this.lifecycle.requestCreate(owner, requested);
      case 'Update':
        return this.lifecycle.requestUpdate(owner, requested, this.propertiesOf(oldProperties));
      case 'Delete':
        return this.lifecycle.requestDelete(owner, requested);
    }
  }

  private async requestFormer(
    { requestType, resourceType, properties, oldProperties = properties }: ResourceRequest,
    owner: Owner,
    known: ResourceRecord | undefined,
  ): Promise<void> {
    // the rollback of an update that was not started requests what is known
    const isKnown = [oldProperties, properties].some(other => isDeepStrictEqual(known?.properties, other));
    if (known === undefined || known.resourceType !== resourceType || isKnown) return;
    const [requested, former] = [this.propertiesOf(properties), this.propertiesOf(known.properties)];
    await this.lifecycle.requestFormer?.(owner, requested, former, requestType === 'Create');
  }

  /** The construct compiles against the contract, so the properties have its type. */
  private propertiesOf(properties: Readonly<Record<string, unknown>>): Request {
    return properties as Request;
  }
}

function failed({ requestType }: ResourceRequest, reason: string): Outcome {
  return { state: 'failed', reason: requestType === 'Delete' ? withDeletionAdvice(reason) : reason };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
