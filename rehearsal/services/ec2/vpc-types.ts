import * as v from 'valibot';
import type { Route, RouteTable } from './model';
import { TARGETS } from './model';
import { ZONES } from './networks';
import type { Networks } from './networks';
import { ownedBy, resourceType } from './resource-type';
import { putRoute } from './routes';
import type { TransitPresence } from './routes';
import { Flag, read, Text } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceType } from '../../core/service';

const VpcProperties = v.object({ CidrBlock: v.string('a VPC needs a CidrBlock') });
const SubnetProperties = v.object({
  VpcId: v.string(),
  CidrBlock: v.optional(v.string(), '10.255.255.240/28'),
  AvailabilityZone: v.optional(v.string()),
  MapPublicIpOnLaunch: Flag,
});
const TableProperties = v.object({ VpcId: v.string() });
const AssociationProperties = v.object({ SubnetId: v.string(), RouteTableId: v.string() });
const RouteProperties = v.looseObject({
  RouteTableId: v.string(),
  DestinationCidrBlock: v.optional(v.string()),
  DestinationIpv6CidrBlock: v.optional(v.string()),
  DestinationPrefixListId: v.optional(v.string()),
});

/** VPCs, subnets, route tables and routes. What exists outside of the rehearsal may be referred to. */
export function vpcTypes(networks: Networks, transit: TransitPresence): Record<string, ResourceType> {
  return {
    'AWS::EC2::VPC': vpcType(networks),
    'AWS::EC2::Subnet': subnetType(networks),
    'AWS::EC2::RouteTable': routeTableType(networks),
    'AWS::EC2::SubnetRouteTableAssociation': associationType(networks),
    'AWS::EC2::Route': routeType(networks, transit),
  };
}

function vpcType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => {
    const { cidr } = networks.vpcs.get(id) ?? { cidr: '' };
    const within = ({ vpcId }: { readonly vpcId: string }): boolean => vpcId === id;
    const group = [...networks.securityGroups.values()].find(one => within(one) && one.name === 'default');
    const acl = [...networks.networkAcls.values()].find(one => within(one) && one.isDefault);
    return {
      id,
      attributes: {
        VpcId: id,
        CidrBlock: cidr,
        CidrBlockAssociations: [`vpc-cidr-assoc-${id.slice(4)}`],
        DefaultSecurityGroup: group?.id,
        DefaultNetworkAcl: acl?.id,
        Ipv6CidrBlocks: [],
      },
    };
  };
  return resourceType({
    replacedBy: ['CidrBlock', 'Ipv4IpamPoolId', 'Ipv4NetmaskLength'],
    create: async (properties, context) => {
      const { CidrBlock: cidr } = read(VpcProperties, properties);
      return describe(networks.createVpc(context, cidr, ownedBy(context, properties).tags).id);
    },
    describe,
    remove: async id => networks.deleteVpc(id),
  });
}

function subnetType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => {
    const { vpcId, zone, cidr } = networks.subnets.get(id) ?? {};
    const acl = [...networks.networkAcls.values()].find(one => one.vpcId === vpcId && one.isDefault);
    return {
      id,
      attributes: {
        SubnetId: id,
        VpcId: vpcId,
        AvailabilityZone: zone,
        CidrBlock: cidr,
        Ipv6CidrBlocks: [],
        NetworkAclAssociationId: acl && `aclassoc-${id.slice(7)}`,
      },
    };
  };
  return resourceType({
    replacedBy: ['VpcId', 'CidrBlock', 'AvailabilityZone'],
    create: async (properties, context) => {
      const { VpcId: vpcId, CidrBlock: cidr, AvailabilityZone: zone, MapPublicIpOnLaunch: mapsPublicIp } =
        read(SubnetProperties, properties);
      return describe(networks.createSubnet({
        ...ownedBy(context, properties),
        id: networks.newId('subnet'),
        vpcId,
        cidr,
        isDefault: false,
        mapsPublicIp,
        zone: zone ?? `${context.region}${ZONES[0]}`,
      }).id);
    },
    update: async (id, properties) => {
      const subnet = networks.subnets.get(id);
      if (subnet) subnet.mapsPublicIp = read(SubnetProperties, properties).MapPublicIpOnLaunch;
      return describe(id);
    },
    describe,
    remove: async id => networks.deleteSubnet(id),
  });
}

