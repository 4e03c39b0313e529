import type { Clock } from './clock';
import type { ConditionContext, PolicyDocument } from './policy-document';

/** The identity that signed a call. */
export interface Caller {
  readonly accountId: string;
  /** ARN as `sts:GetCallerIdentity` returns it, for example `arn:aws:sts::111122223333:assumed-role/name/session`. */
  readonly arn: string;
  /** Session policies that restrict the session. */
  readonly sessionPolicies?: readonly PolicyDocument[];
  /** ARN of the identity that assumed the role; with role chaining, the first one. */
  readonly enteredFrom?: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The HTTP request behind a call, for the REST protocols. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One call of one operation, in the account of the caller. */
export interface Call<Input = Record<string, unknown>> {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly caller: Caller;
  readonly region: string;
  readonly request: HttpRequest;
}

/** An error response of AWS. The code becomes the `name` of the SDK's exception. */
export class AwsError extends Error {
  public constructor(
    public readonly code: string,
    message: string,
    public readonly statusCode = 400,
    /** Further members of the error, for example `Reason`. */
    public readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    // these are API responses: a stack trace is not needed and costs more time than most requests
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = code;
  }
}

/** A resource of a template that failed. `id` names what was created nevertheless. */
export class ResourceFailure extends Error {
  public constructor(message: string, public readonly id?: string) {
    super(message);
  }
}

/** The connection was reset before the response arrived. */
export class ConnectionReset extends Error {
  public readonly code = 'ECONNRESET';
  public constructor() {
    super('socket hang up');
  }
}

/** A complete HTTP response, for operations that return more than a document. */
export class HttpResponse {
  public constructor(
    public readonly status: number,
    public readonly body: string | Buffer = '',
    public readonly headers: Readonly<Record<string, string>> = {},
    /** Error code of the response, for the recorded calls. */
    public readonly errorCode?: string,
  ) {}
}

/** The stack and the identity for which CloudFormation provisions a resource. */
export interface ResourceContext {
  readonly accountId: string;
  readonly region: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The identity that CloudFormation acts as: the role of the stack, or the caller of the operation. */
  readonly actor?: Caller;
  /** Aborted when the resource is not needed any more: another resource failed, or the operation was cancelled. */
  readonly cancelled?: AbortSignal;
}

export interface Provisioned {
  /** What `Ref` returns. */
  readonly id: string;
  /** What `Fn::GetAtt` returns. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Creates, updates and deletes resources of one type. Intrinsic functions in the properties are resolved. */
export interface ResourceType {
  create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned>;
  /** Returns another id if the update replaces the resource; the old one is deleted in the cleanup phase. */
  update(
    id: string,
    properties: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned>;
  remove(id: string, properties: Record<string, unknown>, context: ResourceContext): Promise<void>;
}

/**
 * Returns the members of the output; the protocol serializes dates and buffers. In the query protocol all leaves of the
 * input are text. In REST protocols the input contains the labels of the path, the query and the JSON body.
 */
export type Operation = (call: Call) => Promise<unknown>;

/** A permission that the caller of an operation needs. */
export interface Permission {
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** ARN, or `*` where the action knows no resource. */
  readonly resource: string;
  /** Condition keys of the service. Global condition keys are added by the authorization. */
  readonly context?: ConditionContext;
}

/** Returns all permissions that an operation needs; empty if every caller may use it. */
export type Permissions = (call: Call) => readonly Permission[] | Promise<readonly Permission[]>;

/** The owner of a resource and its resource-based policy. */
export interface OwnedPolicy {
  readonly accountId: string;
  readonly policy?: PolicyDocument;
  /** The resource-based policy alone decides, as with KMS keys and trust policies. */
  readonly decides?: boolean;
}

/**
 * Names in REST requests and responses that differ from the members of the SDK. With them, the operations of a REST-XML
 * service get the members of the body too and return the members of the output without a root element.
 */
export interface RestNames {
  /** Member by query parameter, for example `name: 'StartRecordName'`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Header by member, for requests and responses, for example `IfMatch: 'if-match'`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** XML element of the items by list, for example `Changes: 'Change'`; in the query protocol, too. */
  readonly items?: Readonly<Record<string, string>>;
}

/** A resource that exists, whether a stack or a call has created it. */
export interface ExistingResource {
  /** The primary identifier, which is what `Ref` returns for most types. */
  readonly id: string;
  readonly arn?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** An account and a region. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** One AWS service: its API and the CloudFormation types that belong to it. */
export interface Service {
  /** The name in the credential scope of a signature, for example `organizations`, `states`, `s3`. */
  readonly name: string;
  readonly protocol: 'json' | 'query' | 'ec2' | 'rest-json' | 'rest-xml';
  /**
   * The XML namespace of responses in the query protocol, or the prefix of `X-Amz-Target`. Not used by the other
   * protocols.
   */
  readonly namespace?: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /** Permissions by operation. @default - the action with the name of the operation, on all resources */
  readonly permissions?: Readonly<Record<string, Permissions>>;
  /**
   * Routes by operation, for REST protocols only. For example `GET /{Bucket}/{Key+}` or `POST /{Bucket}?delete`. The
   * first match wins; a route matches only if the request has the query parameters of the route.
   */
  readonly routes?: Readonly<Record<string, string>>;
  readonly restNames?: RestNames;
  readonly resourceTypes?: Readonly<Record<string, ResourceType>>;
  /** Returns the resources of the types that calls create and delete, too. What stacks have created is known. */
  readonly existing?: Readonly<Record<string, (place: Place) => readonly ExistingResource[]>>;
  /** Returns the resource-based policy that applies to the action; undefined if the resource does not exist. */
  resourcePolicy?(arn: string, action: string): OwnedPolicy | undefined;
  /** Returns the tags of a resource, or of its parent, for the condition key `aws:ResourceTag`. */
  resourceTags?(arn: string): Readonly<Record<string, string>>;
  /** Releases processes, servers and temporary folders. */
  close?(): Promise<void>;
}

/** One recorded call. */
export interface RecordedCall {
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  readonly accountId: string;
  readonly caller: string;
  readonly region: string;
  readonly error?: string;
}

/** A call that a function is about to make. */
export interface OutgoingCall {
  readonly service: string;
  readonly operation: string;
  /** Kills the function as if its machine had failed. */
  kill(): void;
  /** Leaves the call without a response, so that the function is stopped at its timeout. */
  hang(): void;
}

/** Intercepts the calls of functions: it can delay or reject a call, or drop its response. */
export type Transport = <Answer>(call: OutgoingCall, send: () => Promise<Answer>) => Promise<Answer>;

/** How functions run in this process. */
export interface InProcess {
  /** Source of random numbers for functions. @default Math.random */
  readonly random?: () => number;
  /**
   * Replaces the SDK of functions that do not bundle it by one that calls the operations without HTTP, and keeps tables
   * and repositories in memory. This is about a hundred times faster and deterministic, and supports only simple
   * requests.
   */
  readonly direct?: boolean;
  readonly transport?: Transport;
}

/** What all services share. */
export interface Environment {
  readonly clock: Clock;
  /** The partition of all accounts. */
  readonly partition: string;
  /** Base URL of the simulated AWS, for example `http://127.0.0.1:40123`. Available once the server listens. */
  readonly endpoint: string;
  /** Set if functions run in this process and not in processes of their own. */
  readonly inProcess?: InProcess;
  /** Whether other processes can reach the endpoint. */
  readonly listens: boolean;
}
