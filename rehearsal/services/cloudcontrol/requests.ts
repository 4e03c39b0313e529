import type { Clock } from '../../core/clock';
import { messageOf } from '../../core/error-message';
import { Identifiers } from '../../core/identifiers';
import { AwsError } from '../../core/service';
import type { Place } from '../../core/service';

/** A change of a resource. */
export interface ResourceRequest extends Place {
  readonly type: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** Absent for a creation. */
  readonly id?: string;
  /** The client token: the same one starts the request once. */
  readonly token?: string;
}

interface Progress {
  readonly request: ResourceRequest;
  readonly requestToken: string;
  id?: string;
  status: 'IN_PROGRESS' | 'SUCCESS' | 'FAILED';
  at: number;
  error?: { readonly code: string; readonly message: string };
}

/** Simulated seconds that a change takes; databases take longer. */
const SECONDS = 5;
const SLOW_SECONDS = 300;
const SLOW = /^AWS::(CloudFront|EKS|ElastiCache|MemoryDB|MSK|Neptune|RDS|Redshift)::/;

/** Cloud Control forgets a request after seven days. */
const KEPT_MILLISECONDS = 7 * 24 * 3600 * 1000;

/** Requests that change resources, in progress and completed. */
export class Requests {
  private readonly identifiers = new Identifiers('cloudcontrol');
  private readonly byToken = new Map<string, Progress>();

  public constructor(private readonly clock: Clock) {}

  /** Starts a request, and completes it later. `work` returns the id of the resource. */
  public start(request: ResourceRequest, work: () => Promise<string>): unknown {
    const known = this.withClientToken(request);
    if (known) return described(known);
    if (this.isChanging(request)) {
      throw new AwsError(
        'ConcurrentOperationException',
        `Another operation on resource '${String(request.id)}' of type '${request.type}' is in progress.`,
      );
    }
    const requestToken = this.identifiers.uuid();
    const progress: Progress = { request, requestToken, id: request.id, status: 'IN_PROGRESS', at: this.clock.now() };
    this.byToken.set(requestToken, progress);
    const end = this.clock.work();
    void this.complete(progress, work).finally(end);
    return described(progress);
  }

  public status(accountId: string, region: string, requestToken: string): unknown {
    const found = this.byToken.get(requestToken);
    const isKept = found && this.clock.now() - found.at < KEPT_MILLISECONDS;
    if (!isKept || found.request.accountId !== accountId || found.request.region !== region) {
      throw new AwsError('RequestTokenNotFoundException', `Request with token ${requestToken} was not found`);
    }
    return described(found);
  }

  private async complete(progress: Progress, work: () => Promise<string>): Promise<void> {
    await this.clock.sleep(SLOW.test(progress.request.type) ? SLOW_SECONDS : SECONDS);
    try {
      progress.id = await work();
      progress.status = 'SUCCESS';
    } catch (error) {
      progress.error = { code: handlerCode(error), message: messageOf(error) };
      progress.status = 'FAILED';
    }
    progress.at = this.clock.now();
  }

  private withClientToken(request: ResourceRequest): Progress | undefined {
    if (request.token === undefined) return undefined;
    const found = [...this.byToken.values()].find(({ request: other }) =>
      other.token === request.token && other.accountId === request.accountId && other.region === request.region);
    if (!found) return undefined;
    const { type, id, operation } = found.request;
    if (type === request.type && id === request.id && operation === request.operation) return found;
    throw new AwsError(
      'ClientTokenConflictException', `The client token '${request.token}' was used for another request`,
    );
  }

  private isChanging({ accountId, region, type, id }: ResourceRequest): boolean {
    return id !== undefined && [...this.byToken.values()].some(({ request, status }) =>
      status === 'IN_PROGRESS' && request.id === id && request.type === type
      && request.accountId === accountId && request.region === region);
  }
}

function described({ request, requestToken, id, status, at, error }: Progress): Record<string, unknown> {
  return {
    TypeName: request.type,
    Identifier: id,
    RequestToken: requestToken,
    Operation: request.operation,
    OperationStatus: status,
    EventTime: new Date(at),
    ...(error && { ErrorCode: error.code, StatusMessage: error.message }),
  };
}

/** Error codes of handlers, by the names of errors of services. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/AccessDenied|NotAuthorized/, 'AccessDenied'],
  [/AlreadyExists|AlreadyOwned/, 'AlreadyExists'],
  [/NotFound|NoSuch/, 'NotFound'],
  [/Conflict|NotEmpty|InUse|DependencyViolation/, 'ResourceConflict'],
  [/Throttling|TooManyRequests/, 'Throttling'],
  [/Validation|Invalid|Malformed/, 'InvalidRequest'],
];

/** https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html */
function handlerCode(error: unknown): string {
  const name = error instanceof AwsError ? error.code : '';
  return CODES.find(([pattern]) => pattern.test(name))?.[1] ?? 'GeneralServiceException';
}
