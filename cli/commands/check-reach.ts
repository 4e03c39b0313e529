import pc from 'picocolors';
import type { OperationsClient } from '../operations/operations-function';
import type { CheckReachOptions } from '../options/check-options';
import type { Write } from '../output/terminal';
import type { NetworkFacts } from '../reach/facts';
import { subnetsOf } from '../reach/places';
import type { NamedAccount } from '../reach/places';
import { reach } from '../reach/reach';
import { UsageError } from '../usage-error';

interface CheckReachContext {
  readonly operations: Pick<OperationsClient, 'invoke'>;
  /** Reads the networks of accounts in a region. */
  readonly describe: (accounts: readonly NamedAccount[], region: string) => Promise<NetworkFacts>;
  readonly write: Write;
  readonly environment: NodeJS.ProcessEnv;
}

/** Prints whether a network reaches another one, or the first obstacle. Returns whether it does. */
export async function checkReach(
  { from, to, port, region: given, json }: CheckReachOptions, context: CheckReachContext,
): Promise<boolean> {
  const { operations, describe, write, environment } = context;
  const region = given ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (region === undefined) throw new UsageError('the region is not known: add --region, or set AWS_REGION');
  const { accounts = [] } = await operations.invoke({ operation: 'accounts' });
  const known = accounts.flatMap(({ accountId, accountName, state }) =>
    accountId === undefined || state === 'closed' ? [] : [{ accountId, ...accountName && { accountName } }]);
  const facts = await describe(known, region);
  const result = reach(facts, subnetsOf(facts, known, from), subnetsOf(facts, known, to), port);
  const way = `${from} → ${to}${port === undefined ? '' : `, TCP port ${port}`}`;
  if (json) {
    write(JSON.stringify({ from, to, ...port !== undefined && { port }, ...result }, undefined, 2));
  } else if (result.reaches) {
    write(`${pc.green('✓')} ${way}: reachable in both directions, `
      + `from ${result.fromSubnetId} to ${result.toSubnetId}`);
    if (result.via.length > 0) write(`  through ${result.via.join(', ')}`);
    if (result.groups) write(`  allowed by ${result.groups.join(', ')}`);
  } else {
    write(`${pc.red('✗')} ${way}: not reachable`);
    write(`  ${result.obstacle}`);
  }
  return result.reaches;
}
