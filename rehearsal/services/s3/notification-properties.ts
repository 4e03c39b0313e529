import * as v from 'valibot';
import { assertDistinct, keyFilter, type Notification, type Notifications } from './notifications';

const Rule = v.object({
  Event: v.string(),
  Function: v.optional(v.string()),
  Queue: v.optional(v.string()),
  Topic: v.optional(v.string()),
  Filter: v.optional(v.object({
    S3Key: v.object({ Rules: v.array(v.object({ Name: v.string(), Value: v.string() })) }),
  })),
});
const Rules = v.optional(v.array(Rule), []);

/** The property `NotificationConfiguration` of `AWS::S3::Bucket`. */
export const NotificationProperties = v.object({
  LambdaConfigurations: Rules,
  QueueConfigurations: Rules,
  TopicConfigurations: Rules,
  EventBridgeConfiguration: v.optional(v.unknown()),
});

/** @throws AwsError if two rules overlap */
export function notificationsOf(
  given: v.InferOutput<typeof NotificationProperties>, nextId: () => string,
): Notifications {
  const convert = (receiver: Notification['receiver']) => (rule: v.InferOutput<typeof Rule>): Notification => {
    const arn = rule.Function ?? rule.Queue ?? rule.Topic ?? '';
    return { id: nextId(), receiver, arn, events: [rule.Event], ...keyFilter(rule.Filter?.S3Key.Rules ?? []) };
  };
  const rules = [
    ...given.LambdaConfigurations.map(convert('CloudFunction')),
    ...given.QueueConfigurations.map(convert('Queue')),
    ...given.TopicConfigurations.map(convert('Topic')),
  ];
  assertDistinct(rules);
  return { rules, eventBridge: given.EventBridgeConfiguration !== undefined };
}
