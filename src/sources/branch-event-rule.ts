import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/**
 * Invokes a function for every branch that is created or moved in the account and region. It names no repository:
 * EventBridge allows 300 rules, and the policy of a function has at most 20 KB. The function ignores branches without a
 * pipeline.
 */
export function branchEventRule(scope: Construct, id: string, target: IFunction): Rule {
  return new Rule(scope, id, {
    description: 'Starts the pipelines of branches that have moved',
    eventPattern: {
      source: ['aws.codecommit'],
      detailType: ['CodeCommit Repository State Change'],
      detail: { event: ['referenceCreated', 'referenceUpdated'], referenceType: ['branch'] },
    },
    targets: [new LambdaFunction(target)],
  });
}
