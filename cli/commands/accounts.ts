import pc from 'picocolors';
import type { AccountOutcome } from '../../src/operations/contract';
import type { OperationsClient } from '../operations/operations-function';
import type { AccountsOptions, CleanAccountOptions, ReleaseAccountOptions } from '../options/account-options';
import { formatTime } from '../output/format';
import { formatTable } from '../output/table';
import type { Write } from '../output/terminal';
import { UsageError } from '../usage-error';

const COLUMNS = ['account', 'name', 'pool', 'state', 'holder', 'since (UTC)'];
const COST_COLUMN = 'cost (USD)';
const STATE_COLUMN = 3;

/** Prints all accounts that the registry knows. Returns true. */
export async function accounts(
  { cost, json }: AccountsOptions, operations: OperationsClient, write: Write,
): Promise<boolean> {
  const { accounts: found = [] } = await operations.invoke({
    operation: 'accounts', ...cost && { costs: 'month' as const },
  });
  print(found, json, write);
  return true;
}

/** Has an account of a pool cleaned again. */
export async function cleanAccount(
  accountId: string, { full, reason, json }: CleanAccountOptions, operations: OperationsClient, write: Write,
): Promise<boolean> {
  const by = await operations.callerArn();
  const { accounts: found = [] } = await operations.invoke({
    operation: 'cleanAccount',
    accountId: checkedId(accountId),
    by,
    reason: reason ?? 'cleaned by hand',
    mode: full ? 'full' : 'used',
  });
  print(found, json, write);
  if (!json) write(`account ${accountId} will be cleaned; the clean starts within a minute`);
  return true;
}

/** Returns an account to its pool. */
export async function releaseAccount(
  accountId: string, { force, reason, json }: ReleaseAccountOptions, operations: OperationsClient, write: Write,
): Promise<boolean> {
  checkedId(accountId);
  if (!force) {
    throw new UsageError(
      `release returns account ${accountId} without a proof that it is clean, or ends a lease: check the account, then `
        + 'add --force',
    );
  }
  const by = await operations.callerArn();
  const { accounts: found = [] } = await operations.invoke({ operation: 'releaseAccount', accountId, by, reason });
  print(found, json, write);
  return true;
}

function print(found: readonly AccountOutcome[], json: boolean | undefined, write: Write): void {
  if (json) write(JSON.stringify({ accounts: found }, undefined, 2));
  else formatAccounts(found).forEach(line => write(line));
}

/** Formats accounts as a table, followed by what remains in those in quarantine. */
export function formatAccounts(found: readonly AccountOutcome[]): string[] {
  if (found.length === 0) return ['no accounts'];
  const hasCosts = found.some(({ cost }) => cost !== undefined);
  const columns = hasCosts ? [...COLUMNS, COST_COLUMN] : COLUMNS;
  const rows = found.map(account => [...cellsOf(account), ...hasCosts ? [account.cost ?? '-'] : []]);
  return [...formatTable([columns, ...rows], paint), ...found.flatMap(remarksOf)];
}

function cellsOf(account: AccountOutcome): string[] {
  const { accountId, email, accountName, poolName, state, holder, stackName, since } = account;
  return [
    accountId ?? email ?? '-',
    accountName ?? '-',
    poolName ?? '-',
    state,
    holder === undefined ? '-' : `${holder}${stackName === undefined ? '' : ` (${stackName})`}`,
    since === undefined ? '-' : formatTime(since),
  ];
}

function remarksOf({ accountId, email, state, reason, problem, leftovers = [] }: AccountOutcome): string[] {
  const id = accountId ?? email ?? '';
  const unsettled = problem === undefined
    ? []
    : ['', `${pc.yellow('!')} ${pc.bold(id)} is ${state}, and could not be moved or prepared: ${problem}`];
  if (state !== 'quarantine' && state !== 'failed') return unsettled;
  return [
    ...unsettled,
    '',
    `${pc.yellow('!')} ${pc.bold(id)} ${state === 'failed' ? 'cannot be created' : 'is in quarantine'}: ${reason}`,
    ...leftovers.map(text => `  - ${text}`),
    ...state === 'quarantine'
      ? [`  To clean it again, run: org-environments accounts clean ${id}`]
      : [],
  ];
}

function paint(cell: string, row: number, column: number): string {
  if (row === 0) return pc.dim(cell);
  if (column === 0) return pc.bold(cell);
  if (column !== STATE_COLUMN) return cell;
  return /^(quarantine|failed)/.test(cell) ? pc.yellow(cell) : cell;
}

function checkedId(accountId: string): string {
  if (/^\d{12}$/.test(accountId)) return accountId;
  throw new UsageError(`the account id must have twelve digits, got '${accountId}'`);
}
