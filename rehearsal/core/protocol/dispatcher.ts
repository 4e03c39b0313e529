import type { Clock } from '../clock';
import { AwsError, ConnectionReset, HttpResponse } from '../service';
import type { Call, Caller, HttpRequest, RecordedCall, Service } from '../service';
import { ec2Protocol } from './ec2';
import { jsonProtocol, parseJsonObject, toJson } from './json';
import type { Protocol } from './protocol';
import { asQuery, queryProtocol } from './query';
import { restJsonProtocol } from './rest-json';
import { restXmlProtocol } from './rest-xml';
import { credentialScope } from './signature';

const PROTOCOLS: Readonly<Record<Service['protocol'], Protocol>> = {
  'json': jsonProtocol,
  'query': queryProtocol,
  'ec2': ec2Protocol,
  'rest-json': restJsonProtocol,
  'rest-xml': restXmlProtocol,
};

const INVALID_KEY: Readonly<Record<Service['protocol'], string>> = {
  'json': 'UnrecognizedClientException',
  'query': 'InvalidClientTokenId',
  'ec2': 'AuthFailure',
  'rest-json': 'UnrecognizedClientException',
  'rest-xml': 'InvalidAccessKeyId',
};

type Hook = (call: Call) => Promise<void>;
type Guard = (service: Service, call: Call) => Promise<void>;

/** A call that is sent over HTTP. */
interface HttpCall {
  readonly service: string;
  readonly operation: string;
  readonly accessKeyId: string;
}

/** Intercepts calls over HTTP: it can delay or reject a call, or drop its response. */
export type HttpTransport = <Answer>(call: HttpCall, send: () => Promise<Answer>) => Promise<Answer>;

const directly: HttpTransport = async (_call, send) => send();

/** A call without HTTP. */
export interface DirectCall {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly input: Record<string, unknown>;
  readonly body?: Buffer;
  /** What a service reads from the HTTP request, besides the body. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Dispatches signed HTTP requests to the operations of services. */
export class Dispatcher {
  /** Called with what the rehearsal cannot do for a call. */
  public onObstacle?: (accessKeyId: string, obstacle: string) => void;
  /** Rejects calls that their caller is not allowed to make. */
  public guard?: Guard;
  /** Can reject calls over HTTP or drop their responses. */
  public transport: HttpTransport = directly;
  /** Calls that are not simulated, like `sqs:ListQueues`. */
  public readonly unsimulatedCalls = new Set<string>();
  private readonly services = new Map<string, Service>();
  private readonly hooks = new Set<Hook>();

  public constructor(
    private readonly callerOf: (accessKeyId: string) => Caller | undefined,
    private readonly clock: Clock,
    private readonly record: (call: RecordedCall) => void,
  ) {}

  public register(service: Service): void {
    this.services.set(service.name, service);
  }

  /** Names of the simulated services, sorted. */
  public get serviceNames(): readonly string[] {
    return [...this.services.keys()].sort();
  }

  /** Names of the operations of a service; none if it is not simulated. */
  public operationsOf(service: string): readonly string[] {
    return Object.keys(this.services.get(service)?.operations ?? {});
  }

  public intercept(hook: Hook): () => void {
    this.hooks.add(hook);
    return () => {
      this.hooks.delete(hook);
    };
  }

