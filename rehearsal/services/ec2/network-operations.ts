import * as v from 'valibot';
import {
  describedAcl, describedEndpoint, describedGroup, describedNat, describedRules, describedSubnet, describedTable,
  describedVpc, tagsOf, zoneId,
} from './describe';
import { filtered } from './filters';
import { detachInternetGateway } from './gateway-types';
import { groupOperations } from './group-operations';
import type { Owned } from './model';
import { dependency, ZONES } from './networks';
import type { Networks } from './networks';
import { placeOf } from './resource-type';
import { putRoute } from './routes';
import type { TransitPresence } from './routes';
import { targetOf } from './vpc-types';
import { read, tagRecord, Tags } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation, Place } from '../../core/service';

const RouteInput = v.object({ RouteTableId: v.string(), DestinationCidrBlock: v.string() });
const TagInput = v.object({ ResourceId: v.array(v.string()), Tag: Tags });
const DetachInput = v.object({ InternetGatewayId: v.string(), VpcId: v.string() });

type Described = Readonly<Record<string, unknown>>;

/** Calls of EC2 for VPCs and what is in them. */
export function networkOperations(networks: Networks, transit: TransitPresence): Record<string, Operation> {
  return {
    ...descriptions(networks, transit),
    ...routeOperations(networks, transit),
    ...groupOperations(networks),
    ...deletions(networks),
    CreateTags: async call => {
      const { ResourceId: ids, Tag: tags } = read(TagInput, call.input);
      const place = placeOfCall(call);
      const all = [networks.vpcs, networks.subnets, networks.routeTables, networks.internetGateways,
        networks.securityGroups].flatMap(kind => networks.of<Owned>(kind, place));
      for (const one of all) if (ids.includes(one.id)) one.tags = { ...one.tags, ...tagRecord(tags) };
      return { return: true };
    },
  };
}

/** An operation that lists some resources: by ids, and by filters. */
function listing(member: string, idMember: string, list: (place: Place) => readonly Described[]): Operation {
  return async call => {
    const ids = call.input[idMember.charAt(0).toUpperCase() + idMember.slice(1)];
    const wanted = Array.isArray(ids) ? ids.map(String) : undefined;
    const items = list(placeOfCall(call));
    const known = items.map(item => String(item[idMember]));
    const unknown = wanted?.find(id => !known.includes(id));
    if (unknown !== undefined) {
      const code = `Invalid${idMember.charAt(0).toUpperCase()}${idMember.slice(1).replace(/Id$/, 'ID')}.NotFound`;
      throw new AwsError(code, `The ID '${unknown}' does not exist`);
    }
    const chosen = items.filter(item => wanted?.includes(String(item[idMember])) ?? true);
    return { [member]: filtered(chosen, call.input) };
  };
}

function descriptions(networks: Networks, transit: TransitPresence): Record<string, Operation> {
  return {
    DescribeVpcs: listing('vpcSet', 'vpcId', place => networks.of(networks.vpcs, place).map(describedVpc)),
    DescribeSubnets: listing('subnetSet', 'subnetId', place =>
      networks.of(networks.subnets, place).map(describedSubnet)),
    DescribeRouteTables: listing('routeTableSet', 'routeTableId', place =>
      networks.of(networks.routeTables, place).map(table => describedTable(networks, transit, table))),
    DescribeNetworkAcls: listing('networkAclSet', 'networkAclId', place =>
      networks.of(networks.networkAcls, place).map(acl => describedAcl(acl, networks.defaultAclSubnets(acl.vpcId)))),
    DescribeSecurityGroups: listing('securityGroupInfo', 'groupId', place =>
      networks.of(networks.securityGroups, place).map(describedGroup)),
    DescribeSecurityGroupRules: listing('securityGroupRuleSet', 'securityGroupRuleId', place =>
      networks.of(networks.securityGroups, place).flatMap(describedRules)),
    DescribeInternetGateways: listing('internetGatewaySet', 'internetGatewayId', place =>
      networks.of(networks.internetGateways, place).map(({ id: internetGatewayId, vpcId, ...gateway }) => ({
        internetGatewayId,
        attachmentSet: vpcId === undefined ? [] : [{ vpcId, state: 'available' }],
        ...tagsOf(gateway),
      }))),
    DescribeNatGateways: listing('natGatewaySet', 'natGatewayId', place =>
      networks.of(networks.natGateways, place).map(describedNat)),
    DescribeVpcEndpoints: listing('vpcEndpointSet', 'vpcEndpointId', place =>
      networks.of(networks.endpoints, place).map(describedEndpoint)),
    DescribeAddresses: listing('addressesSet', 'allocationId', place =>
      networks.of(networks.addresses, place).map(({ id: allocationId, publicIp, ...address }) => (
        { allocationId, publicIp, ...tagsOf(address) }
      ))),
    DescribeFlowLogs: listing('flowLogSet', 'flowLogId', place =>
      networks.of(networks.flowLogs, place).map(({ id: flowLogId, resourceId, destination, ...log }) => (
        { flowLogId, resourceId, logDestination: destination, flowLogStatus: 'ACTIVE', ...tagsOf(log) }
      ))),
    DescribeManagedPrefixLists: listing('prefixListSet', 'prefixListId', ({ region }) =>
      networks.prefixLists(region).map(({ id: prefixListId, name: prefixListName }) => (
        { prefixListId, prefixListName, ownerId: 'AWS', addressFamily: 'IPv4', state: 'create-complete' }
      ))),
    DescribeAvailabilityZones: listing('availabilityZoneInfo', 'zoneName', ({ region: regionName }) =>
      ZONES.map(letter => `${regionName}${letter}`).map(zoneName => ({
        zoneName,
        regionName,
        zoneId: zoneId(zoneName),
        zoneState: 'available',
        zoneType: 'availability-zone',
        optInStatus: 'opt-in-not-required',
      }))),
  };
}

