import { isCicdStack } from './cicd-stack';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { NAMES, RESOURCE_TYPES } from '../../src/private/contract';
import { UsageError } from '../usage-error';

/** The role of `OrganizationAccess.role()`, in the environment of a function. */
const ACCESS_ROLE = /"ACCESS_ROLE_ARN":\s*"(arn:[a-z-]+:iam::(\d{12}):role\/[^"]+)"/;

/**
 * Checks that the stacks of an organization have accounts, that the access role is in the management account, and that
 * it exists before accounts are created. Otherwise the deployment would fail because of a missing role.
 *
 * @param managementAccountId value of `--management-account`
 */
export function checkStackPlaces(stacks: readonly AssemblyStack[], managementAccountId?: string): void {
  const cicd = stacks.find(isCicdStack);
  const management = stacks.find(isManagementStack);
  checkAccounts(stacks, cicd, management);
  if (cicd === undefined) return;
  const isVending = cicd.template.includes(`"${RESOURCE_TYPES.account}"`);
  if (!isVending) return;
  checkAccessRole(cicd, management, managementAccountId);
  if (management === undefined || cicd === management) return;
  if (stacks.indexOf(management) > stacks.indexOf(cicd)) {
    throw new UsageError(
      `stack '${management.displayName}' contains the role that stack '${cicd.displayName}' needs to create accounts, `
      + `but is deployed after it: add a dependency to the app, ${cicd.displayName}.addDependency`
      + `(${management.displayName}), where these are the two stacks`,
    );
  }
}

/** Checks that `--bootstrap` names accounts of stacks: others are not bootstrapped before the deployment. */
export function checkBootstraps(accountIds: readonly string[], stacks: readonly AssemblyStack[]): void {
  const known = [...new Set(stacks.map(({ accountId }) => accountId))];
  const unused = accountIds.find(accountId => !known.includes(accountId));
  if (unused === undefined) return;
  throw new UsageError(
    `--bootstrap ${unused} has no effect, because no stack is in this account; the stacks are in ${known.join(', ')}`,
  );
}

function checkAccounts(
  stacks: readonly AssemblyStack[], cicd: AssemblyStack | undefined, management: AssemblyStack | undefined,
): void {
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
}

/** Checks that the role of `OrganizationAccess.role()` is in the management account. */
function checkAccessRole(
  cicd: AssemblyStack, management: AssemblyStack | undefined, managementAccountId: string | undefined,
): void {
  const [, roleArn, accountId] = ACCESS_ROLE.exec(cicd.template) ?? [];
  if (roleArn === undefined) return;
  const role = `the role of OrganizationAccess.role() in stack '${cicd.displayName}' is in account ${accountId} `
    + `(${roleArn})`;
  if (managementAccountId !== undefined && managementAccountId !== accountId) {
    throw new UsageError(
      `--management-account is ${managementAccountId}, but ${role}: give the management account in both places`,
    );
  }
  if (management === undefined || management.accountId === accountId) return;
  const place = management.hasNoAccount ? 'has no account' : `is in account ${management.accountId}`;
  throw new UsageError(
    `stack '${management.displayName}' contains the OrganizationAccessRole and ${place}, but ${role}: give stack `
    + `'${management.displayName}' the management account, for example env: { account: '${accountId}', region: `
    + `'${cicd.region}' }, and stack '${cicd.displayName}' the CICD account`,
  );
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
