import pc from 'picocolors';
import type { Write } from './terminal';
import type { Simulation } from '../../rehearsal/simulation';
import { readBranches } from '../report/environments';
import type { LeftoverAccount, Leftovers } from '../report/report';

const MAX_LINES = 20;

/** Prints the accounts and branches of environments that were removed or have moved. */
export function printUnused({ accounts, branches }: Leftovers, write: Write): void {
  const lines = [
    ...accounts.flatMap(account => account.unused ? [`${accountLine(account)}: ${UNUSED[account.unused]}`] : []),
    ...branches.filter(({ unused }) => unused).map(
      ({ repositoryName, accountId, name }) => `branch ${name} of ${repositoryIn(repositoryName, accountId)}`,
    ),
  ];
  if (lines.length > 0) write('Not used by any environment:');
  for (const line of lines) write(`  ${line}`);
}

const UNUSED: Readonly<Record<NonNullable<LeftoverAccount['unused']>, string>> = {
  declared: 'the app still declares it',
  available: 'available for an Account with the same email, unless it was retained',
};

/** Prints what would remain if all apps were destroyed. */
export function printLeftovers({ accounts, branches, resources }: Leftovers, write: Write): void {
  const lines = [
    ...accounts.map(accountLine),
    ...branches.map(({ repositoryName, name }) => `branch ${name} of repository ${repositoryName}`),
    ...resources.map(
      ({ accountId, constructPath, resourceType }) => `${constructPath} (${resourceType} in account ${accountId})`,
    ),
  ];
  write(`Would remain after destroy:${lines.length === 0 ? ' nothing' : ''}`);
  for (const line of lines.slice(0, MAX_LINES)) write(`  ${line}`);
  if (lines.length > MAX_LINES) write(`  and ${lines.length - MAX_LINES} more: use --report for all`);
}

function repositoryIn(name: string, accountId: string | undefined): string {
  return `repository ${name}${accountId === undefined ? '' : ` in account ${accountId}`}`;
}

function accountLine({ accountId, name, email }: LeftoverAccount): string {
  return `account ${accountId} '${name}' (${email})`;
}

/** Prints what remains after a failure or after `--destroy`, and where it would be on AWS. */
export async function printRemaining(simulation: Simulation, write: Write): Promise<void> {
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['Stacks that remain', stackLines(simulation)],
    ['Accounts that remain', accountLines(simulation)],
    ['Branches that remain', await branchLines(simulation)],
    ['Retained resources', retainedLines(simulation)],
  ];
  for (const [title, lines] of sections) {
    if (lines.length > 0) write(`\n${pc.bold(title)}:`);
    for (const line of lines) write(`  ${line}`);
  }
}

/** The stacks of the app. Those in created accounts are listed with the account. */
function stackLines({ cloudformation, organizations }: Simulation): string[] {
  const created = organizations.accounts.filter(({ joined }) => joined === 'CREATED').map(({ accountId }) => accountId);
  return cloudformation.all.filter(({ deleted, isSeed }) => !deleted && !isSeed)
    .filter(({ accountId, options }) => options.parentId === undefined && !created.includes(accountId))
    .map(({ name, accountId, region, status }) => `${name} in account ${accountId}, ${region}: ${status}`);
}

function accountLines({ organizations, cloudformation }: Simulation): string[] {
  const isClosed = (state: string): boolean => state === 'CLOSED' || state === 'PENDING_CLOSURE';
  const created = organizations.accounts.filter(({ joined, state }) => joined === 'CREATED' && !isClosed(state));
  return created.map(({ accountId, name }) => {
    const stacks = cloudformation.all.filter(stack => stack.accountId === accountId && !stack.deleted);
    const names = stacks.map(stack => stack.name).join(', ');
    const contents = stacks.length === 0 ? '' : `, with ${stacks.length === 1 ? 'stack' : 'stacks'} ${names}`;
    return `${accountId} ${name} in ${organizations.unitPath(accountId) || 'the root'}${contents}`;
  });
}

async function branchLines(simulation: Simulation): Promise<string[]> {
  const branches = await readBranches(simulation);
  return branches.map(({ repositoryName, accountId, head, descriptor }) => (
    `${head.name} of ${repositoryIn(repositoryName, accountId)}, for environment ${descriptor.name} in `
    + `account ${descriptor.accountId}`
  ));
}

function retainedLines({ cloudformation }: Simulation): string[] {
  const lines = cloudformation.all.flatMap(({ name, accountId, states }) => [...states.values()]
    .filter(({ status }) => status === 'DELETE_SKIPPED')
    .map(({ type, id, logicalId }) => `${type} ${id ?? logicalId} of stack ${name} in account ${accountId}`));
  return [...new Set(lines)];
}
