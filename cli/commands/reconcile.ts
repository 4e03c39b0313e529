import pc from 'picocolors';
import { selectedNames } from './environment-selection';
import type { Drift, ReconcileOperation, ReconcileOutcome, ReconcileResponse } from '../../src/operations/contract';
import type { ReconcileClient } from '../operations/operations-function';
import type { ReconcileOptions } from '../options/operation-options';
import { formatCount } from '../output/format';
import type { Write } from '../output/terminal';

/** What the command needs besides the operations function. */
export interface ReconcileTerminal {
  readonly write: Write;
  /** Asks the user. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** @default - waits in real time */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

const POLL_MILLISECONDS = 5000;

/** A repair ends after less than an hour. */
const MAX_POLLS = 800;

/**
 * Compares environments with what their app declares, and repairs them if the user agrees. Returns whether they are as
 * declared at the end.
 */
export async function reconcile(
  options: ReconcileOptions, operations: ReconcileClient, terminal: ReconcileTerminal,
): Promise<boolean> {
  const { write } = terminal;
  const environmentNames = selectedNames(options);
  const by = await operations.callerArn();
  const run = async (mode: ReconcileOperation['mode']): Promise<ReconcileResponse> =>
    operations.reconcile({ operation: 'reconcile', environmentNames, by, mode });
  const checked = await checkAll(run);
  print(checked, write);
  const repairable = checked.flatMap(({ drifts }) => drifts).filter(({ isRepairable }) => isRepairable);
  if (options.check || repairable.length === 0) return checked.every(isAsDeclared);
  if (!options.yes && !await terminal.confirm(`Repair ${formatCount(repairable.length, 'difference')}?`)) return false;
  await run('repair');
  const { sleep = async milliseconds => { await new Promise(resolve => { setTimeout(resolve, milliseconds); }); } } =
    terminal;
  let resources = (await run('read')).resources;
  for (let polls = 0; polls < MAX_POLLS && resources.some(isBeingRepaired); polls++) {
    await sleep(POLL_MILLISECONDS);
    ({ resources } = await run('read'));
  }
  write('');
  write('After the repair:');
  print(resources, write);
  return resources.every(isAsDeclared);
}

/** One call may not be enough for all resources; those that were checked last come last. */
async function checkAll(
  run: (mode: ReconcileOperation['mode']) => Promise<ReconcileResponse>,
): Promise<readonly ReconcileOutcome[]> {
  const found = new Map<string, ReconcileOutcome>();
  for (;;) {
    const { resources, unchecked } = await run('check');
    const before = found.size;
    for (const outcome of resources) found.set(`${outcome.environmentName}/${outcome.logicalId}`, outcome);
    // resources that cannot be checked are tried again in each call
    if (unchecked === 0 || found.size === before) return [...found.values()];
  }
}

function print(outcomes: readonly ReconcileOutcome[], write: Write): void {
  for (const outcome of outcomes) linesOf(outcome).forEach(line => { write(line); });
  const good = outcomes.filter(isAsDeclared).length;
  write(`${formatCount(good, 'resource')} of ${outcomes.length} as declared`);
}

function linesOf({ environmentName, logicalId, state, drifts, problem }: ReconcileOutcome): string[] {
  const name = pc.bold(environmentName ?? logicalId);
  return [
    ...drifts.flatMap(drift => driftLines(name, drift)),
    ...state === 'busy' ? [`${pc.yellow('!')} ${name}: ${logicalId} was not checked: a deployment is in progress`] : [],
    ...state === 'repairing' ? [`${pc.yellow('!')} ${name}: ${logicalId} is being repaired`] : [],
    ...problem === undefined ? [] : [`${pc.red('✗')} ${name}: ${logicalId} ${problem}`],
  ];
}

function driftLines(name: string, { what, remedy, isRepairable }: Drift): string[] {
  return [
    `${pc.yellow('!')} ${name}: ${what}`,
    isRepairable ? `    repair: ${remedy}` : `    cannot be repaired automatically: ${remedy}`,
  ];
}

function isAsDeclared({ state, drifts, problem }: ReconcileOutcome): boolean {
  return state === 'checked' && drifts.length === 0 && problem === undefined;
}

function isBeingRepaired({ state }: ReconcileOutcome): boolean {
  return state === 'repairing';
}
