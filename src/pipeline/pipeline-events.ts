import { Aws } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { NAMES } from '../private/contract';

export interface PipelineEventsProps {
  readonly pipelineName: string;
  /** The organization's bus in the CICD account. */
  readonly eventBusArn: string;
}

/** Sends all events of the pipeline to the organization's bus: the CICD account needs no rule for it. */
export class PipelineEvents extends Construct {
  public constructor(scope: Construct, id: string, { pipelineName, eventBusArn }: PipelineEventsProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      roleName: NAMES.eventsRule,
      assumedBy: new ServicePrincipal('events.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } }),
      inlinePolicies: {
        Forward: new PolicyDocument({ statements: [new PolicyStatement({ sid: 'Forward', actions: ['events:PutEvents'], resources: [eventBusArn] })] }),
      },
    });
    new CfnRule(this, 'Rule', {
      // known by name to the policy that lets CloudFormation make it, and to the one that keeps applications from it
      name: NAMES.eventsRule,
      description: 'Tells the CICD account what happens in the pipeline',
      eventPattern: { source: ['aws.codepipeline'], detail: { pipeline: [pipelineName] } },
      targets: [{ id: 'Organization', arn: eventBusArn, roleArn: role.roleArn }],
    });
  }
}
