import type { Throttle } from './call-rates';
import { isPermanentlyClosed } from './closure';
import type { OrganizationTree, SimulatedAccount } from './tree';
import type { Clock } from '../../core/clock';
import { AwsError } from '../../core/service';

/** Quota for concurrent creations. */
export const CONCURRENT_CREATIONS = 5;
/** Default quota of accounts in an organization. */
export const DEFAULT_ACCOUNT_LIMIT = 10;
/** Failure reasons of account creation. */
export type CreationFailure =
  | 'ACCOUNT_LIMIT_EXCEEDED'
  | 'EMAIL_ALREADY_EXISTS'
  | 'INVALID_ADDRESS'
  | 'INVALID_EMAIL'
  | 'CONCURRENT_ACCOUNT_MODIFICATION'
  | 'INTERNAL_FAILURE'
  | 'GOVCLOUD_ACCOUNT_ALREADY_EXISTS'
  | 'MISSING_BUSINESS_VALIDATION'
  | 'FAILED_BUSINESS_VALIDATION'
  | 'PENDING_BUSINESS_VALIDATION'
  | 'INVALID_IDENTITY_FOR_BUSINESS_VALIDATION'
  | 'UNKNOWN_BUSINESS_VALIDATION'
  | 'MISSING_PAYMENT_INSTRUMENT'
  | 'INVALID_PAYMENT_INSTRUMENT'
  | 'UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED';

interface CreationRequest {
  readonly name: string;
  readonly email: string;
  readonly roleName: string;
  readonly iamUserAccessToBilling?: 'ALLOW' | 'DENY';
  readonly tags: Readonly<Record<string, string>>;
}

export interface CreationStatus {
  readonly id: string;
  readonly name: string;
  readonly state: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
  readonly requestedAt: number;
  readonly completedAt?: number;
  readonly accountId?: string;
  readonly failureReason?: CreationFailure;
}

interface CreationOptions {
  readonly accountLimit: number;
  readonly creationSeconds: number;
  /** Whether the partition creates no accounts: those of GovCloud are created from the `aws` partition. */
  readonly isUnsupported?: boolean;
  /** Called when the account is a member. */
  readonly onCreated: (account: SimulatedAccount, roleName: string) => void;
}

/** Creates accounts asynchronously, as AWS does. */
export class AccountCreation {
  /** Highest number of concurrent creations. */
  public peak = 0;
  private readonly statuses = new Map<string, CreationStatus>();
  private readonly emailsTaken = new Set<string>();
  private failures: CreationFailure[] = [];
  private accountLimit: number;
  private onFailure?: () => void;

  public constructor(
    private readonly clock: Clock,
    private readonly tree: OrganizationTree,
    private readonly throttle: Throttle,
    private readonly options: CreationOptions,
  ) {
    this.accountLimit = options.accountLimit;
  }

  public reserveEmail(email: string): void {
    this.emailsTaken.add(email.toLowerCase());
  }

  /** Frees the address of an account whose address has changed. */
  public releaseEmail(email: string): void {
    this.emailsTaken.delete(email.toLowerCase());
  }

  public isEmailTaken(email: string): boolean {
    return this.emailsTaken.has(email.toLowerCase());
  }

  /** Quota of accounts in the organization. */
  public get limit(): number {
    return this.accountLimit;
  }

  /** Raises the quota, as AWS does on request. */
  public raiseLimit(accountLimit: number): void {
    this.accountLimit = accountLimit;
  }

  /** Makes the next creations fail, one for each reason; replaces earlier reasons. */
  public failNext(reasons: readonly CreationFailure[], onFailure?: () => void): void {
    this.failures = [...reasons];
    this.onFailure = onFailure;
  }

  public status(id: string): CreationStatus | undefined {
    return this.statuses.get(id);
  }

  public get all(): CreationStatus[] {
    return [...this.statuses.values()];
  }

  public start(request: CreationRequest): CreationStatus {
    if (this.options.isUnsupported) {
      throw new AwsError('UnsupportedAPIEndpointException', "This action isn't available in the current AWS Region.");
    }
    this.throttle.take('CreateAccount');
    const inFlight = this.all.filter(status => status.state === 'IN_PROGRESS').length;
    if (inFlight >= CONCURRENT_CREATIONS) {
      const message =
        'You have exceeded the number of accounts that can be in progress at a time. Wait until one of '
        + 'them is created and try again.';
      throw new AwsError('ConstraintViolationException', message, 400, {
        Reason: 'ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED',
      });
    }
    const status: CreationStatus = {
      id: this.tree.newRequestId(),
      name: request.name,
      state: 'IN_PROGRESS',
      requestedAt: this.clock.now(),
    };
    this.statuses.set(status.id, status);
    this.peak = Math.max(this.peak, inFlight + 1);
    // Decided now and reported later: the address is reserved during the creation.
    const failureReason = this.failureOf(request, inFlight);
    if (failureReason === undefined) this.reserveEmail(request.email);
    void this.finish(status, request, failureReason);
    return status;
  }

  /** Waits for all creations in progress, which continue without a waiting caller. */
  public async ended(): Promise<void> {
    while (this.all.some(({ state }) => state === 'IN_PROGRESS')) await this.clock.sleep(1);
  }

  private async finish(
    status: CreationStatus,
    request: CreationRequest,
    failureReason: CreationFailure | undefined,
  ): Promise<void> {
    await this.clock.sleep(this.options.creationSeconds);
    const completedAt = this.clock.now();
    if (failureReason !== undefined) {
      this.statuses.set(status.id, { ...status, state: 'FAILED', completedAt, failureReason });
      return;
    }
    const { name, email, tags, roleName, iamUserAccessToBilling = 'ALLOW' } = request;
    const accountId = this.tree.newAccountId();
    const account = this.tree.putAccount({
      accountId,
      name,
      email,
      tags,
      iamUserAccessToBilling,
      state: 'PENDING_ACTIVATION',
      joined: 'CREATED',
      joinedAt: completedAt,
      parentId: this.tree.rootId,
    });
    this.statuses.set(status.id, { ...status, state: 'SUCCEEDED', completedAt, accountId });
    this.options.onCreated(account, roleName);
  }

  private failureOf(request: CreationRequest, inFlight: number): CreationFailure | undefined {
    const injected = this.failures.shift();
    if (injected !== undefined) {
      this.onFailure?.();
      return injected;
    }
    if (this.emailsTaken.has(request.email.toLowerCase())) return 'EMAIL_ALREADY_EXISTS';
    const members = this.tree.accounts.filter(account => !isPermanentlyClosed(account, this.clock.now())).length;
    return members + inFlight >= this.accountLimit ? 'ACCOUNT_LIMIT_EXCEEDED' : undefined;
  }
}
