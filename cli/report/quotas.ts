import type { LimitUse, QuotaUse } from './report';
import type { RecordedCall } from '../../rehearsal/core/service';
import type { Rate } from '../../rehearsal/core/token-buckets';
import { LOOKUP_RATE } from '../../rehearsal/services/cloudtrail/lookup';
import { RATES } from '../../rehearsal/services/organizations/call-rates';
import { CONCURRENT_CLOSURES } from '../../rehearsal/services/organizations/closure';
import { DEFAULT_ACCOUNT_LIMIT, CONCURRENT_CREATIONS } from '../../rehearsal/services/organizations/creation';
import type { Organizations } from '../../rehearsal/services/organizations/service';

/** Operations that share one rate limit. */
interface RateLimit extends Rate {
  readonly service: string;
  readonly operations: readonly string[];
}

/** AWS Organizations limits rates per organization. */
const ORGANIZATION_RATES = Object.entries(RATES).map(
  ([operation, rate]): RateLimit => ({ service: 'organizations', operations: [operation], ...rate }),
);

/** Published rate limits of other services, per account and region. The rehearsal throttles only CloudTrail of them. */
const ACCOUNT_RATES: readonly RateLimit[] = [
  // https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
  { service: 'cloudtrail', operations: ['LookupEvents'], perSecond: LOOKUP_RATE.perSecond, burst: 0 },
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  {
    service: 'sts',
    operations: ['AssumeRole', 'GetCallerIdentity', 'GetSessionToken', 'GetFederationToken', 'GetAccessKeyInfo'],
    perSecond: 600,
    burst: 0,
  },
  // https://docs.aws.amazon.com/general/latest/gr/ssm.html
  { service: 'ssm', operations: ['GetParameter', 'GetParameters', 'GetParametersByPath'], perSecond: 40, burst: 0 },
  { service: 'ssm', operations: ['PutParameter'], perSecond: 3, burst: 0 },
  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  { service: 'lambda', operations: ['GetFunction'], perSecond: 100, burst: 0 },
  // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: the largest regions have twice as much
  { service: 'states', operations: ['StartExecution'], perSecond: 150, burst: 800 },
];

/** Compares the calls with the published rate limits. */
export function quotaUse(calls: readonly RecordedCall[]): QuotaUse[] {
  return [
    ...ORGANIZATION_RATES.flatMap(rate => useOf(rate, calls, () => 'organization')),
    ...ACCOUNT_RATES.flatMap(rate => useOf(rate, calls, ({ accountId, region }) => `${accountId} ${region}`)),
  ];
}

/** Compares the use of Organizations with its default quotas. Empty if no account was created or closed. */
export function limitUse({ creation, closure, accounts }: Organizations): LimitUse[] {
  const concurrent: LimitUse[] = [
    { name: 'concurrent account creations', peak: creation.peak, limit: CONCURRENT_CREATIONS },
    { name: 'concurrent account closures', peak: closure.peak, limit: CONCURRENT_CLOSURES },
  ];
  const used = concurrent.filter(({ peak }) => peak > 0);
  return used.length === 0 ? [] : [...used, { name: 'accounts', peak: accounts.length, limit: DEFAULT_ACCOUNT_LIMIT }];
}

/** @param scopeOf returns what the limit applies to: calls with the same scope are counted together */
function useOf(
  { service, operations, perSecond, burst }: RateLimit, calls: readonly RecordedCall[],
  scopeOf: (call: RecordedCall) => string,
): QuotaUse[] {
  const own = calls.filter(call => call.service === service && operations.includes(call.operation));
  if (own.length === 0) return [];
  const scopes = new Set(own.map(scopeOf));
  const times = [...scopes].map(
    scope => own.filter(call => scopeOf(call) === scope).map(({ at }) => at).sort((a, b) => a - b),
  );
  const peak = (milliseconds: number): number => Math.max(...times.map(those => peakOf(those, milliseconds)));
  const limit = (seconds: number): number => Math.floor(burst + perSecond * seconds);
  return [{
    service,
    operations: operations.filter(operation => own.some(call => call.operation === operation)),
    calls: own.length,
    throttledCalls: own.filter(({ error }) => /Throttl|TooManyRequests/.test(error ?? '')).length,
    peakPerSecond: peak(1000),
    limitPerSecond: limit(1),
    peakPerMinute: peak(60_000),
    limitPerMinute: limit(60),
  }];
}

/** Returns how many of the sorted times lie within a window of that length, at most. */
function peakOf(times: readonly number[], milliseconds: number): number {
  let [first, peak] = [0, 0];
  for (const [index, at] of times.entries()) {
    while (at - times[first] >= milliseconds) first++;
    peak = Math.max(peak, index - first + 1);
  }
  return peak;
}
