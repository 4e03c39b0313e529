import pc from 'picocolors';
import { selectedNames } from './environment-selection';
import type { ResumeOutcome } from '../../src/operations/contract';
import type { OperationsClient } from '../operations/operations-function';
import type { SelectionOptions } from '../options/operation-options';
import { NO_ENVIRONMENTS, outcomeLine } from '../output/outcome-line';
import type { Write } from '../output/terminal';

/** Resumes halted pipelines of environments. Returns whether all of them could be resumed. */
export async function resume(options: SelectionOptions, operations: OperationsClient, write: Write): Promise<boolean> {
  const environmentNames = selectedNames(options);
  const by = await operations.callerArn();
  const request = { operation: 'resume', environmentNames, by } as const;
  const { pipelines, removedHalts = [] } = await operations.invoke<ResumeOutcome>(request);
  for (const outcome of pipelines) write(outcomeLine(outcome, describe(outcome)));
  for (const name of removedHalts) write(`${pc.bold(name)}: the environment does not exist; its halt was removed`);
  if (pipelines.length + removedHalts.length === 0) write(NO_ENVIRONMENTS);
  return pipelines.every(({ problem }) => problem === undefined);
}

function describe({ state, started, wasHalted }: ResumeOutcome): string {
  if (state === 'disabled') {
    return `${pc.yellow('disabled')} by its definition (enabled: false): change it to true and deploy to enable it`;
  }
  if (state === 'suspended') {
    return `${pc.yellow('suspended')}: another pipeline takes its place, or it is being removed`;
  }
  if (state === 'reserved') {
    const halt = wasHalted ? 'the halt was removed; ' : '';
    return `${pc.yellow('reserved')}: ${halt}the next release to this side deploys its commits`;
  }
  const commits = started ? 'deploying the last commit' : 'deploys new commits';
  return `${pc.green(wasHalted ? 'resumed' : 'was not halted')}: ${commits}`;
}
