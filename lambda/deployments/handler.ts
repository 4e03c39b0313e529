import { Logger } from '@aws-lambda-powertools/logger';
import type { CodePipelineEvent } from './change';
import { metricLine } from './metrics';
import { record } from './recorder';
import { TableRegistry } from '../registry/table';
import { connectedHosts } from '../sources/hosts';

const logger = new Logger({ serviceName: 'org-environments' });
const registry = new TableRegistry();
const hosts = connectedHosts();

/** An error is thrown, so that Lambda tries the same event again later. */
export async function handler(event: CodePipelineEvent & { readonly id: string }): Promise<void> {
  const outcome = await record(event, registry, hosts);
  logger.info('pipeline has changed', { ...outcome, eventId: event.id });
  // not by console, which would begin the line with a time
  if (outcome.recorded) outcome.measures.forEach(measures => process.stdout.write(`${metricLine(outcome.environmentName, measures)}\n`));
}
