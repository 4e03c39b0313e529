import type { Clock } from './clock';

export interface Rate {
  readonly perSecond: number;
  /** Burst size. */
  readonly burst: number;
}

/** Token buckets by key, refilled in simulated time. */
export class TokenBuckets {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  public constructor(private readonly clock: Clock) {}

  /** Takes one token. Returns false if the rate limit is exceeded. */
  public take(key: string, rate: Rate): boolean {
    const now = this.clock.now();
    const { tokens, at } = this.buckets.get(key) ?? { tokens: rate.burst, at: now };
    const filled = Math.min(rate.burst, tokens + (now - at) / 1000 * rate.perSecond);
    // tolerates rounding errors of added fractions
    const granted = filled >= 1 - 1e-9;
    this.buckets.set(key, { tokens: granted ? Math.max(0, filled - 1) : filled, at: now });
    return granted;
  }
}
