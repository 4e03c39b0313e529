import { NAMES } from '../../src/private/contract';
import type { EnvironmentPipeline } from '../registry/environment';
import { isAccessDenied, isNamed } from '../shared/errors';

/** Says why an operation on a pipeline failed, and what to do. */
export function problemOf(error: unknown, { pipelineName, environmentName, accountId }: EnvironmentPipeline): string {
  const pipeline = `pipeline '${pipelineName}' in account ${accountId}`;
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (isNamed(error, 'PipelineNotFoundException')) {
    return `${pipeline} does not exist: deploy environment '${environmentName}'`;
  }
  if (isAccessDenied(error)) {
    return (
      `${pipeline} cannot be accessed: the role '${NAMES.operateRole}' there must trust '${NAMES.operationsFunction}': `
      + `deploy environment '${environmentName}' again; if the account was closed, nothing runs there (${cause})`
    );
  }
  return `${pipeline} returned an error: try again (${cause})`;
}
