import { Logger } from '@aws-lambda-powertools/logger';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { AwsOutbound } from './aws';
import { Entry } from './entry';
import type { ResponseRequest } from '../../src/kinds/contract';
import { ENTRY_ENVIRONMENT } from '../../src/kinds/contract';
import { EventBus } from '../history/events';
import { RegistryHistory } from '../history/history';
import { TableRegistry } from '../registry/table';
import { retryTransient } from '../shared/retry';

const { [ENTRY_ENVIRONMENT.WAITER_ARN]: waiterArn = '', [ENTRY_ENVIRONMENT.FUNCTIONS]: functions = '{}' } = process.env;

const logger = new Logger({ serviceName: 'org-environments' });
const registry = new TableRegistry();
const history = new RegistryHistory(registry, new EventBus());
const entry = new Entry(registry, new AwsOutbound(waiterArn), JSON.parse(functions), history);

/** Invoked by CloudFormation with a request, and by the waiter with the outcome. */
export async function handler(
  event: CloudFormationCustomResourceEvent | { readonly response: ResponseRequest },
): Promise<void> {
  if ('response' in event) {
    const { requestId, logicalId, stackId } = event.response.request;
    const response = await retryTransient(() => entry.respond(event.response));
    logger.info('response sent', { status: response?.Status, reason: response?.Reason, requestId, logicalId, stackId });
    return;
  }
  // never log the whole event: the response URL is a secret
  const { RequestId: requestId, RequestType: type, LogicalResourceId: logicalId, StackId: stackId } = event;
  logger.info('request received', { type, requestId, logicalId, stackId });
  // CloudFormation sends a request once: Lambda retries it twice, and then it is lost
  await retryTransient(() => entry.receive(event));
}
