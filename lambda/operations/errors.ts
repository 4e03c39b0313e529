import { NAMES } from '../../src/private/contract';
import type { EnvironmentPipeline } from '../registry/environment';
import { reconcileAdvice } from '../shared/advice';
import { isAccessDenied, isNamed } from '../shared/errors';

/** Says why an operation on a pipeline failed, and what to do. */
export function problemOf(error: unknown, { pipelineName, environmentName, accountId }: EnvironmentPipeline): string {
  const pipeline = `pipeline '${pipelineName}' in account ${accountId}`;
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  // resources within a stack are not compared
  const restore =
    `${reconcileAdvice(environmentName)} (if only a part of its stack is missing, delete the stack first)`;
  if (isNamed(error, 'PipelineNotFoundException')) return `${pipeline} does not exist: ${restore}`;
  if (isAccessDenied(error)) {
    return (
      `${pipeline} cannot be accessed: the role '${NAMES.operateRole}' there must trust '${NAMES.operationsFunction}': `
      + `${restore}; if the account was closed, nothing runs there (${cause})`
    );
  }
  return `${pipeline} returned an error: try again (${cause})`;
}
