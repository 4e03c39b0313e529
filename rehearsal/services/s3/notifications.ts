import * as v from 'valibot';
import { read } from '../../core/protocol/read';
import { parseXml } from '../../core/protocol/xml';
import { AwsError } from '../../core/service';

/** What receives the events of a bucket. */
type Receiver = 'Topic' | 'Queue' | 'CloudFunction';

/** One rule of a bucket. */
export interface Notification {
  readonly id: string;
  readonly receiver: Receiver;
  readonly arn: string;
  /** For example `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

/** The notification configuration of a bucket. */
export interface Notifications {
  readonly rules: readonly Notification[];
  /** Whether the bucket sends all events to EventBridge. */
  readonly eventBridge: boolean;
}

export const NO_NOTIFICATIONS: Notifications = { rules: [], eventBridge: false };

const RECEIVERS: readonly Receiver[] = ['Topic', 'Queue', 'CloudFunction'];

const listOf = <Schema extends v.GenericSchema>(item: Schema) =>
  v.optional(v.union([v.array(item), v.pipe(item, v.transform(one => [one]))]), []);

const Rule = v.object({
  Id: v.optional(v.string(), ''),
  Topic: v.optional(v.string()),
  Queue: v.optional(v.string()),
  CloudFunction: v.optional(v.string()),
  Event: listOf(v.string()),
  Filter: v.optional(v.union([
    v.literal(''),
    v.object({
      S3Key: v.optional(v.object({ FilterRule: listOf(v.object({ Name: v.string(), Value: v.string() })) })),
    }),
  ])),
});
type Rule = v.InferOutput<typeof Rule>;

const Configuration = v.object({
  TopicConfiguration: listOf(Rule),
  QueueConfiguration: listOf(Rule),
  CloudFunctionConfiguration: listOf(Rule),
  EventBridgeConfiguration: v.optional(v.unknown()),
});

const NotificationDocument = v.object({
  NotificationConfiguration: v.union([v.pipe(v.literal(''), v.transform(() => ({}))), v.unknown()]),
});

/** Parses the body of PutBucketNotificationConfiguration. @param nextId creates ids for rules without one */
export function notificationsIn(xml: string, nextId: () => string): Notifications {
  const { NotificationConfiguration: root } = read(NotificationDocument, parseXml(xml));
  const configuration = read(Configuration, root);
  const rules = RECEIVERS.flatMap(receiver =>
    configuration[`${receiver}Configuration`].map(rule => notification(receiver, rule, nextId)));
  assertDistinct(rules);
  return { rules, eventBridge: configuration.EventBridgeConfiguration !== undefined };
}

function notification(receiver: Receiver, rule: Rule, nextId: () => string): Notification {
  const { Id: id, Event: events, Filter: filter } = rule;
  const arn = rule[receiver] ?? '';
  const keyRules = filter === undefined || filter === '' ? [] : filter.S3Key?.FilterRule ?? [];
  return { id: id === '' ? nextId() : id, receiver, arn, events, ...keyFilter(keyRules) };
}

/** Returns the filter of a rule, whose names S3 reads without regard to case. */
export function keyFilter(
  rules: readonly { readonly Name: string; readonly Value: string }[],
): Pick<Notification, 'prefix' | 'suffix'> {
  const valueOf = (name: string): string => rules.find(one => one.Name.toLowerCase() === name)?.Value ?? '';
  return { prefix: valueOf('prefix'), suffix: valueOf('suffix') };
}

/** Returns the output of GetBucketNotificationConfiguration. */
export function describedNotifications({ rules, eventBridge }: Notifications): Record<string, unknown> {
  const configurations = RECEIVERS.map((receiver): [string, unknown] => [
    `${receiver}Configuration`,
    rules.filter(rule => rule.receiver === receiver).map(rule => ({
      Id: rule.id,
      [receiver]: rule.arn,
      Event: rule.events,
      ...(rule.prefix !== '' || rule.suffix !== '') && { Filter: { S3Key: { FilterRule: filterRules(rule) } } },
    })),
  ]);
  return { ...Object.fromEntries(configurations), ...eventBridge && { EventBridgeConfiguration: {} } };
}

function filterRules({ prefix, suffix }: Notification): object[] {
  return Object.entries({ Prefix: prefix, Suffix: suffix })
    .filter(([, value]) => value !== '').map(([Name, Value]) => ({ Name, Value }));
}

/** Returns the rules that apply to an event, for example `ObjectCreated:Put`, of an object. */
export function rulesFor({ rules }: Notifications, event: string, key: string): readonly Notification[] {
  return rules.filter(({ events, prefix, suffix }) =>
    events.some(pattern => covers(pattern, `s3:${event}`)) && key.startsWith(prefix) && key.endsWith(suffix));
}

function covers(pattern: string, event: string): boolean {
  return pattern.endsWith('*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event;
}

/**
 * Two rules for the same event need prefixes or suffixes that exclude each other.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 * @throws AwsError
 */
export function assertDistinct(rules: readonly Notification[]): void {
  const overlaps = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);
  const reversed = (text: string): string => [...text].reverse().join('');
  for (const [index, one] of rules.entries()) {
    const other = rules.slice(index + 1).find(({ events, prefix, suffix }) =>
      events.some(event => one.events.some(known => covers(known, event) || covers(event, known)))
      && overlaps(one.prefix, prefix) && overlaps(reversed(one.suffix), reversed(suffix)));
    if (other !== undefined) {
      throw new AwsError(
        'InvalidArgument',
        'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are '
          + 'overlapping for the same event type.',
      );
    }
  }
}
