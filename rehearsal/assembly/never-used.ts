import type { Simulation } from '../simulation';

/** The roles that the stacks of the assembly have made, each with the actions that it is allowed and has never used; roles without any are left out. */
export function grantedNeverUsed({ cloudformation, iam, access, deployed }: Simulation): Record<string, string[]> {
  const stacks = cloudformation.all.filter(({ id, deleted }) => deployed.has(id) && !deleted);
  const roles = stacks.flatMap(({ accountId, resources }) => [...resources.values()]
    .filter(({ type }) => type === 'AWS::IAM::Role').flatMap(({ id }) => iam.roleNamed(accountId, id) ?? []));
  const found = roles.map(({ arn, roleName }): [string, string[]] => [roleName, access.usage.neverUsed(arn)]);
  return Object.fromEntries(found.filter(([, actions]) => actions.length > 0).sort(([one], [other]) => one < other ? -1 : 1));
}
