import type {
  Endpoint, NatGateway, NetworkAcl, Owned, Route, RouteTable, Rule, SecurityGroup, Subnet, Vpc,
} from './model';
import { ZONES } from './networks';
import type { Networks } from './networks';
import { stateOf } from './routes';
import type { TransitPresence } from './routes';
import { parseCidr, sizeOf } from '../../core/cidr';

type Described = Readonly<Record<string, unknown>>;

export function tagsOf({ tags }: Pick<Owned, 'tags'>): Described {
  return { tagSet: Object.entries(tags).map(([key, value]) => ({ key, value })) };
}

export function describedVpc(vpc: Vpc): Described {
  const { id: vpcId, accountId: ownerId, cidr: cidrBlock, isDefault, dhcpOptionsId } = vpc;
  const association = { associationId: `vpc-cidr-assoc-${vpcId.slice(4)}`, cidrBlock };
  return {
    vpcId,
    ownerId,
    cidrBlock,
    isDefault,
    dhcpOptionsId,
    state: 'available',
    instanceTenancy: 'default',
    cidrBlockAssociationSet: [{ ...association, cidrBlockState: { state: 'associated' } }],
    ...tagsOf(vpc),
  };
}

export function describedSubnet(subnet: Subnet): Described {
  const { id: subnetId, accountId: ownerId, vpcId, cidr: cidrBlock, zone: availabilityZone } = subnet;
  return {
    subnetId,
    ownerId,
    vpcId,
    cidrBlock,
    availabilityZone,
    state: 'available',
    availabilityZoneId: zoneId(availabilityZone),
    // AWS reserves five addresses of each subnet
    availableIpAddressCount: sizeOf(parseCidr(cidrBlock)?.length ?? 32) - 5,
    defaultForAz: subnet.isDefault,
    mapPublicIpOnLaunch: subnet.mapsPublicIp,
    ...tagsOf(subnet),
  };
}

/** Accounts have the same ids of zones here; on AWS, the letters differ. */
export function zoneId(zone: string): string {
  return `${zone.slice(0, -1)}-az${ZONES.indexOf(zone.slice(-1)) + 1}`;
}

export function describedTable(networks: Networks, transit: TransitPresence, table: RouteTable): Described {
  const { id: routeTableId, accountId: ownerId, vpcId, isMain } = table;
  const cidr = networks.vpcs.get(vpcId)?.cidr;
  const local = { gatewayId: 'local', state: 'active', origin: 'CreateRouteTable' };
  const associated = { routeTableId, associationState: { state: 'associated' } };
  return {
    routeTableId,
    ownerId,
    vpcId,
    routeSet: [
      ...cidr === undefined ? [] : [{ destinationCidrBlock: cidr, ...local }],
      ...[...table.routes.values()].map(route => describedRoute(route, stateOf(networks, transit, table, route))),
    ],
    associationSet: [
      ...isMain ? [{ ...associated, main: true, routeTableAssociationId: `rtbassoc-${routeTableId.slice(4)}` }] : [],
      ...[...table.subnets].map(([routeTableAssociationId, subnetId]) => (
        { ...associated, main: false, routeTableAssociationId, subnetId }
      )),
    ],
    ...tagsOf(table),
  };
}

function describedRoute({ destination, target, targetId }: Route, state: string): Described {
  const member = destination.startsWith('pl-')
    ? 'destinationPrefixListId'
    : destination.includes(':') ? 'destinationIpv6CidrBlock' : 'destinationCidrBlock';
  return { [member]: destination, [target]: targetId, state, origin: 'CreateRoute' };
}

export function describedGroup(group: SecurityGroup): Described {
  const { id: groupId, accountId: ownerId, vpcId, name: groupName, description: groupDescription, rules } = group;
  const permissions = (isEgress: boolean) =>
    [...rules.values()].filter(rule => rule.isEgress === isEgress).map(rule => permissionOf(rule, ownerId));
  return {
    groupId,
    ownerId,
    vpcId,
    groupName,
    groupDescription,
    ipPermissions: permissions(false),
    ipPermissionsEgress: permissions(true),
    ...tagsOf(group),
  };
}

function permissionOf(rule: Rule, userId: string): Described {
  const { protocol: ipProtocol, fromPort, toPort, description } = rule;
  return {
    ipProtocol,
    fromPort,
    toPort,
    ipRanges: rule.cidr === undefined ? [] : [{ cidrIp: rule.cidr, description }],
    ipv6Ranges: rule.cidrIpv6 === undefined ? [] : [{ cidrIpv6: rule.cidrIpv6, description }],
    groups: rule.groupId === undefined ? [] : [{ groupId: rule.groupId, userId, description }],
    prefixListIds: rule.prefixListId === undefined ? [] : [{ prefixListId: rule.prefixListId, description }],
  };
}

export function describedRules({ id: groupId, accountId: groupOwnerId, rules }: SecurityGroup): Described[] {
  return [...rules.values()].map(rule => ({
    securityGroupRuleId: rule.id,
    groupId,
    groupOwnerId,
    isEgress: rule.isEgress,
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort ?? -1,
    toPort: rule.toPort ?? -1,
    cidrIpv4: rule.cidr,
    cidrIpv6: rule.cidrIpv6,
    prefixListId: rule.prefixListId,
    description: rule.description,
    ...rule.groupId !== undefined && { referencedGroupInfo: { groupId: rule.groupId, userId: groupOwnerId } },
  }));
}

export function describedNat({ id: natGatewayId, vpcId, subnetId, allocationId, ...nat }: NatGateway): Described {
  return {
    natGatewayId,
    vpcId,
    subnetId,
    state: 'available',
    connectivityType: allocationId === undefined ? 'private' : 'public',
    natGatewayAddressSet: allocationId === undefined ? [] : [{ allocationId }],
    ...tagsOf(nat),
  };
}

export function describedEndpoint(endpoint: Endpoint): Described {
  const { id: vpcEndpointId, accountId: ownerId, vpcId, serviceName, type } = endpoint;
  return {
    vpcEndpointId,
    ownerId,
    vpcId,
    serviceName,
    vpcEndpointType: type,
    state: 'available',
    subnetIdSet: endpoint.subnetIds,
    routeTableIdSet: endpoint.routeTableIds,
    groupSet: endpoint.groupIds.map(groupId => ({ groupId })),
    ...tagsOf(endpoint),
  };
}

/**
 * The last entry of each direction denies everything. Without other entries, a default ACL allows everything.
 *
 * @param defaultSubnets ids of the subnets of the VPC that have no other ACL
 */
export function describedAcl(
  { id: networkAclId, vpcId, isDefault, tags, entries, subnets }: NetworkAcl, defaultSubnets: readonly string[],
): Described {
  const both = [false, true].flatMap(egress => [
    ...entries ? [] : [{ ruleNumber: 100, protocol: '-1', ruleAction: 'allow', egress, cidrBlock: '0.0.0.0/0' }],
    { ruleNumber: 32767, protocol: '-1', ruleAction: 'deny', egress, cidrBlock: '0.0.0.0/0' },
  ]);
  const associated = subnets
    ? [...subnets]
    : defaultSubnets.map(subnetId => [`aclassoc-${subnetId.slice(7)}`, subnetId] as const);
  return {
    networkAclId,
    vpcId,
    default: isDefault,
    entrySet: [...entries?.values() ?? [], ...both],
    associationSet: associated.map(([networkAclAssociationId, subnetId]) => (
      { networkAclAssociationId, networkAclId, subnetId }
    )),
    ...tagsOf({ tags }),
  };
}
