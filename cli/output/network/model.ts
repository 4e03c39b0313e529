import type { DatabaseFacts, NetworkFacts, SubnetFacts, VpcFacts } from '../../reach/facts';
import type { NamedAccount } from '../../reach/places';
import { reach } from '../../reach/reach';

/** A network with what it has, and what it reaches. */
export interface NetworkNode {
  readonly vpc: VpcFacts;
  /** Position in the whole map, from 1. */
  readonly number: number;
  /** Name of its account, or the id. */
  readonly accountName: string;
  readonly subnets: readonly SubnetNode[];
  readonly databases: readonly DatabaseFacts[];
  /** Ids of the networks that it reaches, in both directions. */
  readonly reaches: ReadonlySet<string>;
  /** Databases of other networks to which it can connect. */
  readonly connectsTo: readonly DatabaseFacts[];
}

export interface SubnetNode extends SubnetFacts {
  /** Whether it has a route to an internet gateway. */
  readonly isPublic: boolean;
}

/** The networks of one route table of a transit gateway; or one network without an attachment. */
export interface SegmentNode {
  readonly name: string;
  readonly tableId?: string;
  readonly transitGatewayId?: string;
  readonly networks: readonly NetworkNode[];
}

/** Segments that reach each other. */
export interface GroupNode {
  readonly name: string;
  readonly segments: readonly SegmentNode[];
}

export interface GatewayNode {
  readonly id: string;
  readonly accountId: string;
  readonly accountName: string;
}

export interface NetworkMap {
  readonly gateways: readonly GatewayNode[];
  readonly groups: readonly GroupNode[];
  /** All networks in the order of their numbers. */
  readonly networks: readonly NetworkNode[];
}

/** What the accounts of an organization have, without default networks, which nothing connects. */
export function networkMap(facts: NetworkFacts, accounts: readonly NamedAccount[]): NetworkMap {
  const nameOf = (accountId: string): string =>
    accounts.find(account => account.accountId === accountId)?.accountName ?? accountId;
  const vpcs = facts.vpcs.filter(({ isDefault }) => !isDefault);
  const segments = segmentsOf(facts, vpcs, nameOf);
  const ways = waysOf(facts, vpcs);
  const groups = connected(segments, ways).map(centered);
  const order = groups.flatMap(group => group.flatMap(segment => segment.vpcs));
  const node = (vpc: VpcFacts): NetworkNode => ({
    vpc,
    number: order.indexOf(vpc) + 1,
    accountName: nameOf(vpc.accountId),
    subnets: subnetsOf(facts, vpc),
    databases: (facts.databases ?? []).filter(({ vpcId }) => vpcId === vpc.id),
    reaches: ways.get(vpc.id) ?? new Set(),
    connectsTo: (facts.databases ?? []).filter(database => canConnect(facts, vpc, database)),
  });
  const nodes = new Map(order.map(vpc => [vpc.id, node(vpc)]));
  const known = (vpc: VpcFacts): NetworkNode[] => [nodes.get(vpc.id) ?? []].flat();
  return {
    gateways: gatewaysOf(facts, nameOf),
    networks: order.flatMap(known),
    groups: groups.map(group => ({
      name: commonName(group.flatMap(segment => segment.vpcs.map(({ accountId }) => nameOf(accountId)))),
      segments: group.map(({ vpcs: own, ...segment }) => ({ ...segment, networks: own.flatMap(known) })),
    })),
  };
}

interface Segment extends Omit<SegmentNode, 'networks'> {
  readonly vpcs: readonly VpcFacts[];
}

function segmentsOf(
  { attachments, transitTables }: NetworkFacts, vpcs: readonly VpcFacts[], nameOf: (accountId: string) => string,
): Segment[] {
  const attached = transitTables.map((table): Segment => ({
    name: table.name ?? table.id,
    tableId: table.id,
    transitGatewayId: table.transitGatewayId,
    vpcs: vpcs.filter(({ id }) =>
      attachments.some(one => one.vpcId === id && one.tableId === table.id && one.isAvailable))
      .sort((one, other) => nameOf(one.accountId).localeCompare(nameOf(other.accountId))),
  }));
  const alone = vpcs.filter(vpc => !attached.some(segment => segment.vpcs.includes(vpc)))
    .map((vpc): Segment => ({ name: 'not connected', vpcs: [vpc] }));
  const named = attached.filter(segment => segment.vpcs.length > 0)
    .sort((one, other) => one.name.localeCompare(other.name));
  return [...named, ...alone];
}

