import { isCicdStack } from './cicd-stack';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { NAMES, RESOURCE_TYPES } from '../../src/private/contract';
import { UsageError } from '../usage-error';

/**
 * Checks that the stacks of an organization have accounts, and that the role of the management account exists before
 * accounts are created. Otherwise the deployment would fail because of a missing role.
 */
export function checkStackPlaces(stacks: readonly AssemblyStack[]): void {
  const cicd = stacks.find(isCicdStack);
  const management = stacks.find(isManagementStack);
  const withAccount = stacks.find(({ hasNoAccount }) => !hasNoAccount);
  for (const stack of [cicd, management]) {
    if (stack?.hasNoAccount && withAccount !== undefined) {
      const construct = stack === cicd ? 'Organization' : 'OrganizationAccessRole';
      throw new UsageError(
        `stack '${stack.displayName}' contains the ${construct} and has no account, but '${withAccount.displayName}' `
        + `has account ${withAccount.accountId}: give the stack its account and region, for example `
        + "env: { account: '123456789012', region: 'eu-west-1' }",
      );
    }
  }
  if (cicd === undefined || management === undefined || cicd === management) return;
  const isVending = cicd.template.includes(`"${RESOURCE_TYPES.account}"`);
  if (isVending && stacks.indexOf(management) > stacks.indexOf(cicd)) {
    throw new UsageError(
      `stack '${management.displayName}' contains the role that stack '${cicd.displayName}' needs to create accounts, `
      + `but is deployed after it: add a dependency to the app, ${cicd.displayName}.addDependency`
      + `(${management.displayName}), where these are the two stacks`,
    );
  }
}

/** Describes the stacks without an account, and where they are deployed. */
export function stacksWithoutAccount(stacks: readonly AssemblyStack[]): string[] {
  const found = stacks.filter(({ hasNoAccount }) => hasNoAccount);
  const lines = found.map(({ displayName, accountId, region }) => (
    `stack '${displayName}' has no account: it is deployed into account ${accountId}, region ${region}`
  ));
  return stacks.length > found.length ? [...new Set(lines)] : [];
}

/** Whether a stack contains the role through which the CICD account reaches the management account. */
function isManagementStack(stack: AssemblyStack): boolean {
  return stack.template.includes('"organizations:CreateAccount"')
    && stack.template.includes(`:role/${NAMES.accountProviderRole}`);
}
