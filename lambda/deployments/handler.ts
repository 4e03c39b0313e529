import { Logger } from '@aws-lambda-powertools/logger';
import type { CodePipelineEvent } from './change';
import { record } from './recorder';
import { TableRegistry } from '../registry/table';
import { metricLine } from '../shared/metrics';
import { connectedHosts } from '../sources/hosts';

const logger = new Logger({ serviceName: 'org-environments' });
const registry = new TableRegistry();
const hosts = connectedHosts();

/** What rules for users match, beside the event. */
interface Result {
  readonly verified: boolean;
}

/** Throws on failure, so that Lambda retries the event. Lambda sends the result to the bus of the organization. */
export async function handler(event: CodePipelineEvent & { readonly id: string }): Promise<Result> {
  const outcome = await record(event, registry, hosts);
  logger.info('pipeline event', { ...outcome, eventId: event.id });
  // not with console.log, which adds a time to the line
  const lines = outcome.recorded ? outcome.measures.map(measures => metricLine(outcome.environmentName, measures)) : [];
  for (const line of lines) process.stdout.write(`${line}\n`);
  return { verified: outcome.verified };
}
