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
