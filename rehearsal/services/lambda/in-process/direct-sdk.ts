import { isConverted, s3Fields, s3Request } from './direct-s3';
import { isTransient } from '../../../core/protocol/client';
import type { DirectCall } from '../../../core/protocol/dispatcher';
import { isRecord } from '../../../core/protocol/json';
import { AwsError, HttpResponse } from '../../../core/service';

interface DirectSdkOptions {
  readonly region: string;
  readonly accessKeyId: string;
  /** Default number of attempts. */
  readonly maxAttempts: number;
  readonly random: () => number;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly call: (request: DirectCall) => Promise<unknown>;
  /** Names of the operations of a service; none if it is not simulated. */
  readonly operationsOf: (service: string) => readonly string[];
}

type Input = Readonly<Record<string, unknown>>;

interface Command {
  readonly operation: string;
  readonly input: Input;
}

interface Configuration {
  readonly region?: string;
  readonly credentials?: unknown;
  readonly maxAttempts?: number;
}

/** Signing names by client package; a package that is not listed has the name of its service. */
const SERVICES: Readonly<Record<string, string>> = {
  'client-account': 'account',
  'client-cloudcontrol': 'cloudcontrolapi',
  'client-cloudformation': 'cloudformation',
  'client-cloudfront-keyvaluestore': 'cloudfront-keyvaluestore',
  'client-cloudwatch': 'monitoring',
  'client-cloudwatch-logs': 'logs',
  'client-codebuild': 'codebuild',
  'client-codecommit': 'codecommit',
  'client-codepipeline': 'codepipeline',
  'client-cost-explorer': 'ce',
  'client-dynamodb': 'dynamodb',
  'client-ec2': 'ec2',
  'client-ecr': 'ecr',
  'client-eventbridge': 'events',
  'client-global-accelerator': 'globalaccelerator',
  'client-iam': 'iam',
  'client-kms': 'kms',
  'client-lambda': 'lambda',
  'client-organizations': 'organizations',
  'client-resource-groups-tagging-api': 'tagging',
  'client-route-53': 'route53',
  'client-s3': 's3',
  'client-secrets-manager': 'secretsmanager',
  'client-service-quotas': 'servicequotas',
  'client-sfn': 'states',
  'client-sts': 'sts',
  'lib-dynamodb': 'dynamodb',
};

/** Codes of failed connections, which SDKs retry. */
const CONNECTION = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * Replaces the packages of the SDK: commands call the operations of the simulated services directly. Serializing to
 * HTTP and parsing would take most of the time of a call. Errors by name, pages and retries work as in the SDK.
 */
export function directSdk(options: DirectSdkOptions): (request: string) => unknown {
  return request => {
    const name = request.startsWith('@aws-sdk/') ? request.slice('@aws-sdk/'.length) : '';
    // a client of a service that is not simulated can be loaded, too: its calls fail
    const service = SERVICES[name] ?? /^client-(.*)$/.exec(name)?.[1];
    if (service === undefined) return undefined;
    // bundlers copy the properties of a module and keep its prototype
    const made = Object.create(new Proxy(
      {},
      { get: (_target, key) => (typeof key === 'string' ? member(key, service, options) : undefined) },
    ));
    // CDK's AwsCustomResource looks for the client and the command among the properties
    const listed = ['ServiceClient', ...options.operationsOf(service).map(operation => `${operation}Command`)];
    return Object.assign(made, Object.fromEntries(listed.map(key => [key, member(key, service, options)])));
  };
}

function member(name: string, service: string, options: DirectSdkOptions): unknown {
  // a package is no promise
  if (name === 'then') return undefined;
  if (name.endsWith('Exception')) return exceptionClass(name);
  if (name.endsWith('Command')) return commandClass(operationOf(service, name.slice(0, -'Command'.length)));
  if (name.startsWith('paginate')) return paginator(service, operationOf(service, name.slice('paginate'.length)));
  if (name.startsWith('waitUntil')) return async () => undefined;
  return clientClass(service, options);
}

/** The document client shortens the names of most operations of DynamoDB. */
function operationOf(service: string, name: string): string {
  if (service !== 'dynamodb') return name;
  if (['Get', 'Put', 'Update', 'Delete', 'BatchGet', 'BatchWrite'].includes(name)) return `${name}Item`;
  return ['TransactGet', 'TransactWrite'].includes(name) ? `${name}Items` : name;
}

function commandClass(operation: string): unknown {
  return class implements Command {
    public readonly operation = operation;
    public constructor(public readonly input: Input) {}
  };
}

function exceptionClass(name: string): unknown {
  return class {
    public static [Symbol.hasInstance](error: unknown): boolean {
      return error instanceof Error && error.name === name;
    }
  };
}

interface Pagination {
  readonly client: { send(command: Command): Promise<unknown> };
  readonly startingToken?: unknown;
  /** Page limit of DynamoDB; other services return pages of any size. */
  readonly pageSize?: number;
}

