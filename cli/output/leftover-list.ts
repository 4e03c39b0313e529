import pc from 'picocolors';
import type { Simulation } from '../../rehearsal/simulation';
import { readBranches } from '../report/environments';

/** What a failure or a destruction has left behind, and where on AWS somebody would find it. */
export async function describeRemains(simulation: Simulation): Promise<string[]> {
  return [
    ...section('Stacks remain', stacksOf(simulation)),
    ...section('Accounts remain, because accounts are never closed', accountsOf(simulation)),
    ...section('Branches remain, because branches are never deleted', await branchesOf(simulation)),
    ...section('Resources were retained', retainedBy(simulation)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`\n${pc.bold(title)}:`, ...lines.map(line => `  ${line}`)];
}

/** Those of the app; what lies in accounts that were created is told with them. */
function stacksOf({ cloudformation, organizations }: Simulation): string[] {
  const created = organizations.accounts.filter(({ joined }) => joined === 'CREATED').map(({ accountId }) => accountId);
  return cloudformation.all.filter(({ deleted, isSeed }) => !deleted && !isSeed)
    .filter(({ accountId, options }) => options.parentId === undefined && !created.includes(accountId))
    .map(({ name, accountId, region, status }) => `${name} in account ${accountId}, ${region}: ${status}`);
}

function accountsOf({ organizations, cloudformation }: Simulation): string[] {
  return organizations.accounts.filter(({ joined }) => joined === 'CREATED').map(({ accountId, name }) => {
    const stacks = cloudformation.all.filter(stack => stack.accountId === accountId && !stack.deleted).map(stack => stack.name);
    const inside = stacks.length === 0 ? '' : `, with ${stacks.length === 1 ? 'stack' : 'stacks'} ${stacks.join(', ')}`;
    return `${accountId} ${name} in ${organizations.unitPath(accountId) || 'the root'}${inside}`;
  });
}

async function branchesOf(simulation: Simulation): Promise<string[]> {
  const branches = await readBranches(simulation);
  return branches.map(({ repository, accountId, head, descriptor }) =>
    `${head.name} of ${repository} in account ${accountId}, for ${descriptor.name} in account ${descriptor.accountId}`);
}

function retainedBy({ cloudformation }: Simulation): string[] {
  const lines = cloudformation.all.flatMap(({ name, accountId, states }) => [...states.values()].filter(({ status }) => status === 'DELETE_SKIPPED')
    .map(({ type, id, logicalId }) => `${type} ${id ?? logicalId} of stack ${name} in account ${accountId}`));
  return [...new Set(lines)];
}
