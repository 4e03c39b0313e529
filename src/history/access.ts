import { Aws } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Permission } from '../kinds/kind';
import { allow } from '../kinds/permissions';
import { HANDLER_ENVIRONMENT } from '../private/contract';

/** Environment variables of functions that record changes in the history. */
export const HISTORY_ENVIRONMENT: { readonly [name: string]: string } = {
  [HANDLER_ENVIRONMENT.EVENTS_ENDPOINT]: `https://events.${Aws.REGION}.${Aws.URL_SUFFIX}`,
};

/** The permission of such functions to put events. They also need the records of the history. */
export function putEvents(eventBus: IEventBus): Permission {
  return allow('PutEvents', ['events:PutEvents'], [eventBus.eventBusArn]);
}