/** For each network, those that it reaches in both directions. */
function waysOf(facts: NetworkFacts, vpcs: readonly VpcFacts[]): ReadonlyMap<string, ReadonlySet<string>> {
  const of = ({ id }: VpcFacts) => facts.subnets.filter(({ vpcId }) => vpcId === id);
  return new Map(vpcs.map(from => [
    from.id,
    new Set(vpcs.filter(to => to !== from && reach(facts, of(from), of(to)).reaches).map(({ id }) => id)),
  ]));
}

function canConnect(facts: NetworkFacts, from: VpcFacts, { vpcId, port, groupIds }: DatabaseFacts): boolean {
  if (vpcId === from.id) return false;
  const groups = facts.groups.filter(({ id }) => groupIds.includes(id));
  const of = (id: string) => facts.subnets.filter(subnet => subnet.vpcId === id);
  return reach({ ...facts, groups }, of(from.id), of(vpcId), port).reaches;
}

/** Whether a network of one segment reaches one of the other. */
function areLinked(ways: ReadonlyMap<string, ReadonlySet<string>>, one: Segment, other: Segment): boolean {
  return one.vpcs.some(from => other.vpcs.some(to => ways.get(from.id)?.has(to.id) ?? false));
}

/** The segments that reach each other, directly or by others; each group has the one with most links in its middle. */
function connected(segments: readonly Segment[], ways: ReadonlyMap<string, ReadonlySet<string>>) {
  const groups: Segment[][] = [];
  for (const segment of segments) {
    const linked = groups.filter(group => group.some(other => areLinked(ways, segment, other)));
    const rest = groups.filter(group => !linked.includes(group));
    groups.splice(0, groups.length, ...rest, [...linked.flat(), segment]);
  }
  const first = (group: readonly Segment[]): number => Math.min(...group.map(one => segments.indexOf(one)));
  return groups.sort((one, other) => first(one) - first(other)).map(group => ({ group, ways }));
}

function centered({ group, ways }: ReturnType<typeof connected>[number]): Segment[] {
  const links = (one: Segment): number => group.filter(other => other !== one && areLinked(ways, one, other)).length;
  const most = Math.max(...group.map(links));
  const sorted = [...group].sort((one, other) => one.name.localeCompare(other.name));
  const center = sorted.find(one => links(one) === most);
  if (center === undefined) return sorted;
  const others = sorted.filter(one => one !== center);
  others.splice(Math.floor(others.length / 2), 0, center);
  return others;
}

function subnetsOf(facts: NetworkFacts, { id }: VpcFacts): readonly SubnetNode[] {
  return facts.subnets.filter(({ vpcId }) => vpcId === id).map(subnet => {
    const table = facts.routeTables.find(({ subnetIds }) => subnetIds.includes(subnet.id));
    return { ...subnet, isPublic: table?.routes.some(({ target }) => target.startsWith('igw-')) ?? false };
  });
}

function gatewaysOf({ transitTables }: NetworkFacts, nameOf: (accountId: string) => string): GatewayNode[] {
  const owners = new Map(transitTables.map(({ transitGatewayId, accountId = '' }) => [transitGatewayId, accountId]));
  return [...owners].map(([id, accountId]) => ({ id, accountId, accountName: nameOf(accountId) }));
}

/** What the names begin with, up to a hyphen. */
function commonName(names: readonly string[]): string {
  const [first = [], ...rest] = names.map(name => name.split('-'));
  const end = first.findIndex((part, index) => rest.some(other => other[index] !== part));
  return first.slice(0, end === -1 ? first.length : end).join('-');
}
