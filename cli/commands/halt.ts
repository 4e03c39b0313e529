import pc from 'picocolors';
import { chosenNames } from './environment-selection';
import type { ChoiceOptions } from './environment-selection';
import { moment } from './status';
import type { HaltOutcome, PipelineIdentity, ResumeOutcome } from '../../src/operations/contract';
import type { Operated } from '../operations/operations-function';

type Write = (line: string) => void;

/** Answers whether all pipelines are halted. */
export async function halt(options: ChoiceOptions & { readonly reason: string }, operations: Operated, write: Write): Promise<boolean> {
  const environmentNames = chosenNames(options);
  const by = await operations.caller();
  const { pipelines: outcomes } = await operations.invoke<HaltOutcome>({ operation: 'halt', environmentNames, by, reason: options.reason });
  for (const outcome of outcomes) write(line(outcome, halted(outcome)));
  if (outcomes.length === 0) write('There are no environments.');
  return outcomes.every(({ problem }) => problem === undefined);
}

/** Answers whether all pipelines let commits through again that should. */
export async function resume(options: ChoiceOptions, operations: Operated, write: Write): Promise<boolean> {
  const environmentNames = chosenNames(options);
  const by = await operations.caller();
  const { pipelines: outcomes, gone = [] } = await operations.invoke<ResumeOutcome>({ operation: 'resume', environmentNames, by });
  for (const outcome of outcomes) write(line(outcome, resumed(outcome)));
  for (const name of gone) write(`${name}: there is no such environment now; its halt is taken back, so one of this name starts as its code says`);
  if (outcomes.length + gone.length === 0) write('There are no environments.');
  return outcomes.every(({ problem }) => problem === undefined);
}

function halted({ stopped, interrupted, haltedAlready }: HaltOutcome): string {
  const executions = stopped === 0 ? 'nothing was running' : `${stopped} execution${stopped === 1 ? '' : 's'} stopped`;
  const earlier = haltedAlready && ` already by ${haltedAlready.by} at ${moment(haltedAlready.at)}: ${haltedAlready.reason}; now`;
  const beginning = `${pc.yellow('halted')}${earlier ?? ':'} ${executions}`;
  if (interrupted.length === 0) return beginning;
  return `${beginning}, ${interrupted.join(' and ')} interrupted; CloudFormation still finishes the stacks that it has begun, `
    + 'those after them are not deployed';
}

function resumed({ state, started, wasHalted }: ResumeOutcome): string {
  if (state === 'disabled') return `${pc.yellow('disabled')} by its definition (enabled: false): change it to true and deploy to enable it`;
  if (state === 'suspended') return `${pc.yellow('suspended')}: another pipeline takes its place, or it is being removed`;
  if (!wasHalted) return `${pc.green('was not halted')}: ${started ? 'the last commit of the branch is on its way' : 'commits go through'}`;
  return `${pc.green('resumed')}: ${started ? 'the last commit of the branch is on its way' : 'commits go through again'}`;
}

function line(outcome: PipelineIdentity & { readonly problem?: string }, words: string): string {
  const { environmentName, accountId, problem } = outcome;
  return problem === undefined ? `${pc.bold(environmentName)} (account ${accountId}) ${words}` : `${pc.red('✗')} ${pc.bold(environmentName)}: ${problem}`;
}
