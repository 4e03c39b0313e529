import { CLOSURES_AT_ONCE } from '../rehearsal/organizations/closure';
import { ACCOUNTS_AT_FIRST, CREATIONS_AT_ONCE } from '../rehearsal/organizations/creation';
import type { Organizations } from '../rehearsal/organizations/organizations';
import { RATES } from '../rehearsal/organizations/rates';
import type { RecordedCall } from '../rehearsal/service';

/** How often an operation was called that AWS answers only so often. */
export interface QuotaUse {
  readonly operation: string;
  readonly calls: number;
  /** Calls within the busiest second, and within the busiest minute. */
  readonly secondPeak: number;
  readonly minutePeak: number;
  /** What AWS allows in a second, and in a minute. */
  readonly secondAllowed: number;
  readonly minuteAllowed: number;
  readonly throttled: number;
}

/** How close the organization came to a limit that is not one of time. */
export interface LimitUse {
  readonly what: string;
  readonly most: number;
  /** What AWS allows unless it has granted more. */
  readonly allowed: number;
}

/** Nothing where no account was created or closed. */
export function limitUse({ creation, closure, accounts }: Organizations): LimitUse[] {
  const atOnce = [
    { what: 'creations at once', most: creation.mostAtOnce, allowed: CREATIONS_AT_ONCE },
    { what: 'closures at once', most: closure.mostAtOnce, allowed: CLOSURES_AT_ONCE },
  ].filter(({ most }) => most > 0);
  return atOnce.length === 0 ? [] : [...atOnce, { what: 'accounts', most: accounts.length, allowed: ACCOUNTS_AT_FIRST }];
}

export function quotaUse(calls: readonly RecordedCall[]): QuotaUse[] {
  return Object.entries(RATES).flatMap(([operation, { perSecond, burst }]): QuotaUse[] => {
    const own = calls.filter(call => call.service === 'organizations' && call.operation === operation);
    const times = own.map(({ at }) => at).sort((a, b) => a - b);
    const throttled = own.filter(({ error }) => error === 'TooManyRequestsException').length;
    const allowed = (seconds: number): number => Math.floor(burst + perSecond * seconds);
    return own.length === 0 ? [] : [{
      operation: `organizations:${operation}`,
      calls: own.length,
      secondPeak: peak(times, 1000),
      secondAllowed: allowed(1),
      minutePeak: peak(times, 60_000),
      minuteAllowed: allowed(60),
      throttled,
    }];
  });
}

/** The most that lie within any window of that length. */
function peak(times: readonly number[], milliseconds: number): number {
  let [first, most] = [0, 0];
  for (const [index, at] of times.entries()) {
    while (at - times[first] >= milliseconds) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
