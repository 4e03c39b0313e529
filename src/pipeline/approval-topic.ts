import { CfnResource, Lazy, Stack, Token } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnTopic, ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct, IDependable } from 'constructs';
import type { IOrganization } from '../organization/organization-interface';
import { NAMES } from '../private/contract';
import { fail } from '../private/validate';

interface Publishers {
  /** Ids of the accounts whose pipelines may publish. */
  readonly accountIds: Set<string>;
  /** The policy of the topic; undefined: the topic is imported, and has a policy of its own. */
  readonly policy?: IDependable;
}

/** By topic: one statement for all pipelines that use it. */
const PUBLISHERS = new WeakMap<ITopic, Publishers>();

/**
 * Allows the pipeline of an account to request approvals with a topic.
 *
 * @returns what must exist before the pipeline starts
 */
export function allowApprovalRequests(
  scope: Construct, topic: ITopic, organization: IOrganization, accountId: string,
): IDependable | undefined {
  requireUsableTopic(scope, topic, accountId);
  const known = PUBLISHERS.get(topic) ?? publishersOf(topic, organization);
  PUBLISHERS.set(topic, known);
  known.accountIds.add(accountId);
  return known.policy;
}

function publishersOf(topic: ITopic, organization: IOrganization): Publishers {
  const accountIds = new Set<string>();
  const { statementAdded, policyDependable } = topic.addToResourcePolicy(new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: {
      StringEquals: {
        'aws:PrincipalOrgID': organization.organizationId,
        'aws:PrincipalAccount': Lazy.list({ produce: () => [...accountIds] }),
      },
      ArnLike: { 'aws:PrincipalArn': `arn:*:iam::*:role/${NAMES.pipelineRole}` },
    },
  }));
  return { accountIds, policy: statementAdded ? policyDependable : undefined };
}

function requireUsableTopic(scope: Construct, topic: ITopic, accountId: string): void {
  const resource = topic.node.defaultChild;
  if (!(resource instanceof CfnResource)) return;
  if (Token.isUnresolved(accountId) && Stack.of(topic) !== Stack.of(scope)) {
    fail(scope, "the policy of the 'approvalTopic' must name the account of the pipeline, which only the stack "
      + `'${Stack.of(scope).stackName}' knows, but the topic is in the stack '${Stack.of(topic).stackName}': define `
      + 'the topic in the stack of the pipeline');
  }
  if (resource instanceof CfnTopic && /(^|:)alias\/aws\/sns$/.test(String(resource.kmsMasterKeyId))) {
    fail(scope, "the 'approvalTopic' is encrypted with the key of AWS 'alias/aws/sns', which other accounts cannot "
      + 'use: use a topic with a key of your own, or without a key');
  }
}
