import { createHash } from 'node:crypto';
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceUpdateEvent } from 'aws-lambda';
import { answerOf, failure } from './answer';
import type { CloudFormationAnswer } from './answer';
import type { Outside } from './aws';
import type { AnswerRequest, ResourceRequest } from '../../src/kinds/contract';
import type { Registry } from '../registry/registry';
import { answerKey, noteRequest } from '../registry/request';
import type { AnswerRecord } from '../registry/request';
import { isRefused } from '../shared/errors';
import { retryWhileRolePropagates } from '../shared/propagation';

/** Step Functions passes 256 KiB from state to state: the properties, those before an update, and the outcome of a look. */
const MOST_BYTES = 100_000;

type Properties = Readonly<Record<string, unknown>>;

/** Receives the requests of CloudFormation for all kinds, and answers them when the waiter says so. */
export class Entry {
  public constructor(
    private readonly registry: Registry, private readonly outside: Outside,
    private readonly functions: Readonly<Record<string, string>>, private readonly now: () => number = Date.now,
  ) {}

  /** Notes a request and starts the waiter under its id, so that a second delivery of the request starts nothing. */
  public async receive(event: CloudFormationCustomResourceEvent): Promise<void> {
    const { ResponseURL: responseUrl, ResourceType: type } = event;
    const request = requestOf(event);
    const { [type]: functionArn } = this.functions;
    if (!functionArn) {
      const known = Object.keys(this.functions).join(', ');
      await this.put(responseUrl, failure(request, `this organization has no custom resource of type '${type}': it has ${known}; `
        + 'deploy the Organization of the version that the app uses'));
      return;
    }
    const { ownerId, requestId, requestType } = request;
    if (bytesOf(request.properties) > MOST_BYTES) {
      await this.put(responseUrl, tooLong(request));
      return;
    }
    let arrivedAt = this.now();
    try {
      ({ arrivedAt } = await noteRequest(this.registry, { ownerId, requestId, responseUrl, isFirst: requestType === 'Create' }, arrivedAt));
      await this.outside.start(requestId, { functionArn, request });
    } catch (error) {
      // the role of this function is as new as the organization
      const kept = retryWhileRolePropagates(error, this.now() - arrivedAt);
      // refused: nothing was started, so nothing else will answer
      if (!isRefused(kept)) throw kept;
      await this.put(responseUrl, failure(request, `the waiter could not be started: ${kept.name}: ${kept.message}; `
        + 'deploy the Organization again'));
    }
  }

  public async answer(answer: AnswerRequest): Promise<CloudFormationAnswer | undefined> {
    const record = await this.registry.read<AnswerRecord>(answerKey(answer.request.requestId));
    // CloudFormation stopped to listen a day ago
    if (!record) return undefined;
    const made = answerOf(answer);
    await this.put(record.responseUrl, made);
    return made;
  }

  private async put(responseUrl: string, answer: CloudFormationAnswer): Promise<void> {
    await this.outside.put(responseUrl, JSON.stringify(answer));
  }
}

function requestOf(event: CloudFormationCustomResourceEvent): ResourceRequest {
  const { StackId: stackId, LogicalResourceId: logicalId, RequestId: requestId, RequestType: requestType } = event;
  const ownerId = ownerIdOf(event);
  return {
    requestId,
    requestType,
    stackId,
    logicalId,
    ownerId,
    physicalId: event.RequestType === 'Create' ? ownerId : event.PhysicalResourceId,
    properties: propertiesOf(event.ResourceProperties),
    ...(event.RequestType === 'Update' && { oldProperties: oldPropertiesOf(event) }),
  };
}

/** An update to properties that are too long was refused before anything was done: its rollback changes nothing. */
function oldPropertiesOf({ ResourceProperties, OldResourceProperties }: CloudFormationCustomResourceUpdateEvent): Properties {
  const before = propertiesOf(OldResourceProperties);
  return bytesOf(before) > MOST_BYTES ? propertiesOf(ResourceProperties) : before;
}

/** Nothing was ever done with such properties, so there is nothing to delete. */
function tooLong(request: ResourceRequest): CloudFormationAnswer {
  if (request.requestType === 'Delete') return answerOf({ request, outcome: { state: 'complete', data: {} } });
  return failure(request, `the properties of '${request.logicalId}' have ${bytesOf(request.properties)} bytes, but at most ${MOST_BYTES} are allowed: `
    + 'shorten its parameters or tags, or divide it into several resources');
}

function bytesOf(properties: Properties): number {
  return Buffer.byteLength(JSON.stringify(properties));
}

/** The physical id is known before anything is done, and never changes: it is derived from what CloudFormation says. */
function ownerIdOf(event: CloudFormationCustomResourceEvent): string {
  const { StackId: stackId, LogicalResourceId: logicalId } = event;
  // CloudFormation deletes a creation that it did not wait for under an id of its own. Otherwise the id stays, even if
  // the resource was moved to another stack or logical id.
  if (event.RequestType !== 'Create' && /-[0-9a-f]{16}$/.test(event.PhysicalResourceId)) return event.PhysicalResourceId;
  const hash = createHash('sha256').update(`${stackId}\n${logicalId}`).digest('hex').slice(0, 16);
  return `${logicalId.slice(0, 64)}-${hash}`;
}

function propertiesOf(properties: Properties): Properties {
  const { ServiceToken, ServiceTimeout, ...rest } = properties;
  return rest;
}