function routeOperations(networks: Networks, transit: TransitPresence): Record<string, Operation> {
  const put = (isNew: boolean): Operation => async call => {
    const { RouteTableId: id, DestinationCidrBlock: destination } = read(RouteInput, call.input);
    const table = networks.find(networks.routeTables, id, placeOfCall(call), 'InvalidRouteTableID');
    if (!isNew && !table.routes.has(destination)) throw noRoute(destination, id);
    putRoute(networks, transit, table, { destination, ...targetOf(call.input) }, isNew);
    return { return: true };
  };
  return {
    CreateRoute: put(true),
    ReplaceRoute: put(false),
    DeleteRoute: async call => {
      const { RouteTableId: id, DestinationCidrBlock: destination } = read(RouteInput, call.input);
      const table = networks.find(networks.routeTables, id, placeOfCall(call), 'InvalidRouteTableID');
      if (!table.routes.delete(destination)) throw noRoute(destination, id);
      return { return: true };
    },
  };
}

function noRoute(destination: string, tableId: string): AwsError {
  return new AwsError('InvalidRoute.NotFound',
    `no route with destination-cidr-block ${destination} in route table ${tableId}`);
}

/** What deletes a default network. */
function deletions(networks: Networks): Record<string, Operation> {
  const idIn = (call: Call, member: string): string => {
    const { [member]: id } = call.input;
    return typeof id === 'string' ? id : '';
  };
  return {
    DetachInternetGateway: async call => {
      const { InternetGatewayId: gatewayId, VpcId: vpcId } = read(DetachInput, call.input);
      networks.find(networks.internetGateways, gatewayId, placeOfCall(call), 'InvalidInternetGatewayID');
      detachInternetGateway(networks, gatewayId, vpcId);
      return { return: true };
    },
    DeleteInternetGateway: async call => {
      const { id, vpcId } = networks.find(networks.internetGateways, idIn(call, 'InternetGatewayId'),
        placeOfCall(call), 'InvalidInternetGatewayID');
      if (vpcId !== undefined) {
        throw dependency(`The internetGateway '${id}' has dependencies and cannot be deleted.`);
      }
      networks.internetGateways.delete(id);
      return { return: true };
    },
    DeleteSubnet: async call => {
      networks.deleteSubnet(networks.find(networks.subnets, idIn(call, 'SubnetId'), placeOfCall(call),
        'InvalidSubnetID').id);
      return { return: true };
    },
    DeleteVpc: async call => {
      networks.deleteVpc(networks.find(networks.vpcs, idIn(call, 'VpcId'), placeOfCall(call), 'InvalidVpcID').id);
      return { return: true };
    },
  };
}

function placeOfCall({ caller: { accountId }, region }: Call): Place {
  return placeOf({ accountId, region });
}
