import type {
  AclEntryFacts, AclFacts, AttachmentFacts, DatabaseFacts, GroupFacts, NetworkFacts, RouteFacts, RouteTableFacts,
  RuleFacts, TransitRouteFacts, TransitTableFacts, VpcFacts,
} from './facts';
import { itemsAt, textAt, valueAt } from '../../lambda/shared/api/protocols';

/** Calls EC2 or RDS in an account and region. */
export type CallService = (
  operation: string, input: Readonly<Record<string, unknown>>, service?: 'ec2' | 'rds',
) => Promise<Readonly<Record<string, unknown>>>;

export interface DescribedPlace {
  readonly accountId: string;
  readonly region: string;
  readonly call: CallService;
  /** Whether its databases are read, too. */
  readonly hasDatabases?: boolean;
}

/** Reads the networks of accounts. A transit gateway is described by the account that owns it. */
export async function collectFacts(places: readonly DescribedPlace[]): Promise<NetworkFacts> {
  const all = await Promise.all(places.map(collectPlace));
  return {
    vpcs: all.flatMap(({ vpcs }) => vpcs),
    subnets: all.flatMap(({ subnets }) => subnets),
    routeTables: all.flatMap(({ routeTables }) => routeTables),
    attachments: merged(all.flatMap(({ attachments }) => attachments)),
    transitTables: all.flatMap(({ transitTables }) => transitTables),
    groups: all.flatMap(({ groups }) => groups),
    acls: all.flatMap(({ acls = [] }) => acls),
    databases: all.flatMap(({ databases = [] }) => databases),
  };
}

async function collectPlace(place: DescribedPlace): Promise<NetworkFacts> {
  const list = async (operation: string, member: string, input: object = {}): Promise<readonly unknown[]> => {
    const items: unknown[] = [];
    for (let token: string | undefined; ;) {
      const page = await place.call(operation, { ...input, ...token !== undefined && { NextToken: token } });
      items.push(...itemsAt(page, `${member}.item`));
      token = textAt(page, 'nextToken');
      if (token === undefined || token === '') return items;
    }
  };
  const [vpcs, subnets, tables, attachments, transitTables, groups, acls, databases] = await Promise.all([
    list('DescribeVpcs', 'vpcSet'),
    list('DescribeSubnets', 'subnetSet'),
    list('DescribeRouteTables', 'routeTableSet'),
    list('DescribeTransitGatewayAttachments', 'transitGatewayAttachments'),
    list('DescribeTransitGatewayRouteTables', 'transitGatewayRouteTables'),
    list('DescribeSecurityGroups', 'securityGroupInfo'),
    list('DescribeNetworkAcls', 'networkAclSet'),
    place.hasDatabases === true ? databasesOf(place) : [],
  ]);
  return {
    vpcs: vpcs.map(one => vpcOf(one, place)),
    subnets: subnets.map(one => ({
      id: text(one, 'subnetId'), vpcId: text(one, 'vpcId'), cidr: text(one, 'cidrBlock'),
    })),
    routeTables: tables.map(tableOf),
    attachments: attachments.filter(one => textAt(one, 'resourceType') === 'vpc').map(attachmentOf),
    transitTables: await Promise.all(transitTables.map(async (one): Promise<TransitTableFacts> => {
      const id = text(one, 'transitGatewayRouteTableId');
      const routes = await list('SearchTransitGatewayRoutes', 'routeSet', {
        TransitGatewayRouteTableId: id, Filter: [{ Name: 'state', Value: ['active', 'blackhole'] }],
      });
      const name = nameOf(one);
      return {
        id,
        ...name !== undefined && { name },
        accountId: place.accountId,
        transitGatewayId: text(one, 'transitGatewayId'),
        routes: routes.map(transitRouteOf),
      };
    })),
    groups: groups.map(groupOf),
    acls: acls.map(aclOf),
    databases,
  };
}

/** The accounts of hub and network both see an attachment; only the first one sees its table on AWS. */
function merged(attachments: readonly AttachmentFacts[]): readonly AttachmentFacts[] {
  const byId = new Map<string, AttachmentFacts>();
  for (const one of attachments) byId.set(one.id, { ...byId.get(one.id), ...one });
  return [...byId.values()];
}

function nameOf(resource: unknown): string | undefined {
  return textAt(itemsAt(resource, 'tagSet.item').find(tag => textAt(tag, 'key') === 'Name'), 'value');
}

/** The databases of an account; the instances of a cluster are one. */
async function databasesOf({ call }: DescribedPlace): Promise<readonly DatabaseFacts[]> {
  const byName = new Map<string, DatabaseFacts>();
  for (let marker: string | undefined; ;) {
    const page = await call('DescribeDBInstances', { ...marker !== undefined && { Marker: marker } }, 'rds');
    for (const one of itemsAt(page, 'DBInstances.DBInstance')) {
      const name = textAt(one, 'DBClusterIdentifier') ?? text(one, 'DBInstanceIdentifier');
      byName.set(name, {
        name,
        engine: text(one, 'Engine'),
        vpcId: text(one, 'DBSubnetGroup.VpcId'),
        port: Number(text(one, 'Endpoint.Port')),
        groupIds: itemsAt(one, 'VpcSecurityGroups.VpcSecurityGroupMembership')
          .map(group => text(group, 'VpcSecurityGroupId')),
        instances: (byName.get(name)?.instances ?? 0) + 1,
      });
    }
    marker = textAt(page, 'Marker');
    if (marker === undefined || marker === '') return [...byName.values()];
  }
}

