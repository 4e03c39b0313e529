import { Stack } from 'aws-cdk-lib';
import { CfnEventBus, EventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { NAMES } from '../private/contract';

/** The event bus that receives the events of all pipelines. */
export function eventBus(scope: Construct, organizationId: string): EventBus {
  const bus = new EventBus(scope, 'EventBus', {
    eventBusName: NAMES.eventBus, description: 'Events of the pipelines of all environments',
  });
  const statement = new PolicyStatement({
    sid: 'PipelinesOfTheOrganization',
    principals: [new AnyPrincipal()],
    actions: ['events:PutEvents'],
    resources: [Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: NAMES.eventBus })],
    conditions: {
      'StringEquals': { 'aws:PrincipalOrgID': organizationId },
      // only AWS can send such events: PutEvents rejects sources that begin with 'aws.'
      'ForAllValues:StringEquals': { 'events:source': ['aws.codepipeline'] },
    },
  });
  const { defaultChild } = bus.node;
  // a separate resource could be created after the first pipeline, whose events would be lost
  if (defaultChild instanceof CfnEventBus) defaultChild.policy = new PolicyDocument({ statements: [statement] });
  return bus;
}
