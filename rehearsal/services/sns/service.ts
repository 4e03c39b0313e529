import * as v from 'valibot';
import { Identifiers } from '../../core/identifiers';
import { PolicyDocument } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import type { Operation, OwnedPolicy, Provisioned, ResourceContext, ResourceType, Service } from '../../core/service';
import type { Identities } from '../iam/identities';

const PolicyProperties = v.object({ PolicyDocument, Topics: v.array(v.string()) });

/** Amazon SNS: the policies of topics. Topics themselves are placeholders, and EventBridge publishes to them. */
export class Sns implements Service {
  public readonly name = 'sns';
  public readonly protocol = 'query';
  public readonly namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
  public readonly operations: Record<string, Operation> = {};
  public readonly resourceTypes: Record<string, ResourceType> = { 'AWS::SNS::TopicPolicy': this.policyType() };
  private readonly identifiers = new Identifiers('sns');
  private readonly policies = new Map<string, PolicyDocument>();

  public constructor(private readonly iam: Identities) {}

  public resourcePolicy(arn: string): OwnedPolicy {
    return { accountId: arn.split(':')[4], policy: this.policies.get(arn) ?? { Version: '2012-10-17', Statement: [] } };
  }

  private policyType(): ResourceType {
    const put = (id: string, input: Record<string, unknown>): Provisioned => {
      const { PolicyDocument: policy, Topics: topicArns } = read(PolicyProperties, input);
      this.iam.assertValid(policy, 'resource', 'InvalidParameter');
      this.iam.assertPrincipalsExist(policy, 'InvalidParameter');
      for (const arn of topicArns) this.policies.set(arn, policy);
      return { id, attributes: { Id: id } };
    };
    return {
      create: async (input, context: ResourceContext) => put(this.identifiers.physicalName(context, 64), input),
      update: async (id, input) => put(id, input),
      remove: async (_id, properties) => {
        for (const arn of read(PolicyProperties, properties).Topics) this.policies.delete(arn);
      },
    };
  }
}
