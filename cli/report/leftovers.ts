import { constructPathOf } from './construct-path';
import { isUsed, readBranches, readEnvironments } from './environments';
import type { LeftoverAccount, LeftoverResource, Leftovers } from './report';
import type { Stack } from '../../rehearsal/services/cloudformation/stack';
import type { Simulation } from '../../rehearsal/simulation';
import { NAMES, RESOURCE_TYPES } from '../../src/private/contract';

/** Returns what remained of deleted stacks, and what would remain of existing stacks if they were deleted. */
export async function leftoversOf(simulation: Simulation): Promise<Leftovers> {
  const { all } = simulation.cloudformation;
  const branches = await readBranches(simulation);
  return {
    accounts: await accountsOf(simulation),
    branches: branches.map(branch => {
      const { repositoryName, accountId, head: { name } } = branch;
      return { name, repositoryName, accountId, unused: !isUsed(simulation, branch) };
    }),
    resources: all.flatMap(stack => stack.deleted ? retainedBy(stack) : toBeRetainedBy(stack)),
    stacks: all.filter(({ deleted }) => !deleted).map(({ accountId, region, name }) => ({ accountId, region, name })),
  };
}

async function accountsOf(simulation: Simulation): Promise<LeftoverAccount[]> {
  const { organizations, cloudformation, codepipeline } = simulation;
  const environments = await readEnvironments(simulation);
  const stacks = cloudformation.all.filter(({ deleted }) => !deleted);
  const declared = stacks.flatMap(({ resources }) => [...resources.values()])
    .filter(({ type }) => type === RESOURCE_TYPES.account).map(({ attributes }) => attributes.accountId);
  const unusedAs = (accountId: string): LeftoverAccount['unused'] => {
    if (environments.some(environment => environment.accountId === accountId)) return undefined;
    if (declared.includes(accountId)) {
      const hadPipeline = codepipeline.all.some(pipeline => pipeline.removed && pipeline.accountId === accountId);
      return hadPipeline ? 'declared' : undefined;
    }
    // other apps create accounts, too, but not for environments
    const isVended = stacks.some(stack => stack.accountId === accountId && stack.name === NAMES.baselineStack);
    return isVended ? 'available' : undefined;
  };
  return organizations.accounts
    .filter(({ joined, state }) => joined === 'CREATED' && state !== 'CLOSED' && state !== 'PENDING_CLOSURE')
    .map(({ accountId, name, email }) => ({ accountId, name, email, unused: unusedAs(accountId) }));
}

function retainedBy({ events, accountId, name }: Stack): LeftoverResource[] {
  return events.filter(({ status }) => status === 'DELETE_SKIPPED').map(({ logicalId, path, type }) => (
    { accountId, constructPath: constructPathOf({ path, logicalId, stackName: name }), resourceType: type }
  ));
}

function toBeRetainedBy({ resources, accountId, name }: Stack): LeftoverResource[] {
  return [...resources.values()].filter(({ deletionPolicy }) => deletionPolicy !== 'Delete')
    .map(({ logicalId, path, type }) => (
      { accountId, constructPath: constructPathOf({ path, logicalId, stackName: name }), resourceType: type }
    ));
}
