import type { AccountStackRequest, AccountStackResult } from '../../src/stack/contract';
import type { StackState } from '../cloudformation/stack-deployer';

/** CloudFormation accepts a response of 4096 bytes; 1000 are for its other fields. */
const MAX_BYTES = 4096 - 1000;

/** The result for a complete stack. */
export function resultOf(
  { accountId, stackName, outputs: wanted = [] }: AccountStackRequest,
  { stackId, outputs }: StackState,
): AccountStackResult {
  const values = wanted.map(name => {
    const value = outputs[name];
    if (value === undefined) {
      throw new Error(
        `stack '${stackName}' in account ${accountId} has no output '${name}': it has `
          + `${Object.keys(outputs).join(', ') || 'none'}; `
          + 'use one of them, or add a CfnOutput of this logical id',
      );
    }
    return [attributeOf(name), value] as const;
  });
  const result: AccountStackResult = { stackId, ...Object.fromEntries(values) };
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > MAX_BYTES) {
    throw new Error(
      `the outputs of stack '${stackName}' in account ${accountId} have ${bytes} bytes, but the limit is ${MAX_BYTES}: `
        + `read fewer or shorter outputs than ${wanted.join(', ')}, or pass a value through an SSM parameter`,
    );
  }
  return result;
}

export function attributeOf(outputName: string): `Outputs.${string}` {
  return `Outputs.${outputName}`;
}
