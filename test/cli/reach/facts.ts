import type { GroupFacts, NetworkFacts, RouteFacts, SubnetFacts } from '../../../cli/reach/facts';

export const HUB = 'tgw-1';

/** A network with one subnet, and the segment of the hub in which it is. */
export interface Declared {
  readonly name: string;
  readonly cidr: string;
  readonly segment?: string;
}

export function subnetOf(facts: NetworkFacts, name: string): SubnetFacts[] {
  return facts.subnets.filter(({ vpcId }) => vpcId === `vpc-${name}`);
}

/** What `TransitHub` makes of segments and the ways between them. */
export function factsOf(
  networks: readonly Declared[], ways: readonly (readonly [string, string])[] = [], groups: readonly GroupFacts[] = [],
): NetworkFacts {
  const segments = [...new Set(networks.flatMap(({ segment }) => segment ?? []))];
  const reachable = (one: string, other: string): boolean => one === other
    || ways.some(way => way.includes(one) && way.includes(other) && one !== other);
  const attached = networks.filter(({ segment }) => segment !== undefined);
  return {
    vpcs: networks.map(({ name, cidr }) => (
      { id: `vpc-${name}`, accountId: '111111111111', region: 'eu-west-1', name, cidrs: [cidr], isDefault: false }
    )),
    subnets: networks.map(({ name, cidr }) => ({ id: `subnet-${name}`, vpcId: `vpc-${name}`, cidr })),
    routeTables: networks.map(({ name, cidr, segment }) => ({
      id: `rtb-${name}`,
      vpcId: `vpc-${name}`,
      isMain: false,
      subnetIds: [`subnet-${name}`],
      routes: [
        { destination: cidr, target: 'local', isBlackhole: false },
        ...segment === undefined ? [] : [{ destination: '10.0.0.0/8', target: HUB, isBlackhole: false }],
      ] satisfies RouteFacts[],
    })),
    attachments: attached.map(({ name, segment }) => ({
      id: `attach-${name}`, transitGatewayId: HUB, vpcId: `vpc-${name}`, isAvailable: true, tableId: `table-${segment}`,
    })),
    transitTables: segments.map(segment => ({
      id: `table-${segment}`,
      transitGatewayId: HUB,
      routes: attached.filter(other => reachable(segment, other.segment ?? '')).map(({ name, cidr }) => (
        { destination: cidr, attachmentId: `attach-${name}`, isStatic: false, isBlackhole: false }
      )),
    })),
    groups,
  };
}
