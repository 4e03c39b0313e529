import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { Operations } from './operations';
import { validOperation } from './validation';
import type { OperationResponse } from '../../src/operations/contract';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { EventBus } from '../history/events';
import { RegistryHistory } from '../history/history';
import { AwsPipelineControl } from '../pipeline-control/aws';
import { TableRegistry } from '../registry/table';
import { connectedHosts } from '../sources/hosts';

const logger = new Logger({ serviceName: 'org-environments' });
const registry = new TableRegistry();
const operations = new Operations(
  registry,
  new AwsPipelineControl(process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws'),
  connectedHosts(),
  new RegistryHistory(registry, new EventBus()),
);

export async function handler(
  input: unknown,
  { awsRequestId }: Pick<Context, 'awsRequestId'>,
): Promise<OperationResponse<object>> {
  const request = validOperation(input);
  logger.info(request.operation, { ...request, requestId: awsRequestId });
  return operations.run(request, awsRequestId);
}
