import type { RecordedCall } from '../../rehearsal/core/service';
import { RATES, type Rate } from '../../rehearsal/services/organizations/call-rates';
import { CONCURRENT_CLOSURES } from '../../rehearsal/services/organizations/closure';
import { DEFAULT_ACCOUNT_LIMIT, CONCURRENT_CREATIONS } from '../../rehearsal/services/organizations/creation';
import type { Organizations } from '../../rehearsal/services/organizations/service';

/** How often an operation was called that AWS answers only so often; several that share one rate are one. */
export interface QuotaUse {
  readonly operation: string;
  readonly calls: number;
  /** Calls within the busiest second, and within the busiest minute, of whoever the rate holds for. */
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
    { what: 'creations at once', most: creation.peak, allowed: CONCURRENT_CREATIONS },
    { what: 'closures at once', most: closure.peak, allowed: CONCURRENT_CLOSURES },
  ].filter(({ most }) => most > 0);
  return atOnce.length === 0 ? [] : [...atOnce, { what: 'accounts', most: accounts.length, allowed: DEFAULT_ACCOUNT_LIMIT }];
}

/** What AWS allows those who share it. */
interface Shared extends Rate {
  readonly service: string;
  readonly operations: readonly string[];
}

/** Rates of Organizations hold for all callers of the organization together. */
const OF_ORGANIZATION = Object.entries(RATES).map(([operation, rate]): Shared => ({ service: 'organizations', operations: [operation], ...rate }));

/** What AWS publishes of other services, for each account and region. The rehearsal throttles nothing of it. */
const OF_ACCOUNT: readonly Shared[] = [
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  { service: 'sts', operations: ['AssumeRole', 'GetCallerIdentity', 'GetSessionToken', 'GetFederationToken', 'GetAccessKeyInfo'], perSecond: 600, burst: 0 },
  // https://docs.aws.amazon.com/general/latest/gr/ssm.html
  { service: 'ssm', operations: ['GetParameter', 'GetParameters', 'GetParametersByPath'], perSecond: 40, burst: 0 },
  { service: 'ssm', operations: ['PutParameter'], perSecond: 3, burst: 0 },
  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  { service: 'lambda', operations: ['GetFunction'], perSecond: 100, burst: 0 },
  // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: so in most regions, the largest ones have twice as much
  { service: 'states', operations: ['StartExecution'], perSecond: 150, burst: 800 },
];

export function quotaUse(calls: readonly RecordedCall[]): QuotaUse[] {
  return [
    ...OF_ORGANIZATION.flatMap(rate => useOf(rate, calls, () => 'the organization')),
    ...OF_ACCOUNT.flatMap(rate => useOf(rate, calls, ({ accountId, region }) => `${accountId} ${region}`)),
  ];
}

/** @param owner who has the rate for himself; the one who comes closest to it is told */
function useOf({ service, operations, perSecond, burst }: Shared, calls: readonly RecordedCall[], owner: (call: RecordedCall) => string): QuotaUse[] {
  const own = calls.filter(call => call.service === service && operations.includes(call.operation));
  if (own.length === 0) return [];
  const owners = new Set(own.map(owner));
  const times = [...owners].map(who => own.filter(call => owner(call) === who).map(({ at }) => at).sort((a, b) => a - b));
  const most = (milliseconds: number): number => Math.max(...times.map(those => peak(those, milliseconds)));
  const allowed = (seconds: number): number => Math.floor(burst + perSecond * seconds);
  return [{
    operation: `${service}:${operations.filter(operation => own.some(call => call.operation === operation)).join(', ')}`,
    calls: own.length,
    secondPeak: most(1000),
    secondAllowed: allowed(1),
    minutePeak: most(60_000),
    minuteAllowed: allowed(60),
    throttled: own.filter(({ error }) => /Throttl|TooManyRequests/.test(error ?? '')).length,
  }];
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
