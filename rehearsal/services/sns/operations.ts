import * as v from 'valibot';
import { FilterAttributes } from './filter-policy';
import { Message, publicationOf } from './message-input';
import type { Messages } from './messages';
import type { Topics } from './topics';
import { everywhere, on, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation, Permissions } from '../../core/service';

const PublishInput = v.object({
  TopicArn: v.optional(v.string()),
  TargetArn: v.optional(v.string()),
  PhoneNumber: v.optional(v.string()),
  ...Message.entries,
});
const BatchInput = v.object({
  TopicArn: v.string(),
  PublishBatchRequestEntries: v.array(v.object({ Id: v.string(), ...Message.entries })),
});
const SubscribeInput = v.object({
  TopicArn: v.string(),
  Protocol: v.string(),
  Endpoint: v.optional(v.string(), ''),
  Attributes: v.optional(FilterAttributes, {}),
});

const topicOf = (call: Call): string => textOf(call, 'TopicArn') || textOf(call, 'TargetArn') || '*';

export const permissions: Record<string, Permissions> = {
  ...on(['GetTopicAttributes', 'ListSubscriptionsByTopic', 'Publish', 'Subscribe'], topicOf),
  ...everywhere(['ListTopics', 'Unsubscribe']),
  PublishBatch: call => [{ action: 'sns:Publish', resource: topicOf(call) }],
};

export function operations(topics: Topics, messages: Messages): Record<string, Operation> {
  return { ...publishOperations(topics, messages), ...topicOperations(topics), ...subscriptionOperations(topics) };
}

function publishOperations(topics: Topics, messages: Messages): Record<string, Operation> {
  const send = (topicArn: string, given: v.InferOutput<typeof Message>): string => {
    topics.require(topicArn);
    return messages.publish(publicationOf(topicArn, given));
  };
  return {
    Publish: async call => {
      const given = read(PublishInput, call.input);
      const topicArn = given.TopicArn ?? given.TargetArn;
      if (topicArn === undefined) {
        throw new AwsError('InvalidParameter', 'the rehearsal publishes to topics only, not to phone numbers');
      }
      return { MessageId: send(topicArn, given) };
    },
    PublishBatch: async call => {
      const { TopicArn: topicArn, PublishBatchRequestEntries: entries } = read(BatchInput, call.input);
      const sent = entries.map(entry => ({ Id: entry.Id, MessageId: send(topicArn, entry) }));
      return { Successful: sent, Failed: [] };
    },
  };
}

function topicOperations(topics: Topics): Record<string, Operation> {
  return {
    ListTopics: async ({ caller: { accountId }, region }) => ({
      Topics: topics.in(accountId, region).map(arn => ({ TopicArn: arn })),
    }),
    GetTopicAttributes: async call => {
      const topicArn = topicOf(call);
      topics.require(topicArn);
      const count = topics.subscriptionsOf(topicArn).length;
      const attributes = { TopicArn: topicArn, Owner: topicArn.split(':')[4], SubscriptionsConfirmed: count };
      return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } };
    },
  };
}

function subscriptionOperations(topics: Topics): Record<string, Operation> {
  return {
    Subscribe: async call => {
      const { Attributes: filter, ...given } = read(SubscribeInput, call.input);
      topics.require(given.TopicArn);
      const { arn } = topics.subscribe({
        topicArn: given.TopicArn,
        protocol: given.Protocol,
        endpoint: given.Endpoint,
        filterPolicy: filter.FilterPolicy,
        filterScope: filter.FilterPolicyScope,
      });
      return { SubscriptionArn: arn };
    },
    Unsubscribe: async call => {
      topics.unsubscribe(read(v.object({ SubscriptionArn: v.string() }), call.input).SubscriptionArn);
      return {};
    },
    ListSubscriptionsByTopic: async call => {
      const topicArn = topicOf(call);
      topics.require(topicArn);
      return {
        Subscriptions: topics.subscriptionsOf(topicArn).map(({ arn, protocol, endpoint }) => ({
          SubscriptionArn: arn, TopicArn: topicArn, Protocol: protocol, Endpoint: endpoint, Owner: arn.split(':')[4],
        })),
      };
    },
  };
}
