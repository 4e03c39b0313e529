import { EventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { NAMES } from '../private/contract';

/** The bus that the events of all pipelines come to, so that whoever wants to see them has to look at one place. */
export function eventBus(scope: Construct, organizationId: string): EventBus {
  const bus = new EventBus(scope, 'EventBus', { eventBusName: NAMES.eventBus, description: 'Events of the pipelines of all environments' });
  bus.addToResourcePolicy(new PolicyStatement({
    sid: 'PipelinesOfTheOrganization',
    principals: [new AnyPrincipal()],
    actions: ['events:PutEvents'],
    resources: [bus.eventBusArn],
    conditions: {
      'StringEquals': { 'aws:PrincipalOrgID': organizationId },
      // nobody but AWS can make such events: PutEvents refuses sources that begin with 'aws.'
      'ForAllValues:StringEquals': { 'events:source': ['aws.codepipeline'] },
    },
  }));
  return bus;
}
