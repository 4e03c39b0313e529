import type { Stack } from '../services/cloudformation/stack';
import type { Simulation } from '../simulation';

/** By it everybody knows the stack of `cdk bootstrap`. */
const BOOTSTRAP = 'CdkBootstrapVersion';

/**
 * The roles that the stacks of the assembly have made, and those that its functions have made elsewhere, each with the actions that it is allowed and
 * has never used. Roles of one name in several accounts are one, also with those that are gone: what one of them has used is used. Roles without any
 * are left out, and those of the CDK's bootstrap.
 */
export function unusedPermissions(simulation: Simulation): Record<string, string[]> {
  const { access } = simulation;
  const stacks = stacksOfAssembly(simulation).filter(({ deleted, resources }) => !deleted && !resources.has(BOOTSTRAP));
  const arns = new Map<string, string[]>();
  for (const { arn, roleName } of rolesOf(simulation, stacks)) arns.set(roleName, [...arns.get(roleName) ?? [], arn]);
  const found = [...arns].map(([roleName, all]): [string, string[]] => [roleName, access.usage.unused(...all)]);
  return Object.fromEntries(found.filter(([, actions]) => actions.length > 0).sort(([one], [other]) => one < other ? -1 : 1));
}

function stacksOfAssembly(simulation: Simulation): readonly Stack[] {
  const { cloudformation: { all }, deployedStackIds, iam } = simulation;
  const own = all.filter(({ id, options: { parentId = '' } }) => deployedStackIds.has(id) || deployedStackIds.has(parentId));
  const makers = new Set(rolesOf(simulation, own).map(({ arn }) => arn));
  const isMade = ({ options: { maker } }: Stack): boolean => {
    if (maker === undefined) return false;
    const arn = maker.enteredFrom ?? maker.arn;
    return makers.has(iam.principal({ accountId: arn.split(':')[4], arn }).arn);
  };
  return [...own, ...all.filter(stack => !own.includes(stack) && isMade(stack))];
}

function rolesOf({ iam }: Simulation, stacks: readonly Stack[]) {
  return stacks.flatMap(({ accountId, resources }) => [...resources.values()]
    .filter(({ type }) => type === 'AWS::IAM::Role').flatMap(({ id }) => iam.roleNamed(accountId, id) ?? []));
}
