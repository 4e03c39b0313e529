import { Logger } from '@aws-lambda-powertools/logger';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { AwsOutside } from './aws';
import { Entry } from './entry';
import type { AnswerRequest } from '../../src/kinds/contract';
import { ENTRY_ENVIRONMENT } from '../../src/kinds/contract';
import { TableRegistry } from '../registry/table';
import { patiently } from '../shared/patience';

const { [ENTRY_ENVIRONMENT.WAITER_ARN]: waiterArn = '', [ENTRY_ENVIRONMENT.FUNCTIONS]: functions = '{}' } = process.env;

const logger = new Logger({ serviceName: 'org-environments' });
const entry = new Entry(new TableRegistry(), new AwsOutside(waiterArn), JSON.parse(functions));

/** Called by CloudFormation with a request, and by the waiter with an answer. */
export async function handler(event: CloudFormationCustomResourceEvent | { readonly answer: AnswerRequest }): Promise<void> {
  if ('answer' in event) {
    const { requestId, logicalId, stackId } = event.answer.request;
    const answer = await patiently(() => entry.answer(event.answer));
    logger.info('answered', { status: answer?.Status, reason: answer?.Reason, requestId, logicalId, stackId });
    return;
  }
  // never the whole event: the address of the answer is a secret
  const { RequestId: requestId, RequestType: type, LogicalResourceId: logicalId, StackId: stackId } = event;
  logger.info('received', { type, requestId, logicalId, stackId });
  // CloudFormation sends a request once: Lambda tries it again twice, and then it is lost
  await patiently(() => entry.receive(event));
}
