import type { Stack } from '../services/cloudformation/stack';
import type { Simulation } from '../simulation';

/** Logical id that only the stack of `cdk bootstrap` has. */
const BOOTSTRAP = 'CdkBootstrapVersion';

/**
 * Returns the actions that roles are allowed to use and never used, by role name. Covers the roles that the stacks of
 * the assembly created and those that their functions created elsewhere. Roles with the same name in several accounts
 * count as one, deleted ones included. Omits roles without such actions and the roles of the CDK bootstrap.
 */
export function unusedPermissions(simulation: Simulation): Record<string, string[]> {
  const { access } = simulation;
  const stacks = stacksOfAssembly(simulation).filter(({ deleted, resources }) => !deleted && !resources.has(BOOTSTRAP));
  const arns = new Map<string, string[]>();
  for (const { arn, roleName } of rolesOf(simulation, stacks)) arns.set(roleName, [...arns.get(roleName) ?? [], arn]);
  const found = [...arns].map(([roleName, all]): [string, string[]] => [roleName, access.usage.unused(...all)]);
  return Object.fromEntries(
    found.filter(([, actions]) => actions.length > 0).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function stacksOfAssembly(simulation: Simulation): readonly Stack[] {
  const { cloudformation: { all }, deployedStackIds, iam } = simulation;
  const own = all.filter(
    ({ id, options: { parentId = '' } }) => deployedStackIds.has(id) || deployedStackIds.has(parentId),
  );
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
