import { Messages } from './messages';
import { operations, permissions } from './operations';
import { subscriptionType, topicPolicyType, topicType } from './resource-types';
import { Topics } from './topics';
import type { Environment, Operation, OwnedPolicy, ResourceType, Service } from '../../core/service';
import type { Identities } from '../iam/identities';

/** Amazon SNS: topics with policies and subscriptions. Functions get the messages, others are recorded. */
export class Sns implements Service {
  public readonly name = 'sns';
  public readonly protocol = 'query';
  public readonly namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
  public readonly operations: Record<string, Operation>;
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly topics = new Topics();
  public readonly messages: Messages;

  public constructor(environment: Environment, iam: Identities) {
    this.messages = new Messages(environment, this.topics);
    this.operations = operations(this.topics, this.messages);
    this.resourceTypes = {
      'AWS::SNS::Topic': topicType(environment, this.topics),
      'AWS::SNS::Subscription': subscriptionType(this.topics),
      'AWS::SNS::TopicPolicy': topicPolicyType(iam, this.topics),
    };
  }

  public resourcePolicy(arn: string): OwnedPolicy {
    // a subscription belongs to its topic
    const topicArn = arn.split(':').slice(0, 6).join(':');
    const policy = this.topics.policyOf(topicArn) ?? { Version: '2012-10-17', Statement: [] };
    return { accountId: arn.split(':')[4], policy };
  }
}
