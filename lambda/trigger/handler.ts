import { Logger } from '@aws-lambda-powertools/logger';
import { MemberPipelines, OperationsReleases } from './aws';
import { trigger } from './trigger';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { TableRegistry } from '../registry/table';
import { withSessionName } from '../shared/session-name';
import { reportingHosts } from '../sources/pushes';
import type { HostEvent } from '../sources/source';

const logger = new Logger({ serviceName: 'org-environments' });
const registry = new TableRegistry();
const hosts = reportingHosts();
const pipelines = new MemberPipelines(process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws');
const releases = new OperationsReleases();

/** Throws on failure, so that Lambda retries the event. */
export async function handler(event: HostEvent): Promise<void> {
  const outcome = await withSessionName('trigger', event.id, async () =>
    trigger(event, { registry, hosts, pipelines, releases }));
  logger.info('branch was updated', { ...outcome, eventId: event.id });
}
