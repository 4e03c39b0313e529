import * as v from 'valibot';
import { FilterAttributes } from './filter-policy';
import type { NewSubscription, Subscription, Topics } from './topics';
import { Identifiers } from '../../core/identifiers';
import { PolicyDocument } from '../../core/policy-document';
import { Flag, read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../../core/service';
import type { Identities } from '../iam/identities';

const Subscriber = v.object({ Protocol: v.string(), Endpoint: v.string() });
type Subscriber = v.InferOutput<typeof Subscriber>;
const TopicProperties = v.object({
  TopicName: v.optional(v.string()),
  FifoTopic: Flag,
  Subscription: v.optional(v.array(Subscriber), []),
});
const SubscriptionProperties = v.object({
  TopicArn: v.string(),
  Protocol: v.string(),
  Endpoint: v.optional(v.string(), ''),
  ...FilterAttributes.entries,
});
const PolicyProperties = v.object({ PolicyDocument, Topics: v.array(v.string()) });

/** `AWS::SNS::Topic`. */
export function topicType(environment: Environment, topics: Topics): ResourceType {
  const identifiers = new Identifiers('AWS::SNS::Topic');
  const provisioned = (arn: string): Provisioned => ({
    id: arn, attributes: { TopicArn: arn, TopicName: arn.slice(arn.lastIndexOf(':') + 1) },
  });
  const subscribe = (topicArn: string, properties: v.InferOutput<typeof TopicProperties>): void => {
    for (const { Protocol: protocol, Endpoint: endpoint } of properties.Subscription) {
      topics.subscribe({ topicArn, protocol, endpoint });
    }
  };
  const create = async (input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> => {
    const properties = read(TopicProperties, input);
    const ending = properties.FifoTopic ? '.fifo' : '';
    const name = properties.TopicName ?? `${identifiers.physicalName(context, 256 - ending.length)}${ending}`;
    const arn = `arn:${environment.partition}:sns:${context.region}:${context.accountId}:${name}`;
    if (topics.has(arn)) {
      const message = `Resource of type 'AWS::SNS::Topic' with identifier '${name}' already exists.`;
      throw new AwsError('AlreadyExists', message);
    }
    topics.add(arn);
    subscribe(arn, properties);
    return provisioned(arn);
  };
  return {
    create,
    update: async (id, input, before, context) => {
      const [properties, old] = [read(TopicProperties, input), read(TopicProperties, before)];
      if (properties.TopicName !== old.TopicName) return create(input, context);
      for (const one of topics.subscriptionsOf(id)) {
        if (isIn(old.Subscription, one) && !isIn(properties.Subscription, one)) topics.unsubscribe(one.arn);
      }
      subscribe(id, properties);
      return provisioned(id);
    },
    remove: async id => topics.remove(id),
  };
}

function isIn(subscribers: readonly Subscriber[], { protocol, endpoint }: Subscription): boolean {
  return subscribers.some(one => one.Protocol === protocol && one.Endpoint === endpoint);
}

/** `AWS::SNS::Subscription`. */
export function subscriptionType(topics: Topics): ResourceType {
  const wanted = (input: Record<string, unknown>): NewSubscription => {
    const given = read(SubscriptionProperties, input);
    return {
      topicArn: given.TopicArn,
      protocol: given.Protocol,
      endpoint: given.Endpoint,
      filterPolicy: given.FilterPolicy,
      filterScope: given.FilterPolicyScope,
    };
  };
  const create = async (input: Record<string, unknown>): Promise<Provisioned> => {
    const { arn } = topics.subscribe(wanted(input));
    return { id: arn, attributes: { Arn: arn } };
  };
  return {
    create,
    update: async (id, input, before) => {
      const isSame = (name: string): boolean => input[name] === before[name];
      if (!['TopicArn', 'Protocol', 'Endpoint'].every(isSame)) return create(input);
      topics.replace(id, wanted(input));
      return { id, attributes: { Arn: id } };
    },
    remove: async id => topics.unsubscribe(id),
  };
}

/** `AWS::SNS::TopicPolicy`. */
export function topicPolicyType(iam: Identities, topics: Topics): ResourceType {
  const identifiers = new Identifiers('sns');
  const topicsOf = (input: Record<string, unknown>): readonly string[] => read(PolicyProperties, input).Topics;
  const put = (id: string, input: Record<string, unknown>): Provisioned => {
    const { PolicyDocument: policy, Topics: topicArns } = read(PolicyProperties, input);
    iam.assertValid(policy, 'resource', 'InvalidParameter');
    iam.assertPrincipalsExist(policy, 'InvalidParameter');
    for (const arn of topicArns) topics.setPolicy(arn, policy);
    return { id, attributes: { Id: id } };
  };
  return {
    create: async (input, context: ResourceContext) => put(identifiers.physicalName(context, 64), input),
    update: async (id, input, before) => {
      const updated = put(id, input);
      const remaining = topicsOf(input);
      for (const arn of topicsOf(before)) if (!remaining.includes(arn)) topics.setPolicy(arn, undefined);
      return updated;
    },
    remove: async (_id, properties) => {
      for (const arn of topicsOf(properties)) topics.setPolicy(arn, undefined);
    },
  };
}
