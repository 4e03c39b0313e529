import { BlockList, isIP } from 'node:net';

/**
 * Whether an address is in a network such as `203.0.113.0/24` or `2001:db8::/32`; without a length the network is one
 * address.
 */
export function inNetwork(address: string, network: string): boolean {
  const [base, length] = network.split('/');
  const family = isIP(base);
  if (family === 0 || isIP(address) !== family) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, length === undefined ? family === 4 ? 32 : 128 : Number(length), type);
  return list.check(address, type);
}
