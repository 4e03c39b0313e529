import pc from 'picocolors';
import type { HistoryEntry } from '../../src/history/contract';
import type { OperationsClient } from '../operations/operations-function';
import type { HistoryOptions } from '../options/operation-options';
import { formatTime } from '../output/format';
import { formatTable } from '../output/table';
import type { Write } from '../output/terminal';

/** Default of `--limit`. */
const LIMIT = 50;

const COLUMNS = ['time (UTC)', 'environment', 'account', 'change', 'outcome', 'by', 'subject', 'request'];
const OUTCOME = COLUMNS.indexOf('outcome');

/** Prints the last changes of an environment or of all environments, oldest first. */
export async function history(
  environmentName: string | undefined,
  { json, limit = LIMIT }: HistoryOptions,
  operations: OperationsClient,
  write: Write,
): Promise<boolean> {
  const request = { operation: 'history', limit, ...environmentName !== undefined && { environmentName } } as const;
  const { history: entries = [] } = await operations.invoke(request);
  if (json) write(JSON.stringify(entries, undefined, 2));
  else if (entries.length === 0) write(noChanges(environmentName));
  else formatHistory(entries).forEach(line => write(line));
  return true;
}

/** Formats the changes as a table, followed by their reasons. */
export function formatHistory(entries: readonly HistoryEntry[]): string[] {
  const table = formatTable([COLUMNS, ...entries.map(cellsOf)], paint);
  const reasons = entries.flatMap(reasonOf);
  return reasons.length > 0 ? [...table, '', ...reasons] : table;
}

function noChanges(environmentName: string | undefined): string {
  const of = environmentName === undefined ? '' : ` of environment '${environmentName}'`;
  return `No changes${of} in the last 400 days.`;
}

function cellsOf({ at, environmentName, accountId, change, outcome, by, subject, commitId, requestId }: HistoryEntry) {
  return [
    formatTime(at),
    environmentName ?? '-',
    accountId ?? '-',
    change.toLowerCase(),
    outcome,
    shortName(by),
    [subject, commitId?.slice(0, 7)].filter(text => text !== undefined).join(' ') || '-',
    requestId,
  ];
}

function reasonOf({ at, environmentName, change, outcome, reason }: HistoryEntry): string[] {
  if (reason === undefined) return [];
  const mark = outcome === 'failed' ? `${pc.red('✗')} ` : outcome === 'deferred' ? `${pc.yellow('!')} ` : '';
  return [`${mark}${formatTime(at)} ${environmentName ? `${pc.bold(environmentName)}: ` : ''}${change}: ${reason}`];
}

/** `stack/<name>` of the ARN of a stack, and the last parts of other ARNs. `--json` prints all of it. */
function shortName(arn: string): string {
  const name = arn.split(':').slice(5).join(':') || arn;
  return name.startsWith('stack/') ? name.split('/').slice(0, 2).join('/') : name;
}

function paint(cell: string, row: number, column: number): string {
  if (row === 0) return pc.dim(cell);
  if (column !== OUTCOME) return cell;
  return cell.startsWith('succeeded') ? pc.green(cell) : pc.yellow(cell);
}
