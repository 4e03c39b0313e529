import { createHash } from 'node:crypto';
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceUpdateEvent } from 'aws-lambda';
import type { Outbound } from './aws';
import { historyEntry } from './history';
import { responseOf, failedResponse } from './response';
import type { CloudFormationResponse } from './response';
import type { ResponseRequest, ResourceRequest } from '../../src/kinds/contract';
import { REGISTRY_PROPERTY } from '../../src/kinds/contract';
import type { History } from '../history/history';
import type { Registry } from '../registry/registry';
import { arrivalOf, responseKey, recordRequest } from '../registry/request';
import type { ResponseRecord } from '../registry/request';
import { isPermanentAwsError } from '../shared/errors';
import { retryWhileRolePropagates } from '../shared/propagation';

/** Step Functions limits the data of a state to 256 KiB: the properties, those before an update, and the outcome. */
const MAX_BYTES = 100_000;

/** Checks and repairs are requested by the operations function only. */
const REQUEST_TYPES: readonly string[] = ['Create', 'Update', 'Delete'];

type Properties = Readonly<Record<string, unknown>>;

/** Receives the requests of CloudFormation for all kinds, and responds when the waiter returns the outcome. */
export class Entry {
  public constructor(
    private readonly registry: Registry,
    private readonly outbound: Outbound,
    private readonly functions: Readonly<Record<string, string>>,
    private readonly history: History,
    private readonly now: () => number = Date.now,
  ) {}

  /** Records a request, and starts the waiter under its id: a second delivery of the request starts nothing. */
  public async receive(event: CloudFormationCustomResourceEvent): Promise<void> {
    const { ResponseURL: responseUrl, ResourceType: type } = event;
    if (!REQUEST_TYPES.includes(event.RequestType)) {
      const known = REQUEST_TYPES.join(', ');
      throw new Error(`unknown request '${String(event.RequestType)}': CloudFormation sends ${known}`);
    }
    const request = requestOf(event);
    const { [type]: functionArn } = this.functions;
    if (!functionArn) {
      await this.putResponse(responseUrl, unknownTypeResponse(request, type, Object.keys(this.functions)));
      return;
    }
    const { ownerId, requestId, requestType } = request;
    if (bytesOf(request.properties) > MAX_BYTES) {
      await this.putResponse(responseUrl, tooLongResponse(request));
      return;
    }
    let arrivedAt = this.now();
    try {
      ({ arrivedAt } = await recordRequest(
        this.registry,
        { ownerId, requestId, responseUrl, isFirst: requestType === 'Create' },
        arrivedAt,
      ));
      await this.outbound.startWaiter(requestId, { functionArn, request });
    } catch (error) {
      // the role of this function may be new
      const failure = retryWhileRolePropagates(error, this.now() - arrivedAt);
      // nothing was started, so nothing else responds
      if (!isPermanentAwsError(failure)) throw failure;
      await this.putResponse(
        responseUrl,
        failedResponse(
          request,
          `cannot start the waiter: ${failure.name}: ${failure.message}; deploy the Organization again`,
        ),
      );
    }
  }

  public async respond(input: ResponseRequest): Promise<CloudFormationResponse | undefined> {
    const record = await this.registry.read<ResponseRecord>(responseKey(input.request.requestId));
    // CloudFormation stopped waiting a day ago
    if (!record) return undefined;
    const response = responseOf(input);
    const entry = historyEntry(input, response, arrivalOf(record));
    // before the response: then CloudFormation may delete this function
    if (entry) await this.history.record(entry);
    await this.putResponse(record.responseUrl, response);
    return response;
  }

  private async putResponse(responseUrl: string, response: CloudFormationResponse): Promise<void> {
    await this.outbound.putResponse(responseUrl, JSON.stringify(response));
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
    resourceType: event.ResourceType,
    ownerId,
    physicalId: event.RequestType === 'Create' ? ownerId : event.PhysicalResourceId,
    properties: propertiesOf(event.ResourceProperties),
    ...(event.RequestType === 'Update' && { oldProperties: oldPropertiesOf(event) }),
  };
}

/** An update to properties that are too long was rejected before anything changed, so its rollback changes nothing. */
function oldPropertiesOf({
  ResourceProperties,
  OldResourceProperties,
}: CloudFormationCustomResourceUpdateEvent): Properties {
  const before = propertiesOf(OldResourceProperties);
  return bytesOf(before) > MAX_BYTES ? propertiesOf(ResourceProperties) : before;
}

function unknownTypeResponse(
  request: ResourceRequest,
  type: string,
  knownTypes: readonly string[],
): CloudFormationResponse {
  return failedResponse(
    request,
    `unknown type of custom resource '${type}' (known are ${knownTypes.join(', ')}): `
      + 'deploy the Organization with the version of the library that the app uses',
  );
}

/** Such properties were never used, so there is nothing to delete. */
function tooLongResponse(request: ResourceRequest): CloudFormationResponse {
  if (request.requestType === 'Delete') return responseOf({ request, outcome: { state: 'complete', data: {} } });
  return failedResponse(
    request,
    `the properties of '${request.logicalId}' have ${bytesOf(request.properties)} bytes, `
      + `but the limit is ${MAX_BYTES}: shorten its parameters or tags, or split it into several resources`,
  );
}

function bytesOf(properties: Properties): number {
  return Buffer.byteLength(JSON.stringify(properties));
}

/** The physical id is derived from the request, so it is known before anything is created, and never changes. */
function ownerIdOf(event: CloudFormationCustomResourceEvent): string {
  const { StackId: stackId, LogicalResourceId: logicalId } = event;
  // CloudFormation deletes a creation that timed out under an id of its own. Otherwise the id stays, even if the
  // resource was moved to another stack or logical id.
  if (event.RequestType !== 'Create' && /-[0-9a-f]{16}$/.test(event.PhysicalResourceId)) {
    return event.PhysicalResourceId;
  }
  const hash = createHash('sha256').update(`${stackId}\n${logicalId}`).digest('hex').slice(0, 16);
  return `${logicalId.slice(0, 64)}-${hash}`;
}

function propertiesOf(properties: Properties): Properties {
  const { ServiceToken, ServiceTimeout, [REGISTRY_PROPERTY]: registry, ...rest } = properties;
  return rest;
}
