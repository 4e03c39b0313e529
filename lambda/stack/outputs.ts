import type { AccountStackRequest, AccountStackResult } from '../../src/stack/contract';
import type { StackState } from '../cloudformation/stack-deployer';

/** CloudFormation takes 4096 bytes of answer; the rest is for what the answer itself needs. */
const MAX_BYTES = 4096 - 1000;

/** What is answered for a stack that is complete. */
export function resultOf({ accountId, stackName, outputs: wanted = [] }: AccountStackRequest, { stackId, outputs }: StackState): AccountStackResult {
  const values = wanted.map(name => {
    const value = outputs[name];
    if (value === undefined) {
      throw new Error(`stack '${stackName}' in account ${accountId} has no output '${name}': it has ${Object.keys(outputs).join(', ') || 'none'}; `
        + 'use one of them, or add a CfnOutput of this logical id');
    }
    return [`Outputs.${name}`, value] as const;
  });
  const result: AccountStackResult = { stackId, ...Object.fromEntries(values) };
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > MAX_BYTES) {
    throw new Error(`the outputs of stack '${stackName}' in account ${accountId} have ${bytes} bytes, but only ${MAX_BYTES} can be read back: `
      + `read fewer or shorter ones than ${wanted.join(', ')}, for example through a parameter in SSM`);
  }
  return result;
}