function paginator(service: string, operation: string): unknown {
  const isTable = service === 'dynamodb';
  const [given, answered] = isTable
    ? ['ExclusiveStartKey', ['LastEvaluatedKey']]
    : ['NextToken', ['NextToken', 'nextToken']];
  return async function* ({ client, startingToken, pageSize }: Pagination, input: Input) {
    const limit = isTable && pageSize !== undefined && { Limit: pageSize };
    for (let token = startingToken; ;) {
      const position = token !== undefined && { [given]: token };
      const page = await client.send({ operation, input: { ...input, ...limit, ...position } });
      yield page;
      token = isRecord(page) ? answered.map(name => page[name]).find(value => value ?? false) : undefined;
      if (token === undefined) return;
    }
  };
}

let transactions = 0;

/** A transaction has an idempotency token: after a lost response it is not executed again. */
function withToken(service: string, { operation, input }: Command): Input {
  if (service !== 'dynamodb' || operation !== 'TransactWriteItems') return input;
  transactions += 1;
  return { ClientRequestToken: `transaction-${transactions}`, ...input };
}

/** Clients such as `OrganizationsClient` with `send`, and `Lambda` with a method for each operation. */
function clientClass(service: string, options: DirectSdkOptions): unknown {
  return class Client {
    /** DynamoDBDocumentClient: items are passed unchanged. */
    public static from(client: Client): Client {
      return client;
    }

    /** What CDK's AwsCustomResource adds to the response. */
    public readonly config = { region: async (): Promise<string> => this.configuration.region ?? options.region };

    public constructor(private readonly configuration: Configuration = {}) {
      return new Proxy(this, {
        get: (target, name) =>
          typeof name === 'string' && !(name in target) ? method(target, name) : Reflect.get(target, name),
      });
    }

    public async send(command: Command): Promise<unknown> {
      const { operation } = command;
      assertShaped(service, operation);
      const input = withToken(service, command);
      const http = { body: bodyOf(input), ...service === 's3' && s3Request(input) };
      const { region = options.region, credentials, maxAttempts = options.maxAttempts } = this.configuration;
      for (let attempt = 1; ; attempt++) {
        try {
          const accessKeyId = await accessKeyOf(credentials) ?? options.accessKeyId;
          return outputOf(
            service, await options.call({ service, operation, region, accessKeyId, input: { ...input }, ...http }),
          );
        } catch (error) {
          const seen = errorOf(error);
          if (attempt >= maxAttempts || !isRetryable(seen)) throw seen;
          await options.sleep(Math.min(20, options.random() * 0.1 * 2 ** attempt));
        }
      }
    }
  };
}

/** Some operations have other names on the wire than in the SDK. @throws Error for one */
function assertShaped(service: string, operation: string): void {
  const isShaped = service === 'ec2' ? !operation.startsWith('Describe') : service !== 's3' || isConverted(operation);
  if (isShaped) return;
  const client = `@aws-sdk/client-${service}`;
  throw new Error(
    `the rehearsal does not include '${client}', which ${operation} needs: bundle it, or install it in the `
      + `current folder: npm install ${client}`,
  );
}

function method(client: { send(command: Command): Promise<unknown> }, name: string): unknown {
  // a client must not be a thenable
  if (name === 'then') return undefined;
  return async (input: Input) => client.send({ operation: name.charAt(0).toUpperCase() + name.slice(1), input });
}

async function accessKeyOf(credentials: unknown): Promise<string | undefined> {
  const given: unknown = typeof credentials === 'function' ? await credentials() : credentials;
  return isRecord(given) ? String(given.accessKeyId) : undefined;
}

function bodyOf({ Payload: payload, Body: body }: Input): Buffer | undefined {
  const given = payload ?? body;
  if (typeof given === 'string') return Buffer.from(given);
  return given instanceof Uint8Array ? Buffer.from(given) : undefined;
}

function outputOf(service: string, output: unknown): unknown {
  if (!(output instanceof HttpResponse)) return unwrapped(output) ?? {};
  const { headers } = output;
  const bytes = Buffer.from(output.body);
  return {
    Body: { transformToString: async () => bytes.toString(), transformToByteArray: async () => bytes },
    ContentLength: bytes.length,
    ContentType: headers['content-type'],
    Payload: bytes,
    FunctionError: headers['x-amz-function-error'],
    ...service === 's3' && s3Fields(output),
  };
}

/** Root elements of the responses of S3. */
function unwrapped(output: unknown): unknown {
  const entries = isRecord(output) ? Object.entries(output) : [];
  const [name, inner] = entries.length === 1 ? entries[0] : [];
  return name?.endsWith('Result') && isRecord(inner) ? inner : output;
}

/** Converts an error to an exception of the SDK. */
function errorOf(error: unknown): Error {
  if (!(error instanceof AwsError)) return error instanceof Error ? error : new Error(String(error));
  const { code: name, statusCode, details } = error;
  const made = Object.assign(new Error(error.message), details, {
    $fault: statusCode < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: statusCode },
  });
  made.name = name;
  return made;
}

function isRetryable(error: Error & { code?: unknown; $metadata?: { httpStatusCode?: number } }): boolean {
  return isTransient(error.$metadata?.httpStatusCode ?? 0, error.name)
    || (typeof error.code === 'string' && CONNECTION.has(error.code));
}
