import type { AssemblyStack } from './manifest';

/** The management account of an app: the one whose templates hand out the right to create accounts, else that of the first stack. */
export function managementAccountOf(stacks: readonly AssemblyStack[]): string | undefined {
  const creator = stacks.find(({ template }) => template.includes('"organizations:CreateAccount"'));
  return (creator ?? stacks[0])?.accountId;
}
