import { repositoryStackOf } from '../../rehearsal/assembly/management';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { NAMES } from '../../src/private/contract';

/**
 * Returns the stack whose account and region contain the repositories: the stack of the `Organization`, otherwise the
 * first stack outside the management account.
 */
export function cicdStackOf(stacks: readonly AssemblyStack[], managementAccountId: string): AssemblyStack | undefined {
  return stacks.find(isCicdStack) ?? repositoryStackOf(stacks, managementAccountId);
}

/** Whether a stack contains the `Organization`. */
export function isCicdStack({ template }: AssemblyStack): boolean {
  return template.includes(`"${NAMES.accountProviderRole}"`);
}
