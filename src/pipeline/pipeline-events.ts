import { Aws } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { NAMES } from '../private/contract';

export interface PipelineEventsProps {
  readonly pipelineName: string;
  /** ARN of the event bus of the organization in the CICD account. */
  readonly eventBusArn: string;
}

/** Sends all events of the pipeline to the event bus of the organization. */
export class PipelineEvents extends Construct {
  public constructor(scope: Construct, id: string, { pipelineName, eventBusArn }: PipelineEventsProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      roleName: NAMES.eventsRule,
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        Forward: new PolicyDocument({
          statements: [
            new PolicyStatement({ sid: 'Forward', actions: ['events:PutEvents'], resources: [eventBusArn] }),
          ],
        }),
      },
    });
    new CfnRule(this, 'Rule', {
      // policies name the rule: one lets CloudFormation create it, another denies changes by applications
      name: NAMES.eventsRule,
      description: 'Sends the events of the pipeline to the CICD account',
      eventPattern: { source: ['aws.codepipeline'], detail: { pipeline: [pipelineName] } },
      targets: [{ id: 'Organization', arn: eventBusArn, roleArn: role.roleArn }],
    });
  }
}
