import { Logger } from '@aws-lambda-powertools/logger';
import type { CodePipelineEvent } from './change';
import { metricLine } from './metrics';
import { record } from './recorder';
import { TableRegistry } from '../registry/table';
import { connectedHosts } from '../sources/hosts';

const logger = new Logger({ serviceName: 'org-environments' });
const registry = new TableRegistry();
const hosts = connectedHosts();

/** Throws on failure, so that Lambda retries the event. */
export async function handler(event: CodePipelineEvent & { readonly id: string }): Promise<void> {
  const outcome = await record(event, registry, hosts);
  logger.info('pipeline event', { ...outcome, eventId: event.id });
  // not with console.log, which adds a time to the line
  if (!outcome.recorded) return;
  for (const measures of outcome.measures) process.stdout.write(`${metricLine(outcome.environmentName, measures)}\n`);
}
