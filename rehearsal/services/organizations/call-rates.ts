import type { Clock } from '../../core/clock';
import { AwsError } from '../../core/service';

export interface Rate {
  readonly perSecond: number;
  /** Burst size. */
  readonly burst: number;
}

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

/** Token buckets by operation, refilled in simulated time. */
export class Throttle {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  public constructor(private readonly clock: Clock) {}

  /** @throws AwsError if the rate limit is exceeded */
  public take(operation: string): void {
    const rate = RATES[operation];
    if (!rate) return;
    const now = this.clock.now();
    const { tokens, at } = this.buckets.get(operation) ?? { tokens: rate.burst, at: now };
    const filled = Math.min(rate.burst, tokens + (now - at) / 1000 * rate.perSecond);
    // tolerates rounding errors of added fractions
    const granted = filled >= 1 - 1e-9;
    this.buckets.set(operation, { tokens: granted ? Math.max(0, filled - 1) : filled, at: now });
    if (granted) return;
    const message =
      "AWS Organizations can't complete your request because another request is already in progress. Try again later.";
    throw new AwsError('TooManyRequestsException', message, 400, { Type: operation });
  }
}
