import pc from 'picocolors';
import type { PipelineIdentity } from '../../src/operations/contract';

export const NO_ENVIRONMENTS = 'No environments exist.';

/** Formats the outcome of an operation on one pipeline, or the problem that it had. */
export function outcomeLine(pipeline: PipelineIdentity & { readonly problem?: string }, outcome: string): string {
  const { environmentName, accountId, problem } = pipeline;
  return problem === undefined
    ? `${pc.bold(environmentName)} (account ${accountId}) ${outcome}`
    : `${pc.red('✗')} ${pc.bold(environmentName)}: ${problem}`;
}
