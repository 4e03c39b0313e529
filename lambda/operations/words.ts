import { NAMES } from '../../src/private/contract';
import type { EnvironmentPipeline } from '../registry/environment';
import { isDenied, isNamed } from '../shared/errors';

/** Why something could not be done with a pipeline, and what to do about it. */
export function problemOf(error: unknown, { pipelineName, environmentName, accountId }: EnvironmentPipeline): string {
  const [pipeline, said] = [`pipeline '${pipelineName}' in account ${accountId}`, error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
  if (isNamed(error, 'PipelineNotFoundException')) return `${pipeline} is not there (yet): deploy environment '${environmentName}'`;
  if (isDenied(error)) {
    return `${pipeline} cannot be reached: the role '${NAMES.operateRole}' there must trust '${NAMES.operationsFunction}': deploy environment `
      + `'${environmentName}' again; if the account was closed, nothing runs there (${said})`;
  }
  return `${pipeline} does not answer as it should: try again (${said})`;
}
