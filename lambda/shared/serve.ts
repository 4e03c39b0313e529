import { Logger } from '@aws-lambda-powertools/logger';
import type { IsAwaited } from './awaited';
import { awaitedByCloudFormation } from './awaited';
import { isDenied, isTransient } from './errors';
import type { Lifecycle, Owner, Progress } from './lifecycle';
import { NOT_YET } from './lifecycle';
import { PROPAGATION } from './propagation';
import type { Outcome, ResourceRequest } from '../../src/kinds/contract';
import type { Registry, Versioned } from '../registry/registry';
import { currentRequest, requestKey } from '../registry/request';
import type { RequestRecord } from '../registry/request';

/** The handler of a kind's function: one look at a resource. */
export type KindHandler = (request: ResourceRequest) => Promise<Outcome>;

/** CloudFormation stops to listen after an hour; before that it must be told why. */
const LONGEST_WAIT = 55 * 60_000;

/** Until a call that failed for now is tried again. */
const RETRY_SECONDS = 5;

const logger = new Logger({ serviceName: 'org-environments' });

/** Turns a lifecycle into the handler that the waiter invokes until the resource is complete. */
export function serve<Request, Result extends object>(
  lifecycle: Lifecycle<Request, Result>, registry: Registry,
  isAwaited: IsAwaited = awaitedByCloudFormation(), now: () => number = Date.now,
): KindHandler {
  const looks = new Looks(lifecycle, registry, isAwaited, now);
  return async request => looks.look(request);
}

class Looks<Request, Result extends object> {
  public constructor(
    private readonly lifecycle: Lifecycle<Request, Result>, private readonly registry: Registry,
    private readonly isAwaited: IsAwaited, private readonly now: () => number,
  ) {}

  public async look(request: ResourceRequest): Promise<Outcome> {
    const { requestId, logicalId } = request;
    const owner: Owner = { id: request.ownerId, stackId: request.stackId, logicalId };
    let record: Versioned<RequestRecord> | undefined;
    try {
      record = await this.currentRequest(request, owner);
      const progress = await this.reconcile(request, owner, record);
      if (progress.done) return { state: 'complete', data: { ...progress.result } };
      return this.isTooLate(record) ? failed(tooLate(logicalId)) : { state: 'waiting', seconds: this.atMost(progress.seconds, record) };
    } catch (error) {
      if (!isTransient(error)) {
        logger.error('failed', { logicalId, requestId, error: error instanceof Error ? error : String(error) });
        return failed(messageOf(error));
      }
      logger.warn('not yet', { logicalId, requestId, error: `${error.name}: ${error.message}` });
      return this.isTooLate(record) ? failed(tooLate(logicalId, error)) : { state: 'waiting', seconds: RETRY_SECONDS };
    }
  }

  private async currentRequest(request: ResourceRequest, owner: Owner): Promise<Versioned<RequestRecord>> {
    const key = requestKey(owner.id);
    await this.registry.prefetch([key, ...this.lifecycle.recordsOf?.(this.wanted(request.properties)) ?? []]);
    return currentRequest(await this.registry.read<RequestRecord>(key), request.requestId, request.logicalId);
  }

  private async reconcile(
    request: ResourceRequest, owner: Owner, record: Versioned<RequestRecord>,
  ): Promise<Progress<Result | void>> {
    const wanted = this.wanted(request.properties);
    if (record.begun !== request.requestId && !await this.begin(request, owner, record)) return NOT_YET;
    return request.requestType === 'Delete' ? this.lifecycle.reconcileDelete(owner, wanted) : this.lifecycle.reconcile(owner, wanted);
  }

  /** The look after a long wait must not come after the last moment at which a failure can still be answered. */
  private atMost(seconds: number, { arrivedAt }: RequestRecord): number {
    return Math.max(1, Math.min(seconds, Math.ceil((arrivedAt + LONGEST_WAIT - this.now()) / 1000) + 1));
  }

  private isTooLate(record: RequestRecord | undefined): boolean {
    return record !== undefined && this.now() - record.arrivedAt > LONGEST_WAIT;
  }

  /** Writes down what is wanted, together with the mark that it was written, at the first look that may do so. */
  private async begin(request: ResourceRequest, owner: Owner, record: Versioned<RequestRecord>): Promise<boolean> {
    if (request.requestType !== 'Delete' && !await this.mayBegin(owner, this.now() - record.arrivedAt)) return false;
    const { version, ...rest } = record;
    await this.registry.together(async () => {
      await this.writeDown(request, owner);
      await this.registry.write<RequestRecord>(requestKey(owner.id), { ...rest, begun: request.requestId }, version);
    });
    return true;
  }

  /**
   * Lambda may deliver a request long after CloudFormation has given it up, and an account that was made for it then
   * would belong to no one. What CloudFormation shows may be a moment old, and so may be the right to see it.
   */
  private async mayBegin(owner: Owner, age: number): Promise<boolean> {
    try {
      if (await this.isAwaited(owner)) return true;
    } catch (error) {
      if (!isDenied(error) || age > PROPAGATION) throw error;
    }
    logger.warn('not awaited', { logicalId: owner.logicalId });
    if (age <= PROPAGATION) return false;
    throw new Error(`CloudFormation no longer waits for '${owner.logicalId}' (cancelled or timed out); nothing was started: deploy again`);
  }

  private async writeDown({ requestType, properties, oldProperties = {} }: ResourceRequest, owner: Owner): Promise<void> {
    logger.info(requestType, { ...owner });
    const wanted = this.wanted(properties);
    switch (requestType) {
      case 'Create': return this.lifecycle.requestCreate(owner, wanted);
      case 'Update': return this.lifecycle.requestUpdate(owner, wanted, this.wanted(oldProperties));
      case 'Delete': return this.lifecycle.requestDelete(owner, wanted);
    }
  }

  /** That the properties are of the contract's type is held by the construct, which compiles against it. */
  private wanted(properties: Readonly<Record<string, unknown>>): Request {
    return properties as Request;
  }
}

function failed(reason: string): Outcome {
  return { state: 'failed', reason };
}

/** What was declared may be right, so the user needs to know that trying again is enough. */
function tooLate(logicalId: string, error?: Error): string {
  const last = error ? `; the last error was ${error.name}: ${error.message}` : '';
  return `'${logicalId}' is not complete after ${LONGEST_WAIT / 60_000} minutes${last}; deploy again in some minutes`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
