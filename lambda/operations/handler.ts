import { Logger } from '@aws-lambda-powertools/logger';
import { Operations } from './operations';
import type { OperationAnswer, OperationRequest } from '../../src/operations/contract';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { TableRegistry } from '../registry/table';
import { CodeCommitCommits } from '../shared/commits';
import { OperatedPipelines } from '../shared/operated-pipelines';

const logger = new Logger({ serviceName: 'org-environments' });
const operations = new Operations(
  new TableRegistry(), new OperatedPipelines(process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws'), new CodeCommitCommits(),
);

export async function handler(request: OperationRequest): Promise<OperationAnswer<object>> {
  logger.info(request.operation, { ...request });
  return operations.run(request);
}
