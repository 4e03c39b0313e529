import * as v from 'valibot';
import type { Messages } from './messages';
import type { Topics } from './topics';
import { everywhere, on, textOf } from '../../core/permissions';
import { isRecord } from '../../core/protocol/json';
import { read } from '../../core/protocol/read';
import type { Publication } from '../../core/publication';
import { AwsError } from '../../core/service';
import type { Call, Operation, Permissions } from '../../core/service';

/** The query protocol numbers the entries of lists and maps. */
const Attribute = v.object({ DataType: v.string(), StringValue: v.optional(v.string(), '') });
const Attributes = v.optional(v.record(v.string(), Attribute), {});
const Message = v.object({
  Message: v.string(),
  Subject: v.optional(v.string()),
  MessageStructure: v.optional(v.string()),
  MessageAttributes: v.optional(v.pipe(v.unknown(), v.transform(namedEntries), Attributes), {}),
});
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
const SubscribeInput = v.object({ TopicArn: v.string(), Protocol: v.string(), Endpoint: v.optional(v.string(), '') });

const topicOf = (call: Call): string => textOf(call, 'TopicArn') || textOf(call, 'TargetArn') || '*';

export const permissions: Record<string, Permissions> = {
  ...on(['GetTopicAttributes', 'ListSubscriptionsByTopic', 'Publish', 'Subscribe'], topicOf),
  ...everywhere(['ListTopics', 'Unsubscribe']),
  PublishBatch: call => [{ action: 'sns:Publish', resource: topicOf(call) }],
};

export function operations(topics: Topics, messages: Messages): Record<string, Operation> {
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
    Subscribe: async call => {
      const { TopicArn: topicArn, Protocol: protocol, Endpoint: endpoint } = read(SubscribeInput, call.input);
      topics.require(topicArn);
      const { arn } = topics.subscribe({ topicArn, protocol, endpoint, filterScope: 'MessageAttributes' });
      return { SubscriptionArn: arn };
    },
    Unsubscribe: async call => {
      topics.unsubscribe(read(v.object({ SubscriptionArn: v.string() }), call.input).SubscriptionArn);
      return {};
    },
    ListTopics: async ({ caller: { accountId }, region }) => ({
      Topics: topics.in(accountId, region).map(arn => ({ TopicArn: arn })),
    }),
    ListSubscriptionsByTopic: async call => {
      const topicArn = topicOf(call);
      topics.require(topicArn);
      return {
        Subscriptions: topics.subscriptionsOf(topicArn).map(({ arn, protocol, endpoint }) => ({
          SubscriptionArn: arn, TopicArn: topicArn, Protocol: protocol, Endpoint: endpoint, Owner: arn.split(':')[4],
        })),
      };
    },
    GetTopicAttributes: async call => {
      const topicArn = topicOf(call);
      topics.require(topicArn);
      const count = topics.subscriptionsOf(topicArn).length;
      const attributes = { TopicArn: topicArn, Owner: topicArn.split(':')[4], SubscriptionsConfirmed: count };
      return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } };
    },
  };
}

function publicationOf(topicArn: string, given: v.InferOutput<typeof Message>): Publication {
  const { Message: text, Subject: subject, MessageStructure: structure, MessageAttributes: attributes } = given;
  const values = Object.entries(attributes).map(([name, { StringValue: value }]) => [name, value]);
  const bodies = structure === 'json' ? bodiesIn(text) : undefined;
  return { topicArn, subject, body: bodies?.default ?? text, bodies, attributes: Object.fromEntries(values) };
}

/** The message of `MessageStructure=json` has a text for each protocol. */
function bodiesIn(message: string): Record<string, string> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string())), message);
  if (parsed.success && parsed.output.default !== undefined) return parsed.output;
  throw new AwsError(
    'InvalidParameter', 'Invalid parameter: Message Structure - No default entry in JSON message body',
  );
}

/** Returns a map that the query protocol passes as `entry` with `Name` and `Value`. */
function namedEntries(given: unknown): unknown {
  const entries = isRecord(given) && 'entry' in given ? given.entry : given;
  if (!Array.isArray(entries)) return entries;
  return Object.fromEntries(entries.filter(isRecord).map(({ Name, Value }) => [String(Name), Value]));
}
