import * as v from 'valibot';
import type { TrailEvent, TrailEvents } from './events';
import type { Clock } from '../../core/clock';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call } from '../../core/service';
import { TokenBuckets } from '../../core/token-buckets';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
export const LOOKUP_RATE = { perSecond: 2, burst: 2 };

/** Events are kept for 90 days, and known some minutes after the call. */
const KEPT_MILLISECONDS = 90 * 24 * 3600 * 1000;
const DELAY_MILLISECONDS = 5 * 60 * 1000;

const Time = v.pipe(v.union([v.number(), v.string()]), v.transform(value =>
  typeof value === 'number' ? value * 1000 : Date.parse(value)));
const LookupInput = v.object({
  LookupAttributes: v.optional(v.pipe(
    v.array(v.object({ AttributeKey: v.string(), AttributeValue: v.string() })), v.maxLength(1),
  ), []),
  StartTime: v.optional(Time),
  EndTime: v.optional(Time),
  MaxResults: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(50)), 50),
  NextToken: v.optional(v.string()),
});

type Attribute = v.InferOutput<typeof LookupInput>['LookupAttributes'][number];

/** Looks up the management events of the last 90 days, the newest first. */
export class Lookup {
  private readonly buckets: TokenBuckets;

  public constructor(
    private readonly clock: Clock,
    private readonly events: TrailEvents,
  ) {
    this.buckets = new TokenBuckets(clock);
  }

  public lookupEvents(call: Call): unknown {
    const { caller: { accountId }, region } = call;
    if (!this.buckets.take(`${accountId} ${region}`, LOOKUP_RATE)) {
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    }
    const {
      LookupAttributes: [attribute], StartTime: start = 0, EndTime: end = Infinity, MaxResults: size, NextToken: token,
    } = read(LookupInput, call.input);
    if (start > end) throw new AwsError('InvalidTimeRangeException', 'The start time is after the end time.');
    const query = JSON.stringify([attribute, start, end, size]);
    const first = token === undefined ? 0 : positionOf(token, query);
    const now = this.clock.now();
    const found = this.events.of(accountId, region).filter(event =>
      event.at >= Math.max(start, now - KEPT_MILLISECONDS) && event.at <= Math.min(end, now - DELAY_MILLISECONDS)
      && (attribute === undefined || has(event, attribute))).reverse();
    const last = first + size;
    const NextToken = last < found.length ? Buffer.from(`${last} ${query}`).toString('base64') : undefined;
    return { Events: found.slice(first, last).map(described), NextToken };
  }
}

/** A token belongs to the query of its first page. */
function positionOf(token: string, query: string): number {
  const [position = '', ...rest] = Buffer.from(token, 'base64').toString().split(' ');
  if (rest.join(' ') === query) return Number(position);
  throw new AwsError('InvalidNextTokenException', 'Invalid token or token that was previously used in a call with '
    + 'different parameters');
}

function has(event: TrailEvent, { AttributeKey: key, AttributeValue: value }: Attribute): boolean {
  switch (key) {
    case 'ReadOnly': return String(event.isReadOnly) === value;
    case 'EventName': return event.name === value;
    case 'EventSource': return event.source === value;
    case 'ResourceType': return event.resources.some(({ type }) => type === value);
    case 'ResourceName': return event.resources.some(({ name }) => name === value);
    default: throw new AwsError('InvalidLookupAttributesException', `the rehearsal does not look up by ${key}`);
  }
}

function described({ at, source, name, caller, isReadOnly, resources, errorCode }: TrailEvent): object {
  return {
    EventName: name,
    EventSource: source,
    EventTime: new Date(at),
    ReadOnly: String(isReadOnly),
    Username: caller.slice(caller.lastIndexOf('/') + 1),
    Resources: resources.map(resource => ({ ResourceType: resource.type, ResourceName: resource.name })),
    CloudTrailEvent: JSON.stringify({ eventSource: source, eventName: name, userIdentity: { arn: caller }, errorCode }),
  };
}