  public async answer(request: HttpRequest): Promise<HttpResponse> {
    const scope = credentialScope(request);
    if (scope === undefined) {
      return anonymous(request, new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', 403));
    }
    const service = this.services.get(scope.service);
    if (service === undefined) {
      this.unsimulatedCalls.add([scope.service, ...operationIn(request)].join(':'));
      return anonymous(request, this.noted(scope.accessKeyId, unknownService(scope.service)));
    }
    const protocol = protocolOf(service, request);
    const at = this.clock.now();
    const caller = this.callerOf(scope.accessKeyId);
    let operation = `${request.method} ${request.path}`;
    const { accountId, arn } = caller ?? { accountId: 'unknown', arn: scope.accessKeyId };
    const { region } = scope;
    const record = (error?: string): void =>
      this.record({ at, service: service.name, operation, accountId, caller: arn, region, error });
    const answer = await answerOf(
      async () => {
        if (caller === undefined) {
          throw new AwsError(
            INVALID_KEY[service.protocol],
            'The security token included in the request is invalid.',
            403,
          );
        }
        const decoded = protocol.decode(service, request);
        operation = decoded?.operation ?? operation;
        const call = { service: service.name, operation, input: decoded?.input ?? {}, caller, region, request };
        const carried = { service: service.name, operation, accessKeyId: scope.accessKeyId };
        const output = await this.transport(carried, async () => this.run(service, call));
        return output instanceof HttpResponse ? output : protocol.encode(service, operation, output);
      },
      error => protocol.fail(service, this.noted(scope.accessKeyId, error), request),
    ).catch(error => {
      record('ConnectionReset');
      throw error;
    });
    record(answer.errorCode);
    return answer;
  }

  /** Executes a call of a function in this process, without HTTP. @throws AwsError */
  public async call(request: DirectCall): Promise<unknown> {
    const service = this.services.get(request.service);
    if (service === undefined) {
      this.unsimulatedCalls.add(`${request.service}:${request.operation}`);
      throw this.noted(request.accessKeyId, unknownService(request.service));
    }
    const at = this.clock.now();
    const { operation, region, accessKeyId } = request;
    const caller = this.callerOf(accessKeyId);
    const { accountId, arn } = caller ?? { accountId: 'unknown', arn: accessKeyId };
    const record = (error?: string): void =>
      this.record({ at, service: service.name, operation, accountId, caller: arn, region, error });
    try {
      if (caller === undefined) {
        throw new AwsError(
          INVALID_KEY[service.protocol],
          'The security token included in the request is invalid.',
          403,
        );
      }
      const input = inputOf(service, request.input);
      const http = {
        method: 'POST',
        path: '/',
        query: new URLSearchParams(request.query),
        headers: { ...request.headers },
        body: request.body ?? Buffer.alloc(0),
      };
      const output = await this.run(service, {
        service: service.name,
        operation,
        input,
        caller,
        region,
        request: http,
      });
      record();
      return output;
    } catch (error) {
      record(error instanceof AwsError ? error.code : 'InternalFailure');
      throw error instanceof AwsError ? this.noted(accessKeyId, error) : error;
    }
  }

  private noted(accessKeyId: string, error: AwsError): AwsError {
    if (error.message.startsWith('the rehearsal ')) this.onObstacle?.(accessKeyId, error.message);
    return error;
  }

  private async run(service: Service, call: Call): Promise<unknown> {
    const operation = Object.hasOwn(service.operations, call.operation)
      ? service.operations[call.operation]
      : undefined;
    if (operation === undefined) {
      // a request without a name of an operation is one of those that the CDK command line makes for buckets
      if (/^\w+$/.test(call.operation)) this.unsimulatedCalls.add(`${service.name}:${call.operation}`);
      throw new AwsError(
        'UnknownOperationException',
        `the rehearsal does not support ${service.name}:${call.operation}`,
      );
    }
    await this.guard?.(service, call);
    for (const hook of this.hooks) await hook(call);
    return operation(call);
  }
}

/** Services with the query protocol also accept JSON, which newer SDKs send. */
function protocolOf({ protocol }: Service, request: HttpRequest): Protocol {
  return request.headers['x-amz-target'] === undefined ? PROTOCOLS[protocol] : jsonProtocol;
}

/** Converts the input to what decoding a request would give. */
function inputOf({ protocol }: Service, input: Record<string, unknown>): Record<string, unknown> {
  if (protocol === 'query' || protocol === 'ec2') return asQuery(input);
  return protocol === 'rest-xml' ? input : parseJsonObject(Buffer.from(toJson(input)));
}

async function answerOf(
  work: () => Promise<HttpResponse>,
  fail: (error: AwsError) => HttpResponse,
): Promise<HttpResponse> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AwsError) return fail(error);
    if (error instanceof ConnectionReset) throw error;
    // A bug of the rehearsal, not a response of AWS: log it, because the caller may ignore it.
    console.error(error);
    return fail(new AwsError('InternalFailure', error instanceof Error ? error.message : String(error), 500));
  }
}

function unknownService(name: string): AwsError {
  return new AwsError('UnknownOperationException', `the rehearsal does not support the service ${name}`);
}

/** Returns the operation of a request to an unknown service, where its protocol names it. */
function operationIn({ headers, body }: HttpRequest): string[] {
  const target = headers['x-amz-target']?.split('.').at(-1);
  const operation = target ?? new URLSearchParams(body.toString('utf8')).get('Action');
  return operation ? [operation] : [];
}

/** Returns an error for an unknown service; its protocol is guessed. */
function anonymous(request: HttpRequest, error: AwsError): HttpResponse {
  const unknown: Service = { name: 'unknown', protocol: 'json', operations: {} };
  const isJson =
    request.headers['x-amz-target'] !== undefined || request.headers['content-type']?.includes('json') === true;
  return (isJson ? jsonProtocol : queryProtocol).fail(unknown, error, request);
}
