import { aclObstacle } from './acl';
import type { GroupFacts, NetworkFacts, RuleFacts, SubnetFacts } from './facts';
import { wayOf } from './route';
import type { Way } from './route';
import { contains, parseCidr } from '../../rehearsal/core/cidr';

export type Reach =
  | {
    readonly reaches: true;
    readonly fromSubnetId: string;
    readonly toSubnetId: string;
    /** The transit gateway and its route table; empty within a VPC. */
    readonly via: readonly string[];
    /** Security groups that allow the port; absent: only routes were checked. */
    readonly groups?: readonly string[];
  }
  | { readonly reaches: false; readonly obstacle: string };

type Obstacle = Extract<Way, { arrives: false }>;

/** Steps of a way that arrives; the way back is counted after it. */
const ARRIVED = 10;

/**
 * Whether one of some subnets reaches one of others, over the routes in both directions; and, with a TCP port, whether
 * the network ACLs of both and a security group of the target's VPC allow it. Otherwise, the obstacle of the pair that
 * comes furthest.
 */
export function reach(
  facts: NetworkFacts, from: readonly SubnetFacts[], to: readonly SubnetFacts[], port?: number,
): Reach {
  let furthest: Obstacle = { arrives: false, obstacle: 'there are no subnets', steps: -1 };
  for (const [source, target] of pairsOf(from, to)) {
    const found = reachOf(facts, source, target, port);
    if (!('steps' in found)) return found;
    if (found.steps > furthest.steps) furthest = found;
  }
  return { reaches: false, obstacle: furthest.obstacle };
}

function pairsOf(from: readonly SubnetFacts[], to: readonly SubnetFacts[]): [SubnetFacts, SubnetFacts][] {
  return from.flatMap(source => to.map((target): [SubnetFacts, SubnetFacts] => [source, target]));
}

function reachOf(
  facts: NetworkFacts, source: SubnetFacts, target: SubnetFacts, port: number | undefined,
): Reach & { readonly reaches: true } | Obstacle {
  const forth = wayOf(facts, source, target);
  if (!forth.arrives) return forth;
  const back = wayOf(facts, target, source);
  if (!back.arrives) {
    return { ...back, steps: ARRIVED + back.steps, obstacle: `answers do not come back: ${back.obstacle}` };
  }
  const way = { reaches: true, fromSubnetId: source.id, toSubnetId: target.id, via: forth.via } as const;
  if (port === undefined) return way;
  const denied = aclObstacle(facts, source, target, port);
  if (denied !== undefined) return { arrives: false, obstacle: denied, steps: 2 * ARRIVED + 1 };
  const groups = facts.groups.filter(group => group.vpcId === target.vpcId && allows(group, source, port));
  if (groups.length > 0) return { ...way, groups: groups.map(({ id, name }) => `${id} (${name})`) };
  return {
    arrives: false,
    steps: 2 * ARRIVED,
    obstacle: `no security group of ${target.vpcId} allows TCP port ${port} from ${source.cidr}`,
  };
}

/** Whether the group allows the port from a whole subnet. Groups of another VPC cannot be referred to. */
function allows({ ingress }: GroupFacts, { cidr }: SubnetFacts, port: number): boolean {
  const wanted = parseCidr(cidr);
  const isFrom = ({ cidrs }: RuleFacts): boolean => cidrs.some(one => {
    const block = parseCidr(one);
    return block !== undefined && wanted !== undefined && contains(block, wanted);
  });
  return ingress.some(rule => isFrom(rule) && (rule.protocol === '-1'
    || (['tcp', '6'].includes(rule.protocol) && (rule.fromPort ?? 0) <= port && port <= (rule.toPort ?? 65535))));
}
