import type { Clock } from './clock';
import type { ConditionContext, PolicyDocument } from './policy-document';

/** Who signed a call. */
export interface Caller {
  readonly accountId: string;
  /** ARN as `sts:GetCallerIdentity` tells it, for example `arn:aws:sts::111122223333:assumed-role/name/session`. */
  readonly arn: string;
  /** Policies that narrow the session, given when it began. */
  readonly sessionPolicies?: readonly PolicyDocument[];
  /** ARN of whoever has entered the role, perhaps from another one that he had entered. */
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

/** One call of one operation; the account acted on is the caller's. */
export interface Call<Input = Record<string, unknown>> {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly caller: Caller;
  readonly region: string;
  readonly request: HttpRequest;
}

/** An error as AWS answers it: the code becomes the `name` of the SDK's exception. */
export class AwsError extends Error {
  public constructor(
    public readonly code: string,
    message: string,
    public readonly statusCode = 400,
    /** Further members of the error, for example `Reason`. */
    public readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    // an answer: where it was made is of no interest, and to find that out takes longer than most of what AWS refuses
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = code;
  }
}

/** A resource of a template that failed; `id` is what exists of it nevertheless. */
export class ResourceFailure extends Error {
  public constructor(message: string, public readonly id?: string) {
    super(message);
  }
}

/** The connection broke before the answer came. */
export class ConnectionReset extends Error {
  public readonly code = 'ECONNRESET';
  public constructor() {
    super('socket hang up');
  }
}

/** What an operation answers when it is more than one document: a status, headers, a body of any kind. */
export class HttpResponse {
  public constructor(
    public readonly status: number,
    public readonly body: string | Buffer = '',
    public readonly headers: Readonly<Record<string, string>> = {},
    /** The code of the error that this answer carries, for the record of calls. */
    public readonly errorCode?: string,
  ) {}
}

/** Where a resource of a template lives while CloudFormation works on it. */
export interface ResourceContext {
  readonly accountId: string;
  readonly region: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Whose rights CloudFormation uses: the stack's role, or whoever asked for the operation. */
  readonly actor?: Caller;
  /** Tells that nobody waits for the resource any more, because another one has failed or the operation was cancelled. */
  readonly cancelled?: AbortSignal;
}

export interface Provisioned {
  /** What `Ref` returns. */
  readonly id: string;
  /** What `Fn::GetAtt` returns. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** How CloudFormation makes, changes and removes one type of resource; properties arrive with intrinsic functions resolved. */
export interface ResourceType {
  create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned>;
  /** Answers another id when the change replaces the resource; the engine then removes the old one in the cleanup phase. */
  update(id: string, properties: Record<string, unknown>, before: Record<string, unknown>, context: ResourceContext): Promise<Provisioned>;
  remove(id: string, properties: Record<string, unknown>, context: ResourceContext): Promise<void>;
}

/**
 * Answers the members of the operation's output; dates and buffers are written as the protocol wants them.
 * The leaves of a query protocol's input are text; a REST protocol's input is the labels of the path, the query and the JSON body together.
 */
export type Operation = (call: Call) => Promise<unknown>;

/** What an operation asks of the policies of its caller. */
export interface Permission {
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** ARN, or `*` where the action knows no resource. */
  readonly resource: string;
  /** Condition keys of the service itself; those of every request are known without. */
  readonly context?: ConditionContext;
}

/** Everything that an operation needs; nothing for one that anybody may use. */
export type Permissions = (call: Call) => readonly Permission[] | Promise<readonly Permission[]>;

/** To whom a resource belongs, and its own policy. */
export interface OwnedPolicy {
  readonly accountId: string;
  readonly policy?: PolicyDocument;
  /** The policy decides alone: without its consent no identity may do anything. */
  readonly decides?: boolean;
}

/** One AWS service: its API and the CloudFormation types that belong to it. */
export interface Service {
  /** The name in the credential scope of a signature, for example `organizations`, `states`, `s3`. */
  readonly name: string;
  readonly protocol: 'json' | 'query' | 'rest-json' | 'rest-xml';
  /** The XML namespace of answers in the query protocol, or the prefix of `X-Amz-Target`; only documentation for other protocols. */
  readonly namespace?: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /** An operation that is not named here asks for the action of its own name, on everything. */
  readonly permissions?: Readonly<Record<string, Permissions>>;
  /**
   * REST protocols only: the route of each operation, for example `GET /{Bucket}/{Key+}` or `POST /{Bucket}?delete`; the first that fits is taken.
   * A route asks for the query parameters that it names.
   */
  readonly routes?: Readonly<Record<string, string>>;
  readonly resourceTypes?: Readonly<Record<string, ResourceType>>;
  /** The policy of one of its resources, as far as it has a say in the action; undefined for a resource that does not exist. */
  resourcePolicy?(arn: string, action: string): OwnedPolicy | undefined;
  /** The tags of one of its resources, or of what it is part of, as policies ask for them (`aws:ResourceTag`). */
  resourceTags?(arn: string): Readonly<Record<string, string>>;
  /** Frees what the service holds: processes, servers, temporary folders. */
  close?(): Promise<void>;
}

/** One line of the record of calls. */
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
  /** Ends the function as if its machine had failed. */
  kill(): void;
  /** Tells that the call is never answered: the function is stopped at its timeout. */
  hang(): void;
}

/** Stands between a function and AWS: it may delay a call, refuse it or lose its answer. */
export type Transport = <Answer>(call: OutgoingCall, send: () => Promise<Answer>) => Promise<Answer>;

/** How functions run in this process. */
export interface InProcess {
  /** What functions are told when they ask for chance. @default Math.random */
  readonly random?: () => number;
  /**
   * Functions that do not bring the SDK get one that hands its input to the operations as it is, without HTTP, and tables and repositories are kept
   * in plain memory. That is a hundred times faster and the same in every run, but knows only the simplest requests.
   */
  readonly direct?: boolean;
  readonly transport?: Transport;
}

/** What every service may use of the others' world. */
export interface Environment {
  readonly clock: Clock;
  /** The partition of all accounts. */
  readonly partition: string;
  /** Base URL of the simulated AWS, for example `http://127.0.0.1:40123`; set once the server listens. */
  readonly endpoint: string;
  /** Functions run in this process, not in processes of their own. */
  readonly inProcess?: InProcess;
  /** Whether processes beside this one reach the endpoint. */
  readonly listens: boolean;
}
