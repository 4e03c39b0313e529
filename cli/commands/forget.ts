import pc from 'picocolors';
import type { LeftoverOutcome } from '../../src/operations/contract';
import type { OperationsClient } from '../operations/operations-function';
import type { ForgetOptions } from '../options/operation-options';
import { formatTime } from '../output/format';
import type { Write } from '../output/terminal';

interface Collaborators {
  readonly operations: OperationsClient;
  /** Asks a question, and returns whether the answer is yes. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/**
 * Leaves in its account what could not be deleted, and frees the account: prints what stays there, and asks for
 * confirmation. Returns whether it was forgotten.
 */
export async function forget(
  name: string, { yes, reason }: ForgetOptions, { operations, confirm }: Collaborators, write: Write,
): Promise<boolean> {
  const by = await operations.callerArn();
  const request = { operation: 'forget', name, by, ...reason && { reason } } as const;
  const { leftovers: found = [] } = await operations.invoke({ ...request, mode: 'preview' });
  found.flatMap(describe).forEach(line => write(line));
  if (!yes && !await confirm(`Forget '${name}'?`)) {
    write('Nothing was done.');
    return false;
  }
  const { leftovers: forgotten = [] } = await operations.invoke({ ...request, mode: 'forget' });
  for (const { accountId, stackName } of forgotten) {
    write(`${pc.bold(name)} (account ${accountId}) forgotten: stack '${stackName}' stays there`);
  }
  if (forgotten.length === 0) write(`${pc.bold(name)} was deployed again, or deleted, in the meantime`);
  return forgotten.length > 0;
}

function describe({ name, accountId, region, since, reason, remains = [] }: LeftoverOutcome): string[] {
  return [
    `${pc.bold(name)} in account ${accountId} and region ${region} was not deleted since ${formatTime(since)}:`,
    `  ${reason}`,
    'These resources stay in the account, and nothing deletes them later:',
    ...remains.map(thing => `  - ${thing}`),
  ];
}
