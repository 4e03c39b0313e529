import type { AttachmentFacts, NetworkFacts, RouteFacts, SubnetFacts, TransitRouteFacts } from './facts';
import { contains, parseCidr } from '../../rehearsal/core/cidr';

/** Where packets from a subnet to another one go. */
export type Way =
  | { readonly arrives: true; readonly via: readonly string[] }
  /** `steps`: how many hops they made before. */
  | { readonly arrives: false; readonly obstacle: string; readonly steps: number };

interface Hop {
  readonly destination: string;
}

/** Follows the routes of the VPCs and of the transit gateway. */
export function wayOf(facts: NetworkFacts, from: SubnetFacts, to: SubnetFacts): Way {
  const stop = (steps: number, obstacle: string): Way => ({ arrives: false, obstacle, steps });
  const table = facts.routeTables.find(({ subnetIds }) => subnetIds.includes(from.id))
    ?? facts.routeTables.find(({ vpcId, isMain }) => vpcId === from.vpcId && isMain);
  if (!table) return stop(0, `subnet ${from.id} has no route table`);
  const route = longest(table.routes, to.cidr);
  if (!route) return stop(1, `route table ${table.id} of subnet ${from.id} has no route to ${to.cidr}`);
  const says = `route table ${table.id} of subnet ${from.id} sends ${route.destination} to ${route.target}`;
  if (route.isBlackhole) return stop(1, `${says}, which does not exist any more (blackhole)`);
  if (route.target === 'local') {
    return from.vpcId === to.vpcId
      ? { arrives: true, via: [] }
      : stop(1, `${to.cidr} are addresses of ${from.vpcId}, too: its own subnets hide those of ${to.vpcId}`);
  }
  if (!route.target.startsWith('tgw-')) return stop(1, `${says}, and not to the network of ${to.id}`);
  return throughTransit(facts, from, to, route);
}

function throughTransit(facts: NetworkFacts, from: SubnetFacts, to: SubnetFacts, { target }: RouteFacts): Way {
  const stop = (steps: number, obstacle: string): Way => ({ arrives: false, obstacle, steps });
  const entry = attachmentOf(facts, target, from.vpcId);
  if (!entry) return stop(2, `${from.vpcId} has no available attachment to ${target}`);
  const table = facts.transitTables.find(({ id }) => id === entry.tableId);
  if (!table) return stop(3, `attachment ${entry.id} of ${from.vpcId} is associated with no route table of ${target}`);
  const route = longest(table.routes, to.cidr);
  if (!route) return stop(4, `route table ${table.id} of ${target} has no route to ${to.cidr}`);
  const exit = facts.attachments.find(({ id }) => id === route.attachmentId);
  if (route.isBlackhole || !exit?.isAvailable) {
    return stop(4, `route table ${table.id} of ${target} sends ${route.destination} to no attachment (blackhole)`);
  }
  if (exit.vpcId !== to.vpcId) {
    return stop(5, `route table ${table.id} of ${target} sends ${route.destination} to ${exit.vpcId}, and not to `
      + to.vpcId);
  }
  return { arrives: true, via: [target, table.id] };
}

function attachmentOf(facts: NetworkFacts, transitGatewayId: string, vpcId: string): AttachmentFacts | undefined {
  return facts.attachments.find(one =>
    one.transitGatewayId === transitGatewayId && one.vpcId === vpcId && one.isAvailable);
}

/** The route with the longest prefix that contains the addresses; of two, the static one. */
function longest<Route extends Hop & Partial<Pick<TransitRouteFacts, 'isStatic'>>>(
  routes: readonly Route[], cidr: string,
): Route | undefined {
  const wanted = parseCidr(cidr);
  const found = routes.flatMap(route => {
    const block = parseCidr(route.destination);
    return block && wanted && contains(block, wanted) ? [{ route, length: block.length }] : [];
  });
  found.sort((one, other) => other.length - one.length || Number(other.route.isStatic) - Number(one.route.isStatic));
  return found.at(0)?.route;
}
