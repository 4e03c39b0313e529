import { writeFileSync } from 'node:fs';
import type { NetworkOptions } from '../options/network-options';
import { networkMap } from '../output/network/model';
import { networkSvg } from '../output/network/svg';
import { networkText } from '../output/network/text';
import type { Write } from '../output/terminal';
import { knownNetworks } from '../reach/known-networks';
import type { NetworksContext } from '../reach/known-networks';

/** Shows the networks of all accounts with their addresses, databases, and the ways between them. */
export async function network(
  { format = 'text', output, region }: NetworkOptions,
  { write, ...context }: NetworksContext & { readonly write: Write },
): Promise<boolean> {
  const { facts, accounts } = await knownNetworks(region, context);
  const map = networkMap(facts, accounts);
  const lines = {
    text: () => networkText(map),
    json: () => [JSON.stringify(map.networks.map(({ reaches, ...node }) => ({ ...node, reaches: [...reaches] })),
      undefined, 2)],
    svg: () => networkSvg(map),
  }[format]();
  if (output === undefined) lines.forEach(line => write(line));
  else writeFileSync(output, `${lines.join('\n')}\n`);
  return true;
}
