import * as v from 'valibot';
import { stringify } from './values';
import type { Clock } from '../../core/clock';
import { messageOf } from '../../core/error-message';
import { Identifiers } from '../../core/identifiers';
import type { Server } from '../../core/server';
import { ResourceFailure } from '../../core/service';
import type { HttpRequest, Provisioned, ResourceContext, ResourceType } from '../../core/service';
import { RESPONSE_HOST } from '../lambda/runtime-protocol';
import type { Lambda } from '../lambda/service';

const PREFIX = '/custom-resource-response/';
const MAX_RESPONSE_BYTES = 4096;
/** Maximum real seconds that are added to a scaled timeout for the work of functions, which is not scaled. */
export const SECONDS_OF_WORK = 30;

const Response = v.object({
  Status: v.picklist(['SUCCESS', 'FAILED']),
  Reason: v.optional(v.string()),
  PhysicalResourceId: v.optional(v.string()),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  Data: v.nullish(v.record(v.string(), v.unknown())),
});
type Response = v.InferOutput<typeof Response>;

interface RequestFields {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: unknown;
  readonly OldResourceProperties?: unknown;
}

interface ResponseUrl {
  readonly url: string;
  readonly requestId: string;
  /** In milliseconds since 1970. */
  readonly openedAt: number;
  readonly body: Promise<string | undefined>;
}

/** Receives the responses of custom resources, each at its own URL. */
export class ResponseChannel {
  private readonly waiting = new Map<string, (body: string) => void>();
  private readonly closed = new Set<string>();

  private readonly identifiers = new Identifiers('response-channel');

  public constructor(server: Server, private readonly clock: Clock) {
    server.route(PREFIX, async request => this.receive(request));
  }

  /** Opens a URL and waits for a response. Returns undefined after the timeout; later responses are ignored. */
  public open(seconds: number): ResponseUrl {
    const openedAt = this.clock.now();
    const key = this.identifiers.next(48);
    const body = new Promise<string | undefined>(resolve => {
      const cancelDeadline = this.clock.deadline(seconds, Math.min(seconds, SECONDS_OF_WORK), () =>
        this.close(key, () => resolve(undefined)),
      );
      this.waiting.set(key, response => this.close(key, () => { cancelDeadline(); resolve(response); }));
    });
    // the secret is in the query as on AWS, because logs often omit the query
    return {
      url: `https://${RESPONSE_HOST}${PREFIX}response?Signature=${key}`,
      requestId: this.identifiers.uuid(),
      openedAt,
      body,
    };
  }

  private close(key: string, then: () => void): void {
    this.waiting.delete(key);
    this.closed.add(key);
    then();
  }

  private async receive(request: HttpRequest): Promise<{ status: number }> {
    const key = request.query.get('Signature') ?? '';
    const response = this.waiting.get(key);
    // late and repeated responses are accepted and ignored
    if (request.method !== 'PUT' || !(response || this.closed.has(key))) return { status: 403 };
    response?.(request.body.toString('utf8'));
    return { status: 200 };
  }
}

/** The reason that the module `cfn-response` gives, and none. */
const SAYS_NOTHING = /^(See the details in CloudWatch Log Stream: .*)?$/;

/** What the rehearsal cannot do. */
class Obstacle {
  public constructor(public readonly reason: string) {}
}

/** `AWS::CloudFormation::CustomResource` and `Custom::*`, backed by a function. */
export class CustomResourceType implements ResourceType {
  private readonly identifiers = new Identifiers('custom-resource');

  public constructor(
    private readonly type: string,
    private readonly lambda: Lambda,
    private readonly channel: ResponseChannel,
  ) {}

