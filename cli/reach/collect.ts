import type {
  AttachmentFacts, GroupFacts, NetworkFacts, RouteFacts, RouteTableFacts, RuleFacts, TransitRouteFacts,
  TransitTableFacts, VpcFacts,
} from './facts';
import { itemsAt, textAt, valueAt } from '../../lambda/shared/api/protocols';

/** Calls EC2 in an account and region. */
export type CallEc2 = (
  operation: string, input: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>;

export interface DescribedPlace {
  readonly accountId: string;
  readonly region: string;
  readonly call: CallEc2;
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
  const [vpcs, subnets, tables, attachments, transitTables, groups] = await Promise.all([
    list('DescribeVpcs', 'vpcSet'),
    list('DescribeSubnets', 'subnetSet'),
    list('DescribeRouteTables', 'routeTableSet'),
    list('DescribeTransitGatewayAttachments', 'transitGatewayAttachments'),
    list('DescribeTransitGatewayRouteTables', 'transitGatewayRouteTables'),
    list('DescribeSecurityGroups', 'securityGroupInfo'),
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
      return { id, transitGatewayId: text(one, 'transitGatewayId'), routes: routes.map(transitRouteOf) };
    })),
    groups: groups.map(groupOf),
  };
}

/** The accounts of hub and network both see an attachment; only the first one sees its table on AWS. */
function merged(attachments: readonly AttachmentFacts[]): readonly AttachmentFacts[] {
  const byId = new Map<string, AttachmentFacts>();
  for (const one of attachments) byId.set(one.id, { ...byId.get(one.id), ...one });
  return [...byId.values()];
}

function vpcOf(vpc: unknown, { accountId, region }: DescribedPlace): VpcFacts {
  const name = textAt(itemsAt(vpc, 'tagSet.item').find(tag => textAt(tag, 'key') === 'Name'), 'value');
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
