import pc from 'picocolors';
import type { PipelineIdentity } from '../../src/operations/contract';

export const NO_ENVIRONMENTS = 'No environments exist.';

/** Formats the outcome of an operation on one pipeline, or the problem that it had. */
export function outcomeLine(pipeline: PipelineIdentity & { readonly problem?: string }, outcome: string): string {
  const { environmentName, side, accountId, problem } = pipeline;
  const where = side === undefined ? `account ${accountId}` : `side ${side}, account ${accountId}`;
  return problem === undefined
    ? `${pc.bold(environmentName)} (${where}) ${outcome}`
    : `${pc.red('✗')} ${pc.bold(environmentName)}: ${problem}`;
}
