import { Logger } from '@aws-lambda-powertools/logger';
import { CodeCommitHeads, MemberPipelines } from './aws';
import type { ReferenceEvent } from './trigger';
import { trigger } from './trigger';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { TableRegistry } from '../registry/table';

const logger = new Logger({ serviceName: 'org-environments' });
const registry = new TableRegistry();
const heads = new CodeCommitHeads();
const pipelines = new MemberPipelines(process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws');

/** An error is thrown, so that Lambda tries the same event again later. */
export async function handler(event: ReferenceEvent): Promise<void> {
  logger.info('branch has moved', { ...await trigger(event, registry, heads, pipelines), eventId: event.id });
}
