import { Logger } from '@aws-lambda-powertools/logger';
import { Operations } from './operations';
import type { OperationAnswer, OperationRequest } from '../../src/operations/contract';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { OperatedPipelines } from '../pipeline-control/aws';
import { TableRegistry } from '../registry/table';
import { connectedHosts } from '../sources/hosts';

const logger = new Logger({ serviceName: 'org-environments' });
const operations = new Operations(
  new TableRegistry(), new OperatedPipelines(process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws'), connectedHosts(),
);

export async function handler(request: OperationRequest): Promise<OperationAnswer<object>> {
  logger.info(request.operation, { ...request });
  return operations.run(request);
}
