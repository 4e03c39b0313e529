import type { AclEntryFacts, NetworkFacts, SubnetFacts } from './facts';
import { contains, overlaps, parseCidr } from '../../rehearsal/core/cidr';

interface Ports {
  readonly from: number;
  readonly to: number;
}

/** Ports to which answers go: https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html */
const EPHEMERAL: Ports = { from: 1024, to: 65535 };

/**
 * The first network ACL that denies TCP connections to a port, or their answers; undefined: none does. Within a subnet,
 * ACLs do not apply.
 */
export function aclObstacle(
  facts: NetworkFacts, from: SubnetFacts, to: SubnetFacts, port: number,
): string | undefined {
  if (from.id === to.id) return undefined;
  const wanted: Ports = { from: port, to: port };
  return denial(facts, from, 'out', to, wanted)
    ?? denial(facts, to, 'in', from, wanted)
    ?? denial(facts, to, 'out', from, EPHEMERAL)
    ?? denial(facts, from, 'in', to, EPHEMERAL);
}

function denial(
  { acls = [] }: NetworkFacts, subnet: SubnetFacts, direction: 'in' | 'out', other: SubnetFacts, ports: Ports,
): string | undefined {
  const acl = acls.find(({ subnetIds }) => subnetIds.includes(subnet.id));
  if (!acl || isAllowed(acl.entries.filter(entry => entry.direction === direction), other, ports)) return undefined;
  const range = ports.from === ports.to ? `port ${ports.from}` : `the ports ${ports.from} to ${ports.to}, for answers,`;
  return `network ACL ${acl.id} of subnet ${subnet.id} denies TCP ${range} `
    + `${direction === 'in' ? 'from' : 'to'} ${other.cidr}`;
}

/** The first entry that applies decides; one that denies a part of the subnet or of the ports denies all. */
function isAllowed(entries: readonly AclEntryFacts[], { cidr }: SubnetFacts, ports: Ports): boolean {
  const wanted = parseCidr(cidr);
  if (!wanted) return false;
  const sorted = [...entries].sort((one, other) => one.number - other.number);
  for (const { cidr: text, protocol, fromPort = 0, toPort = 65535, isAllowing } of sorted) {
    const block = parseCidr(text);
    const isTcp = protocol === '-1' || protocol === '6';
    if (!block || !isTcp || !overlaps(block, wanted) || fromPort > ports.to || toPort < ports.from) continue;
    if (!isAllowing) return false;
    if (contains(block, wanted) && fromPort <= ports.from && ports.to <= toPort) return true;
  }
  return false;
}
