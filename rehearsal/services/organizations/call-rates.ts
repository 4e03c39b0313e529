import type { Clock } from '../../core/clock';
import { AwsError } from '../../core/service';
import { type Rate, TokenBuckets } from '../../core/token-buckets';

/** Rate limits of Organizations, for all callers of an organization together. */
export const RATES: Readonly<Record<string, Rate>> = {
  CloseAccount: { perSecond: 0.05, burst: 1 },
  CreateAccount: { perSecond: 0.1, burst: 3 },
  CreateOrganizationalUnit: { perSecond: 1, burst: 2 },
  DescribeAccount: { perSecond: 20, burst: 30 },
  DescribeCreateAccountStatus: { perSecond: 2, burst: 2 },
  ListAccounts: { perSecond: 8, burst: 12 },
  ListParents: { perSecond: 5, burst: 8 },
  ListRoots: { perSecond: 1, burst: 2 },
  MoveAccount: { perSecond: 2, burst: 3 },
  RegisterDelegatedAdministrator: { perSecond: 1, burst: 2 },
  TagResource: { perSecond: 4, burst: 6 },
};

/** Enforces the rate limits. */
export class Throttle {
  private readonly buckets: TokenBuckets;

  public constructor(clock: Clock) {
    this.buckets = new TokenBuckets(clock);
  }

  /** @throws AwsError if the rate limit is exceeded */
  public take(operation: string): void {
    const rate = RATES[operation];
    if (!rate || this.buckets.take(operation, rate)) return;
    const message =
      "AWS Organizations can't complete your request because another request is already in progress. Try again later.";
    throw new AwsError('TooManyRequestsException', message, 400, { Type: operation });
  }
}
