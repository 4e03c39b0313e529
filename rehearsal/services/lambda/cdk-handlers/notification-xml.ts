import { isRecord } from '../../../core/protocol/json';
import { parseXml, toXml } from '../../../core/protocol/xml';

/** The kinds of rules as the SDK names them. */
export const TYPES = ['TopicConfigurations', 'QueueConfigurations', 'LambdaFunctionConfigurations'] as const;
type Type = typeof TYPES[number];

type Rule = Readonly<Record<string, unknown>>;

/** A notification configuration as the SDK has it. */
export type BucketNotifications = { readonly [type in Type]?: readonly Rule[] } & {
  readonly EventBridgeConfiguration?: unknown;
};

/** Elements of the API, and members of the SDK, that contain the receiver. */
const NAMES: Readonly<Record<Type, readonly [element: string, receiver: string, member: string]>> = {
  TopicConfigurations: ['TopicConfiguration', 'Topic', 'TopicArn'],
  QueueConfigurations: ['QueueConfiguration', 'Queue', 'QueueArn'],
  LambdaFunctionConfigurations: ['CloudFunctionConfiguration', 'CloudFunction', 'LambdaFunctionArn'],
};

/** Returns the body of PutBucketNotificationConfiguration. */
export function notificationXml(configuration: BucketNotifications): string {
  const rules = TYPES.map((type): [string, unknown] => {
    const [element, receiver, member] = NAMES[type];
    return [element, (configuration[type] ?? []).map(rule => ({
      Id: rule.Id,
      [receiver]: rule[member],
      Event: rule.Events,
      Filter: filterOf(rule),
    }))];
  });
  return toXml('NotificationConfiguration', undefined, {
    ...Object.fromEntries(rules),
    ...configuration.EventBridgeConfiguration !== undefined && { EventBridgeConfiguration: {} },
  });
}

function filterOf({ Filter: filter }: Rule): unknown {
  const key = isRecord(filter) && isRecord(filter.Key) ? filter.Key : {};
  return Array.isArray(key.FilterRules) ? { S3Key: { FilterRule: key.FilterRules } } : undefined;
}

/** Parses the response of GetBucketNotificationConfiguration. */
export function notificationsOfXml(xml: string): BucketNotifications {
  const { NotificationConfiguration: root } = parseXml(xml);
  const configuration: Record<string, unknown> = isRecord(root) ? root : {};
  const rules = TYPES.map((type): [string, Rule[]] => {
    const [element, receiver, member] = NAMES[type];
    return [type, listOf(configuration[element]).filter(isRecord).map(rule => ({
      Id: rule.Id, [member]: rule[receiver], Events: listOf(rule.Event), ...sdkFilter(rule),
    }))];
  });
  return {
    ...Object.fromEntries(rules),
    ...configuration.EventBridgeConfiguration !== undefined && { EventBridgeConfiguration: {} },
  };
}

function sdkFilter({ Filter: filter }: Rule): { Filter?: unknown } {
  const key = isRecord(filter) && isRecord(filter.S3Key) ? filter.S3Key : undefined;
  return key === undefined ? {} : { Filter: { Key: { FilterRules: listOf(key.FilterRule) } } };
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat();
}