  public async create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    // a resource that fails without an id is deleted under this one
    const fallback = this.identifiers.physicalName(context, 128);
    return this.sendRequest(
      { RequestType: 'Create', ResourceProperties: stringify(properties) },
      properties,
      context,
      fallback,
    );
  }

  public async update(
    id: string,
    properties: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    const [ResourceProperties, OldResourceProperties] = [stringify(properties), stringify(before)];
    return this.sendRequest(
      { RequestType: 'Update', PhysicalResourceId: id, ResourceProperties, OldResourceProperties },
      properties,
      context,
      id,
    );
  }

  public async remove(id: string, properties: Record<string, unknown>, context: ResourceContext): Promise<void> {
    await this.sendRequest(
      { RequestType: 'Delete', PhysicalResourceId: id, ResourceProperties: stringify(properties) },
      properties,
      context,
      id,
    );
  }

  private async sendRequest(
    fields: RequestFields,
    properties: Record<string, unknown>,
    context: ResourceContext,
    fallback: string,
  ): Promise<Provisioned> {
    const obstacle = this.obstacle(properties.ServiceToken, context.logicalId);
    if (obstacle !== undefined) return this.skip(obstacle, fields, properties, context, fallback);
    const channel = this.channel.open(Number(properties.ServiceTimeout ?? 3600));
    const event = {
      ...fields,
      ServiceToken: String(properties.ServiceToken),
      ResponseURL: channel.url,
      StackId: context.stackId,
      RequestId: channel.requestId,
      LogicalResourceId: context.logicalId,
      ResourceType: this.type,
    };
    const body = await Promise.race([
      channel.body, aborted(context.cancelled), this.invoke(event.ServiceToken, event),
    ]);
    if (body instanceof Obstacle) {
      return this.skip(this.withAdvice(body.reason, context.logicalId), fields, properties, context, fallback);
    }
    if (context.cancelled?.aborted) {
      throw new ResourceFailure(
        `Resource ${fields.RequestType === 'Create' ? 'creation' : 'update'} cancelled`,
        fallback,
      );
    }
    const met = this.lambda.obstacleSince(event.ServiceToken, channel.openedAt);
    if (body === undefined) {
      const reason = met === undefined ? noResponse(event.RequestId) : this.withAdvice(met, context.logicalId);
      throw new ResourceFailure(reason, fallback);
    }
    return accept(body, event, fallback, reason => {
      const found = obstacleOf(reason) ?? (SAYS_NOTHING.test(reason) ? met : undefined);
      return found && this.withAdvice(found, context.logicalId);
    });
  }

  /** Invokes the function. The promise resolves only if the function fails because of the rehearsal. */
  private async invoke(token: string, event: unknown): Promise<Obstacle> {
    return new Promise((resolve, reject) => {
      this.lambda.invokeEvent(token, event, reason => resolve(new Obstacle(reason))).catch(reject);
    });
  }

  private obstacle(token: unknown, logicalId: string): string | undefined {
    if (typeof token !== 'string' || token === '') {
      return `'${logicalId}' has no ServiceToken: set it to the ARN of the function that handles it`;
    }
    const obstacle =
      token.split(':')[2] === 'sns'
        ? `the rehearsal invokes functions, not the topic '${token}'`
        : this.lambda.obstacle(token);
    return obstacle && this.withAdvice(obstacle, logicalId);
  }

  private withAdvice(obstacle: string, logicalId: string): string {
    return `${obstacle}: exclude '${logicalId}' from the rehearsal, for example by a context value`;
  }

  /**
   * Fails immediately if the function cannot run: waiting for its response would take an hour, and it created nothing.
   */
  private skip(
    obstacle: string,
    { RequestType }: RequestFields,
    properties: Record<string, unknown>,
    { logicalId }: ResourceContext,
    id: string,
  ): Provisioned {
    if (RequestType !== 'Delete') throw new ResourceFailure(obstacle, id);
    this.lambda.note(String(properties.ServiceToken), `'${logicalId}' is deleted without a request: ${obstacle}`);
    return { id, attributes: {} };
  }
}

async function aborted(signal: AbortSignal | undefined): Promise<undefined> {
  if (signal?.aborted) return undefined;
  return new Promise(resolve => { signal?.addEventListener('abort', () => resolve(undefined), { once: true }); });
}

function accept(
  body: string,
  event: Pick<Response, 'RequestId' | 'StackId' | 'LogicalResourceId'>,
  fallback: string,
  explain: (reason: string) => string | undefined,
): Provisioned {
  if (Buffer.byteLength(body) > MAX_RESPONSE_BYTES) throw new ResourceFailure('Response object is too long.', fallback);
  const response = parse(body, fallback);
  for (const field of ['RequestId', 'StackId', 'LogicalResourceId'] as const) {
    if (response[field] !== event[field]) {
      throw new ResourceFailure(`Invalid ${field} in the response: '${response[field]}'`, fallback);
    }
  }
  if (response.Status === 'FAILED') {
    const reason = explain(response.Reason ?? '')
      ?? 'Received response status [FAILED] from custom resource. Message returned: '
      + `${response.Reason ?? ''} (RequestId: ${event.RequestId})`;
    throw new ResourceFailure(reason, response.PhysicalResourceId || fallback);
  }
  if (!response.PhysicalResourceId) throw new ResourceFailure('Invalid PhysicalResourceId', fallback);
  return { id: response.PhysicalResourceId, attributes: response.Data ?? {} };
}

/** Returns what the rehearsal cannot do, if that is why a function reports a failure. */
function obstacleOf(reason: string): string | undefined {
  const [stated] = /the rehearsal (?:does not|runs only)[^\n]*/.exec(reason) ?? [];
  if (stated !== undefined) return stated.replace(/\. ?$/, '');
  // how AwsCustomResource fails if it finds no command or no client
  const [, action, sdkPackage] = /^Unable to find command named: (\w+)Command .*service package @aws-sdk\/client-([\w-]+)/
    .exec(reason) ?? [];
  if (sdkPackage !== undefined) return `the rehearsal does not support ${sdkPackage}:${action}`;
  const [, missing] = /Package (@aws-sdk\/client-[\w-]+) does not exist/.exec(reason) ?? [];
  return missing && `the rehearsal does not include '${missing}' (npm install ${missing} in the current folder)`;
}

function parse(body: string, fallback: string): Response {
  try {
    return v.parse(Response, JSON.parse(body));
  } catch (error) {
    throw new ResourceFailure(
      `Invalid response object: ${messageOf(error)}`,
      fallback,
    );
  }
}

function noResponse(requestId: string): string {
  return (
    'CloudFormation did not receive a response from your Custom Resource. Please check your logs for '
    + `requestId [${requestId}].`
  );
}
