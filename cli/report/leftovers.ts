import { isUsed, readBranches, readEnvironments } from './environments';
import type { Stack } from '../../rehearsal/services/cloudformation/stack';
import type { Simulation } from '../../rehearsal/simulation';
import { NAMES, RESOURCE_TYPES } from '../../src/private/contract';

interface LeftAccount {
  readonly accountId: string;
  readonly name: string;
  readonly email: string;
  /** No environment uses it any more, and the app declares it still, or it is free. */
  readonly unused?: 'declared' | 'free';
}

interface LeftBranch {
  readonly repository: string;
  /** The account of the repository. */
  readonly accountId: string;
  readonly name: string;
  /** No environment uses it any more. */
  readonly unused: boolean;
}

export interface Leftovers {
  /** Accounts that were created: they cannot be un-created. */
  readonly accounts: readonly LeftAccount[];
  /** Branches of environments: they are never deleted. */
  readonly branches: readonly LeftBranch[];
  /** Resources that their templates want to be kept. */
  readonly resources: readonly { readonly accountId: string; readonly name: string; readonly type: string }[];
  /** Stacks that are there; after a destruction they are what it has left. */
  readonly stacks: readonly { readonly accountId: string; readonly name: string }[];
}

/** What a destruction leaves: what it has left, if there was one, else what the templates say. */
export async function leftoversOf(simulation: Simulation): Promise<Leftovers> {
  const { cloudformation } = simulation;
  const branches = await readBranches(simulation);
  return {
    accounts: await accountsOf(simulation),
    branches: branches.map(branch => {
      const { repository, accountId, head: { name } } = branch;
      return { repository, accountId, name, unused: !isUsed(simulation, branch) };
    }),
    resources: cloudformation.all.flatMap(stack => stack.deleted ? keptBy(stack) : toBeKeptBy(stack)),
    stacks: cloudformation.all.filter(({ deleted }) => !deleted).map(({ accountId, name }) => ({ accountId, name })),
  };
}

async function accountsOf(simulation: Simulation): Promise<LeftAccount[]> {
  const { organizations, cloudformation, codepipeline } = simulation;
  const environments = await readEnvironments(simulation);
  const stacks = cloudformation.all.filter(({ deleted }) => !deleted);
  const declared = stacks.flatMap(({ resources }) => [...resources.values()].filter(({ type }) => type === RESOURCE_TYPES.account))
    .map(({ attributes }) => attributes.accountId);
  const unusedAs = (accountId: string): LeftAccount['unused'] => {
    if (environments.some(environment => environment.accountId === accountId)) return undefined;
    if (declared.includes(accountId)) return codepipeline.all.some(pipeline => pipeline.removed && pipeline.accountId === accountId) ? 'declared' : undefined;
    // an account of somebody else's app was never one for environments
    return stacks.some(stack => stack.accountId === accountId && stack.name === NAMES.baselineStack) ? 'free' : undefined;
  };
  return organizations.accounts.filter(({ joined, state }) => joined === 'CREATED' && state !== 'CLOSED' && state !== 'PENDING_CLOSURE')
    .map(({ accountId, name, email }) => ({ accountId, name, email, unused: unusedAs(accountId) }));
}

function keptBy({ events, accountId, name }: Stack): Leftovers['resources'][number][] {
  return events.filter(({ status }) => status === 'DELETE_SKIPPED')
    .map(({ logicalId, path, type }) => ({ accountId, type, name: path ?? `${name}/${logicalId}` }));
}

function toBeKeptBy({ resources, accountId, name }: Stack): Leftovers['resources'][number][] {
  return [...resources.values()].filter(({ deletionPolicy }) => deletionPolicy !== 'Delete')
    .map(({ logicalId, path, type }) => ({ accountId, type, name: path ?? `${name}/${logicalId}` }));
}
