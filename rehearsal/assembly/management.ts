import type { AssemblyStack } from './manifest';

/** The stack whose account and region has the repositories: the first one outside of the management account. */
export function repositoryStackOf(
  stacks: readonly AssemblyStack[], managementAccountId: string,
): AssemblyStack | undefined {
  return stacks.find(({ accountId }) => accountId !== managementAccountId) ?? stacks[0];
}

/** The management account of an app: the one whose templates hand out the right to create accounts, else that of the first stack. */
export function managementAccountOf(stacks: readonly AssemblyStack[]): string | undefined {
  const creator = stacks.find(({ template }) => template.includes('"organizations:CreateAccount"'));
  return (creator ?? stacks[0])?.accountId;
}
