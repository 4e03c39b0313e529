import { Logger } from '@aws-lambda-powertools/logger';
import { Operations } from './operations';
import { validOperation } from './validation';
import type { OperationResponse } from '../../src/operations/contract';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { AwsPipelineControl } from '../pipeline-control/aws';
import { TableRegistry } from '../registry/table';
import { connectedHosts } from '../sources/hosts';

const logger = new Logger({ serviceName: 'org-environments' });
const operations = new Operations(
  new TableRegistry(),
  new AwsPipelineControl(process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws'),
  connectedHosts(),
);

export async function handler(input: unknown): Promise<OperationResponse<object>> {
  const request = validOperation(input);
  logger.info(request.operation, { ...request });
  return operations.run(request);
}
