import pc from 'picocolors';
import type { StatusOutcome } from '../../src/operations/contract';
import type { Operated } from '../operations/operations-function';
import { duration } from '../output/progress';

type Write = (line: string) => void;

const COLUMNS = ['environment', 'account', 'state', 'last execution', 'commit', 'author', 'started (UTC)', 'duration'];

/** Answers whether everything could be seen. */
export async function status({ json }: { readonly json?: boolean }, operations: Operated, write: Write): Promise<boolean> {
  const { pipelines: outcomes } = await operations.invoke<StatusOutcome>({ operation: 'status' });
  if (json) write(JSON.stringify(outcomes, undefined, 2));
  else if (outcomes.length === 0) write('There are no environments.');
  else drawStatus(outcomes).forEach(write);
  return outcomes.every(({ problem }) => problem === undefined);
}

/** A table of all pipelines, and below it what does not fit into a table. */
export function drawStatus(outcomes: readonly StatusOutcome[]): string[] {
  const rows = [COLUMNS, ...outcomes.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map(row => row[column].length)));
  const table = rows.map((row, index) => row.map((cell, column) => paint(index, column, cell.padEnd(widths[column]))).join('  ').trimEnd());
  const notes = outcomes.flatMap(remarksOf);
  return notes.length > 0 ? [...table, '', ...notes] : table;
}

function cellsOf({ environmentName, accountId, state, last }: StatusOutcome): string[] {
  const { status: executed = '-', waits, commitId = '-', author = '-', startedAt, seconds } = last ?? {};
  const took = seconds === undefined ? '-' : duration(seconds);
  return [environmentName, accountId, state, waits ? `waiting (${state})` : executed, commitId.slice(0, 7), author, startedAt ? moment(startedAt) : '-', took];
}

function remarksOf({ environmentName, accountId, state, halt, disabledByHand, problem }: StatusOutcome): string[] {
  return [
    ...halt ? [`${pc.bold(environmentName)} was halted by ${halt.by} at ${moment(halt.at)}: ${halt.reason}`] : [],
    ...state === 'disabled' && disabledByHand === undefined ? [`${pc.bold(environmentName)} is disabled by its definition (enabled: false)`] : [],
    ...state === 'suspended' ? [`${pc.bold(environmentName)} in account ${accountId} is suspended: another pipeline takes its place, or it is being removed`] : [],
    ...disabledByHand === undefined ? [] : [
      `${pc.bold(environmentName)} was disabled by hand in account ${accountId}: ${disabledByHand || 'no reason given'}; `
      + `to enable it, run: org-environments resume --environment ${environmentName}`,
    ],
    ...problem === undefined ? [] : [`${pc.red('✗')} ${pc.bold(environmentName)}: ${problem}`],
  ];
}

export function moment(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** Colours are put on last: their invisible letters must not count for the width. */
function paint(row: number, column: number, cell: string): string {
  if (row === 0) return pc.dim(cell);
  if (column === 0) return pc.bold(cell);
  if (column !== 2) return cell;
  return cell.startsWith('enabled') ? pc.green(cell) : pc.yellow(cell);
}