function routeTableType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => ({ id, attributes: { RouteTableId: id } });
  return resourceType({
    replacedBy: ['VpcId'],
    create: async (properties, context) => {
      const { VpcId: vpcId } = read(TableProperties, properties);
      const id = networks.newId('rtb');
      networks.routeTables.set(id, {
        ...ownedBy(context, properties), id, vpcId, isMain: false, subnets: new Map(), routes: new Map(),
      });
      return describe(id);
    },
    describe,
    remove: async id => {
      if ((networks.routeTables.get(id)?.subnets.size ?? 0) > 0) {
        throw new AwsError('DependencyViolation', `The routeTable '${id}' has dependencies and cannot be deleted.`);
      }
      networks.routeTables.delete(id);
    },
  });
}

function associationType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => ({ id, attributes: { Id: id } });
  const put = (id: string, properties: Record<string, unknown>): Provisioned => {
    const { SubnetId: subnetId, RouteTableId: tableId } = read(AssociationProperties, properties);
    for (const table of networks.routeTables.values()) {
      table.subnets.delete(id);
      if ([...table.subnets.values()].includes(subnetId)) {
        throw new AwsError('Resource.AlreadyAssociated',
          `the specified association for route table ${tableId} conflicts with an existing association`);
      }
    }
    networks.routeTables.get(tableId)?.subnets.set(id, subnetId);
    return describe(id);
  };
  return resourceType({
    replacedBy: ['SubnetId'],
    create: async properties => put(networks.newId('rtbassoc'), properties),
    update: async (id, properties) => put(id, properties),
    describe,
    remove: async id => { for (const table of networks.routeTables.values()) table.subnets.delete(id); },
  });
}

function routeType(networks: Networks, transit: TransitPresence): ResourceType {
  const destinationOf = (properties: Record<string, unknown>): string => {
    const given = read(RouteProperties, properties);
    return given.DestinationCidrBlock ?? given.DestinationPrefixListId ?? given.DestinationIpv6CidrBlock ?? '';
  };
  const put = (properties: Record<string, unknown>, isNew: boolean): Provisioned => {
    const { RouteTableId: tableId } = read(RouteProperties, properties);
    const destination = destinationOf(properties);
    const route = { destination, ...targetOf(properties) };
    const table: RouteTable | undefined = networks.routeTables.get(tableId);
    if (table) putRoute(networks, transit, table, route, isNew);
    return { id: `${tableId}|${destination}`, attributes: { CidrBlock: destination } };
  };
  return resourceType({
    replacedBy: ['RouteTableId', 'DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'],
    create: async properties => put(properties, true),
    update: async (_id, properties) => put(properties, false),
    describe: id => ({ id, attributes: { CidrBlock: id.split('|')[1] } }),
    remove: async (id, properties) => {
      const [tableId = '', destination = ''] = id.split('|');
      const route = networks.routeTables.get(tableId)?.routes.get(destination);
      if (route?.targetId !== targetOf(properties).targetId) return;
      networks.routeTables.get(tableId)?.routes.delete(destination);
    },
  });
}

/** The target of a route: the members of the API, and the properties of the template, begin with a capital letter. */
export function targetOf(given: Readonly<Record<string, unknown>>): Omit<Route, 'destination'> {
  for (const target of TARGETS) {
    const value = given[`${target.charAt(0).toUpperCase()}${target.slice(1)}`];
    if (value !== undefined) return { target, targetId: read(Text, value) };
  }
  throw new AwsError('MissingParameter', 'The request must contain exactly one target of the route.');
}
