import pc from 'picocolors';
import type { CheckReachOptions } from '../options/check-options';
import type { Write } from '../output/terminal';
import { knownNetworks } from '../reach/known-networks';
import type { NetworksContext } from '../reach/known-networks';
import { subnetsOf } from '../reach/places';
import { reach } from '../reach/reach';

interface CheckReachContext extends NetworksContext {
  readonly write: Write;
}

/** Prints whether a network reaches another one, or the first obstacle. Returns whether it does. */
export async function checkReach(
  { from, to, port, region: given, json }: CheckReachOptions, context: CheckReachContext,
): Promise<boolean> {
  const { write } = context;
  const { facts, accounts: known } = await knownNetworks(given, context);
  const result = reach(facts, subnetsOf(facts, known, from), subnetsOf(facts, known, to), port);
  const way = `${from} → ${to}${port === undefined ? '' : `, TCP port ${port}`}`;
  if (json) {
    write(JSON.stringify({ from, to, ...port !== undefined && { port }, ...result }, undefined, 2));
  } else if (result.reaches) {
    write(`${pc.green('✓')} ${way}: reachable in both directions, `
      + `from ${result.fromSubnetId} to ${result.toSubnetId}`);
    if (result.via.length > 0) write(`  through ${result.via.join(', ')}`);
    if (result.groups) {
      write(`  allowed by ${result.groups.join(', ')}`);
      write('  not checked: the outbound rules of the security groups of the side that connects');
    }
  } else {
    write(`${pc.red('✗')} ${way}: not reachable`);
    write(`  ${result.obstacle}`);
  }
  return result.reaches;
}
