import { CfnResource, Stack } from 'aws-cdk-lib';

/**
 * So many accounts of a stack are under way at once. AWS creates five of them at a time, the others are being prepared or are the next:
 * more would only ask again and again whether it is their turn, where CloudFormation waits for nothing.
 */
export const MAX_CONCURRENT = 13;

const lines = new WeakMap<Stack, CfnResource[]>();

/** Lets an account wait for the one that stands so many places before it in its stack. */
export function throttleCreation(account: CfnResource): void {
  const stack = Stack.of(account);
  const line = lines.get(stack) ?? [];
  lines.set(stack, line);
  const before = line.at(-MAX_CONCURRENT);
  if (before) waitFor(account, before);
  line.push(account);
}

function waitFor(account: CfnResource, before: CfnResource): void {
  account.addResourceDependency(before);
  account.node.addValidation({
    // only when all dependencies are known, and nothing is written yet, can be seen that the one before was told to come afterwards
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
