import type { AssemblyStack } from './manifest';

/**
 * Returns the stack whose account and region contain the repositories: the first one outside the management account.
 */
export function repositoryStackOf(
  stacks: readonly AssemblyStack[], managementAccountId: string,
): AssemblyStack | undefined {
  return stacks.find(({ accountId }) => accountId !== managementAccountId) ?? stacks[0];
}

/**
 * Returns the management account of an app: the one whose templates grant the permission to create accounts, otherwise
 * the account of the first stack.
 */
export function managementAccountOf(stacks: readonly AssemblyStack[]): string | undefined {
  const creator = stacks.find(({ template }) => template.includes('"organizations:CreateAccount"'));
  return (creator ?? stacks[0])?.accountId;
}