function vpcOf(vpc: unknown, { accountId, region }: DescribedPlace): VpcFacts {
  const name = nameOf(vpc);
  return {
    id: text(vpc, 'vpcId'),
    accountId,
    region,
    ...name !== undefined && { name },
    cidrs: itemsAt(vpc, 'cidrBlockAssociationSet.item').map(one => text(one, 'cidrBlock')),
    isDefault: textAt(vpc, 'isDefault') === 'true',
  };
}

function tableOf(table: unknown): RouteTableFacts {
  const associations = itemsAt(table, 'associationSet.item');
  return {
    id: text(table, 'routeTableId'),
    vpcId: text(table, 'vpcId'),
    isMain: associations.some(one => textAt(one, 'main') === 'true'),
    subnetIds: associations.flatMap(one => textAt(one, 'subnetId') ?? []),
    routes: itemsAt(table, 'routeSet.item').flatMap(routeOf),
  };
}

const TARGETS = [
  'transitGatewayId', 'natGatewayId', 'gatewayId', 'vpcPeeringConnectionId', 'networkInterfaceId', 'instanceId',
  'egressOnlyInternetGatewayId', 'localGatewayId', 'carrierGatewayId', 'coreNetworkArn',
];

/** A route to a block of IPv4 addresses; those to prefix lists lead to endpoints of AWS. */
function routeOf(route: unknown): RouteFacts[] {
  const destination = textAt(route, 'destinationCidrBlock');
  if (destination === undefined) return [];
  const target = TARGETS.map(name => textAt(route, name)).find(value => value !== undefined) ?? 'another target';
  return [{ destination, target, isBlackhole: textAt(route, 'state') === 'blackhole' }];
}

function attachmentOf(attachment: unknown): AttachmentFacts {
  const association = valueAt(attachment, 'association');
  const tableId = textAt(association, 'transitGatewayRouteTableId');
  const isAssociated = textAt(association, 'state') === 'associated' && tableId !== undefined;
  return {
    id: text(attachment, 'transitGatewayAttachmentId'),
    transitGatewayId: text(attachment, 'transitGatewayId'),
    vpcId: text(attachment, 'resourceId'),
    isAvailable: ['available', 'modifying'].includes(text(attachment, 'state')),
    ...isAssociated && { tableId },
  };
}

function transitRouteOf(route: unknown): TransitRouteFacts {
  const [attachment] = itemsAt(route, 'transitGatewayAttachments.item');
  const attachmentId = textAt(attachment, 'transitGatewayAttachmentId');
  return {
    destination: text(route, 'destinationCidrBlock'),
    isStatic: textAt(route, 'type') === 'static',
    isBlackhole: textAt(route, 'state') === 'blackhole',
    ...attachmentId !== undefined && { attachmentId },
  };
}

function groupOf(group: unknown): GroupFacts {
  return {
    id: text(group, 'groupId'),
    vpcId: text(group, 'vpcId'),
    name: text(group, 'groupName'),
    ingress: itemsAt(group, 'ipPermissions.item').map(ruleOf),
  };
}

function aclOf(acl: unknown): AclFacts {
  return {
    id: text(acl, 'networkAclId'),
    subnetIds: itemsAt(acl, 'associationSet.item').map(one => text(one, 'subnetId')),
    entries: itemsAt(acl, 'entrySet.item').flatMap(entryOf),
  };
}

/** An entry for IPv4 addresses. */
function entryOf(entry: unknown): AclEntryFacts[] {
  const cidr = textAt(entry, 'cidrBlock');
  if (cidr === undefined) return [];
  const [from, to] = [textAt(entry, 'portRange.from'), textAt(entry, 'portRange.to')];
  return [{
    number: Number(text(entry, 'ruleNumber')),
    direction: textAt(entry, 'egress') === 'true' ? 'out' : 'in',
    isAllowing: textAt(entry, 'ruleAction') === 'allow',
    cidr,
    protocol: text(entry, 'protocol'),
    ...from !== undefined && { fromPort: Number(from) },
    ...to !== undefined && { toPort: Number(to) },
  }];
}

function ruleOf(rule: unknown): RuleFacts {
  const [from, to] = [textAt(rule, 'fromPort'), textAt(rule, 'toPort')];
  return {
    protocol: text(rule, 'ipProtocol'),
    ...from !== undefined && from !== '-1' && { fromPort: Number(from) },
    ...to !== undefined && to !== '-1' && { toPort: Number(to) },
    cidrs: itemsAt(rule, 'ipRanges.item').map(one => text(one, 'cidrIp')),
    groupIds: itemsAt(rule, 'groups.item').map(one => text(one, 'groupId')),
  };
}

function text(value: unknown, path: string): string {
  return textAt(value, path) ?? '';
}
