import pc from 'picocolors';
import { selectedNames } from './environment-selection';
import type { Halt, HaltOutcome } from '../../src/operations/contract';
import type { OperationsClient } from '../operations/operations-function';
import type { HaltOptions } from '../options/operation-options';
import { formatCount, formatTime } from '../output/format';
import { NO_ENVIRONMENTS, outcomeLine } from '../output/outcome-line';
import type { Write } from '../output/terminal';
import { UsageError } from '../usage-error';

/** Halts the pipelines of environments. Returns whether all of them are halted. */
export async function halt(options: HaltOptions, operations: OperationsClient, write: Write): Promise<boolean> {
  const { environment, all, reason } = options;
  if (reason === undefined) {
    const selection = environment || all ? '' : '--environment <name> (can be repeated) or --all, and ';
    throw new UsageError(
      `missing: ${selection}--reason <text>, for example: `
      + "org-environments halt --environment prod --reason 'incident 4711'",
    );
  }
  const environmentNames = selectedNames(options);
  const by = await operations.callerArn();
  const { pipelines } = await operations.invoke<HaltOutcome>({ operation: 'halt', environmentNames, by, reason });
  for (const outcome of pipelines) write(outcomeLine(outcome, describe(outcome)));
  if (pipelines.some(({ side }) => side)) write('A blue/green release in progress returns its traffic.');
  if (pipelines.length === 0) write(NO_ENVIRONMENTS);
  return pipelines.every(({ problem }) => problem === undefined);
}

function describe({ stopped, interrupted, haltedAlready }: HaltOutcome): string {
  const executions = stopped === 0 ? 'no execution was running' : `${formatCount(stopped, 'execution')} stopped`;
  const halted = haltedAlready
    ? `${pc.yellow('already halted')} by ${describeHalt(haltedAlready)}; `
    : `${pc.yellow('halted')}: `;
  if (interrupted.length === 0) return `${halted}${executions}`;
  return `${halted}${executions}, interrupted: ${interrupted.join(', ')}. CloudFormation finishes the stacks it has `
    + 'started; later stacks are not deployed';
}

function describeHalt({ by, at, reason }: Halt): string {
  return `${by} at ${formatTime(at)}: ${reason}`;
}
