import { CfnResource, Stack } from 'aws-cdk-lib';

/**
 * Maximum number of accounts that are provisioned concurrently per stack. AWS creates five of them at a time; the
 * others are being prepared, or are the next. Further accounts would only poll for their turn.
 */
export const MAX_CONCURRENT_PER_STACK = 13;

const accountsOf = new WeakMap<Stack, CfnResource[]>();

/** Makes an account depend on the account that was defined `MAX_CONCURRENT_PER_STACK` places before it in its stack. */
export function throttleCreation(account: CfnResource): void {
  const stack = Stack.of(account);
  const accounts = accountsOf.get(stack) ?? [];
  accountsOf.set(stack, accounts);
  const before = accounts.at(-MAX_CONCURRENT_PER_STACK);
  if (before) waitFor(account, before);
  accounts.push(account);
}

function waitFor(account: CfnResource, before: CfnResource): void {
  account.addResourceDependency(before);
  account.node.addValidation({
    // validation sees all dependencies and precedes synthesis: it removes a dependency that closes a circle
    validate: () => {
      if (dependsOn(before, account, new Set())) account.removeResourceDependency(before);
      return [];
    },
  });
}

function dependsOn(resource: CfnResource, wanted: CfnResource, seen: Set<CfnResource>): boolean {
  if (resource === wanted) return true;
  if (seen.has(resource)) return false;
  seen.add(resource);
  return resource.obtainDependencies().some(other => other instanceof CfnResource && dependsOn(other, wanted, seen));
}
