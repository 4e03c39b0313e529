import { CfnResource, Stack } from 'aws-cdk-lib';

/**
 * So many accounts of a stack are under way at once. AWS creates five of them at a time, the others are being prepared or are the next:
 * more would only ask again and again whether it is their turn, where CloudFormation waits for nothing.
 */
export const UNDER_WAY = 13;

const lines = new WeakMap<Stack, CfnResource[]>();

/** Lets an account wait for the one that stands so many places before it in its stack. */
export function lineUp(account: CfnResource): void {
  const stack = Stack.of(account);
  const line = lines.get(stack) ?? [];
  lines.set(stack, line);
  const before = line.at(-UNDER_WAY);
  if (before) account.addResourceDependency(before);
  line.push(account);
}
