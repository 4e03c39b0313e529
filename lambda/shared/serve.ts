import { createHash } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { IsAwaited } from './awaited';
import { awaitedByCloudFormation } from './awaited';
import { isNamed, isTransient } from './errors';
import type { Lifecycle, Owner } from './lifecycle';
import type { Registry } from '../registry/registry';
import { Requests } from '../registry/request';

export interface OnEventAnswer { readonly PhysicalResourceId: string }
export interface IsCompleteAnswer { readonly IsComplete: boolean; readonly Data?: object }

export interface Handlers {
  onEvent(event: CloudFormationCustomResourceEvent): Promise<OnEventAnswer>;
  isComplete(event: CloudFormationCustomResourceEvent): Promise<IsCompleteAnswer>;
}

/** How long onEvent tries, and how long it waits in between at most, in milliseconds. */
const PATIENCE = 40_000;
const LONGEST_PAUSE = 5000;

/** In milliseconds. */
const A_MOMENT = 60_000;

const logger = new Logger({ serviceName: 'org-environments' });

/**
 * Turns a lifecycle into the two handlers that the provider framework calls. onEvent only notes what was asked: if it did something
 * and the framework failed to go on, that would never be taken back, because the framework keeps the Delete of such a resource to itself.
 */
export function serve<Request, Result extends object>(
  lifecycle: Lifecycle<Request, Result>, registry: Registry, isAwaited = awaitedByCloudFormation(),
): Handlers {
  const requests = new Requests(registry);
  return {
    onEvent: async event => {
      const owner = ownerOf(event);
      log(event, owner);
      try {
        await patiently(() => requests.arrive(owner, event.RequestId));
        return { PhysicalResourceId: event.RequestType === 'Create' ? owner.id : event.PhysicalResourceId };
      } catch (error) {
        throw reported(error, owner);
      }
    },
    isComplete: async event => {
      const owner = ownerOf(event);
      const request = requestOf<Request>(event.ResourceProperties);
      try {
        const hasBegun = await requests.begin(owner, event.RequestId, async age => {
          if (event.RequestType !== 'Delete' && !await mayBegin(owner, isAwaited, age)) return false;
          await record(lifecycle, event, owner);
          return true;
        });
        if (!hasBegun) return { IsComplete: false };
        if (event.RequestType === 'Delete') return { IsComplete: await lifecycle.finishRemoval(owner, request) };
        const progress = await lifecycle.advance(owner, request);
        return progress.done ? { IsComplete: true, Data: progress.result } : { IsComplete: false };
      } catch (error) {
        if (!isTransient(error)) throw reported(error, owner);
        logger.warn('not yet', { logicalId: owner.logicalId, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
        return { IsComplete: false };
      }
    },
  };
}

/**
 * Lambda may bring a request again long after CloudFormation has given it up, and an account that was made for it then would be nobody's. What
 * CloudFormation shows may be a moment old, and so may be the right to look at it. @throws if it still does not wait for the resource after that
 */
async function mayBegin(owner: Owner, isAwaited: IsAwaited, age: number): Promise<boolean> {
  try {
    if (await isAwaited(owner)) return true;
  } catch (error) {
    if (!isNamed(error, 'AccessDenied') || age > A_MOMENT) throw error;
  }
  logger.warn('not awaited', { logicalId: owner.logicalId });
  if (age > A_MOMENT) throw new Error(`CloudFormation does not wait for '${owner.logicalId}' any more, so nothing is begun: deploy again`);
  return false;
}

function record<Request, Result>(lifecycle: Lifecycle<Request, Result>, event: CloudFormationCustomResourceEvent, owner: Owner): Promise<void> {
  const request = requestOf<Request>(event.ResourceProperties);
  switch (event.RequestType) {
    case 'Create': return lifecycle.create(owner, request);
    case 'Update': return lifecycle.update(owner, request, requestOf<Request>(event.OldResourceProperties));
    case 'Delete': return lifecycle.remove(owner, request);
  }
}

/**
 * onEvent cannot answer "not yet", as isComplete can: it tries again itself, for most of the minute that it has. CloudFormation asks for a removal
 * three times, one right after the other, and then forgets it for ever.
 */
async function patiently(action: () => Promise<void>): Promise<void> {
  const until = Date.now() + PATIENCE;
  for (let pause = 100; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await action();
    } catch (error) {
      if (!isTransient(error) || Date.now() + pause > until) throw error;
      await new Promise(resolve => setTimeout(resolve, pause * (1 + Math.random())));
    }
  }
}

/** The physical id must be known before anything else is, and must never change: it is derived from what CloudFormation says. */
function ownerOf(event: CloudFormationCustomResourceEvent): Owner {
  const { StackId: stackId, LogicalResourceId: logicalId } = event;
  const derived = `${logicalId.slice(0, 64)}-${createHash('sha256').update(`${stackId}\n${logicalId}`).digest('hex').slice(0, 16)}`;
  // A creation that CloudFormation did not wait for, because another resource failed or the hour was over, is deleted under a name that
  // CloudFormation has made up. Otherwise the id stays, even if the resource was moved to another stack or logical id.
  const isOurs = event.RequestType !== 'Create' && /-[0-9a-f]{16}$/.test(event.PhysicalResourceId);
  return { id: isOurs ? event.PhysicalResourceId : derived, stackId, logicalId };
}

/** The properties without what CloudFormation adds; that they are of the contract's type is held by the construct, which compiles against it. */
function requestOf<Request>(properties: Readonly<Record<string, unknown>>): Request {
  const { ServiceToken, ServiceTimeout, ...request } = properties;
  return request as Request;
}

/** What CloudFormation shows is the message alone: a stack trace through a bundle helps nobody there, so it stays in the log. */
function reported(error: unknown, owner: Owner): Error {
  const cause = error instanceof Error ? error : new Error(String(error));
  logger.error('failed', { logicalId: owner.logicalId, error: cause });
  // nothing is wrong with what was declared, so the user cannot know what to do
  const words = isTransient(cause) ? `${cause.name}: ${cause.message}: AWS could not serve this just now; deploy again in some minutes` : cause.message;
  const bare = new Error(words);
  bare.stack = `Error: ${words}`;
  return bare;
}

/** Never the whole event: whoever knows its ResponseURL can answer in our name. */
function log(event: CloudFormationCustomResourceEvent, owner: Owner): void {
  logger.info(event.RequestType, { ...owner, requestId: event.RequestId });
}
