import pc from 'picocolors';
import type { ClosingOutcome, Drift, LeftoverOutcome, StatusOutcome } from '../../src/operations/contract';
import type { OperationsClient } from '../operations/operations-function';
import type { StatusOptions } from '../options/operation-options';
import { formatDuration, formatStatus, formatTime } from '../output/format';
import { NO_ENVIRONMENTS } from '../output/outcome-line';
import { formatTable } from '../output/table';
import type { Write } from '../output/terminal';

const COLUMNS = ['environment', 'account', 'state', 'last execution', 'commit', 'author', 'started (UTC)', 'duration'];

const PIPELINE_STATES = {
  disabled: 'its pipeline is disabled',
  absent: 'without pipeline',
  unknown: 'its account cannot be reached',
} as const;

const RESERVED = 'reserved: no release deploys this side now; commits on its branch wait for the next release to it '
  + '(org-environments release <environment> --to <commit>)';

/**
 * Prints the pipelines of all environments, and what remains in accounts although its deletion was requested.
 * Returns whether the status of all pipelines could be read.
 */
export async function status({ json }: StatusOptions, operations: OperationsClient, write: Write): Promise<boolean> {
  const { pipelines, leftovers = [], closings = [], drifts = [] } = await operations.invoke<StatusOutcome>({
    operation: 'status',
  });
  if (json) write(JSON.stringify({ pipelines, leftovers, closings, drifts }, undefined, 2));
  else if (pipelines.length === 0) write(NO_ENVIRONMENTS);
  else formatPipelines(pipelines).forEach(line => write(line));
  if (!json) {
    [...formatDrifts(drifts), ...formatLeftovers(leftovers), ...formatClosings(closings)].forEach(line => write(line));
  }
  return pipelines.every(({ problem }) => problem === undefined);
}

/** Formats the pipelines as a table, followed by remarks that do not fit into it. */
export function formatPipelines(pipelines: readonly StatusOutcome[]): string[] {
  const table = formatTable([COLUMNS, ...pipelines.map(cellsOf)], paint);
  const remarks = [
    ...(pipelines.some(({ state }) => state === 'reserved') ? [RESERVED] : []), ...pipelines.flatMap(remarksOf),
  ];
  return remarks.length > 0 ? [...table, '', ...remarks] : table;
}

/** Formats what differs in resources that no environment uses, such as organizational units. */
function formatDrifts(drifts: readonly Drift[]): string[] {
  if (drifts.length === 0) return [];
  return [
    '', 'Not as declared, outside of environments:', ...drifts.map(({ what }) => `${pc.yellow('!')} ${what}`),
    ...drifts.every(({ isUnchecked }) => isUnchecked) ? [] : ['  To repair it, run: org-environments reconcile --all'],
    ...drifts.some(({ isUnchecked }) => isUnchecked)
      ? ['  To check again what could not be checked, run: org-environments reconcile --all --check'] : [],
  ];
}

/** Formats what could not be deleted. */
export function formatLeftovers(leftovers: readonly LeftoverOutcome[]): string[] {
  if (leftovers.length === 0) return [];
  return ['', 'Removed, but not deleted:', ...leftovers.flatMap(describeLeftover)];
}

/** Formats the accounts that are to be closed. */
export function formatClosings(closings: readonly ClosingOutcome[]): string[] {
  if (closings.length === 0) return [];
  return ['', 'Accounts to be closed:', ...closings.map(({ accountId, accountName, since, reason }) =>
    `${pc.yellow('!')} ${pc.bold(accountName)} (account ${accountId}) since ${formatTime(since)}: ${reason}; the daily `
    + 'check tries again')];
}

function describeLeftover({ name, accountId, region, stackName, since, reason, pipeline }: LeftoverOutcome): string[] {
  const state = pipeline === undefined ? '' : `, ${PIPELINE_STATES[pipeline]}`;
  return [
    `${pc.yellow('!')} ${pc.bold(name)}: stack '${stackName}' in account ${accountId} and region ${region} `
      + `since ${formatTime(since)}${state}`,
    `  ${reason}`,
    `  To leave it in the account, run: org-environments forget ${name}`,
  ];
}

function cellsOf(pipeline: StatusOutcome): string[] {
  const { accountId, state, lastExecution } = pipeline;
  const { status: executionStatus = '-', isWaiting, startedAt, durationSeconds } = lastExecution ?? {};
  const { commitId = '-', author = '-' } = lastExecution ?? {};
  return [
    nameOf(pipeline),
    accountId,
    state,
    isWaiting ? `waiting (${state})` : formatStatus(executionStatus),
    commitId.slice(0, 7),
    author,
    startedAt ? formatTime(startedAt) : '-',
    durationSeconds === undefined ? '-' : formatDuration(durationSeconds),
  ];
}

/** `prod (blue)` for a side of a blue/green environment; the active one is marked. */
function nameOf({ environmentName, side, isActive }: StatusOutcome): string {
  if (side === undefined) return environmentName;
  return `${environmentName} (${side}${isActive ? ', active' : ''})`;
}

function remarksOf(pipeline: StatusOutcome): string[] {
  const { environmentName, accountId, state, halt, disabledByHand, pendingUpdate, drifts = [], problem } = pipeline;
  const name = pc.bold(environmentName);
  const remarks = [];
  if (halt) remarks.push(`${name} was halted by ${halt.by} at ${formatTime(halt.at)}: ${halt.reason}`);
  if (state === 'suspended') {
    const reason = 'another pipeline takes its place, or it is being removed';
    remarks.push(`${name} in account ${accountId} is suspended: ${reason}`);
  }
  if (disabledByHand !== undefined) {
    const reason = disabledByHand || 'no reason given';
    remarks.push(
      `${name} was disabled by hand in account ${accountId}: ${reason}; to enable it, run: `
      + `org-environments resume --environment ${environmentName}`,
    );
  } else if (state === 'disabled') {
    remarks.push(`${name} is disabled by its definition (enabled: false)`);
  }
  if (pendingUpdate) {
    const { since, reason } = pendingUpdate;
    remarks.push(`${pc.yellow('!')} ${name} is out of date since ${formatTime(since)}: ${reason}`);
  }
  for (const { what, isUnchecked } of drifts) {
    remarks.push(isUnchecked
      ? `${pc.yellow('!')} ${name}: ${what}; to check it again, run: `
        + `org-environments reconcile --environment ${environmentName} --check`
      : `${pc.yellow('!')} ${name} is not as declared: ${what}; to repair it, run: `
        + `org-environments reconcile --environment ${environmentName}`);
  }
  if (problem !== undefined) remarks.push(`${pc.red('✗')} ${name}: ${problem}`);
  return remarks;
}

function paint(cell: string, row: number, column: number): string {
  if (row === 0) return pc.dim(cell);
  if (column === 0) return pc.bold(cell);
  if (column !== 2) return cell;
  return cell.startsWith('enabled') ? pc.green(cell) : pc.yellow(cell);
}
