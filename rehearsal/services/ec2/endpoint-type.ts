import * as v from 'valibot';
import type { Endpoint } from './model';
import type { Networks } from './networks';
import { ownedBy, resourceType } from './resource-type';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceType } from '../../core/service';

const EndpointProperties = v.object({
  VpcId: v.string(),
  ServiceName: v.string(),
  VpcEndpointType: v.optional(v.picklist(['Gateway', 'Interface', 'GatewayLoadBalancer']), 'Gateway'),
  SubnetIds: v.optional(v.array(v.string()), []),
  RouteTableIds: v.optional(v.array(v.string()), []),
  SecurityGroupIds: v.optional(v.array(v.string()), []),
});

/** `AWS::EC2::VPCEndpoint`: a gateway endpoint is a route to the prefix list of its service. */
export function endpointType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => {
    const endpoint = networks.endpoints.get(id);
    const isInterface = endpoint?.type === 'Interface';
    const { dnsName = '', subnetIds = [] } = endpoint ?? {};
    return {
      id,
      attributes: {
        Id: id,
        DnsEntries: isInterface ? ['', `-${endpoint.region}a`].map(zone => dnsEntry(id, dnsName, zone)) : [],
        NetworkInterfaceIds: isInterface ? subnetIds.map((_, index) => `eni-${index}${id.slice(6)}`) : [],
      },
    };
  };
  return resourceType({
    replacedBy: ['VpcId', 'ServiceName', 'VpcEndpointType'],
    create: async (properties, context) => {
      const { VpcId: vpcId, ServiceName: serviceName, VpcEndpointType: type } = read(EndpointProperties, properties);
      const [service = ''] = serviceName.split('.').slice(3).reverse().join('.').split('/');
      const endpoint: Endpoint = {
        ...ownedBy(context, properties),
        id: networks.newId('vpce'),
        vpcId,
        serviceName,
        type,
        dnsName: `${service}.${context.region}.vpce.amazonaws.com`,
        ...memberIds(properties),
      };
      const isDouble = [...networks.endpoints.values()].some(other =>
        other.vpcId === vpcId && other.type === 'Gateway' && other.serviceName === serviceName
        && other.routeTableIds.some(table => endpoint.routeTableIds.includes(table)));
      if (isDouble) {
        throw new AwsError('RouteAlreadyExists', `route table already has a route to the service ${serviceName}`);
      }
      networks.endpoints.set(endpoint.id, endpoint);
      putRoutes(networks, endpoint);
      return describe(endpoint.id);
    },
    update: async (id, properties) => {
      const endpoint = networks.endpoints.get(id);
      if (endpoint) {
        removeRoutes(networks, endpoint);
        Object.assign(endpoint, memberIds(properties));
        putRoutes(networks, endpoint);
      }
      return describe(id);
    },
    describe,
    remove: async id => {
      const endpoint = networks.endpoints.get(id);
      if (endpoint) removeRoutes(networks, endpoint);
      networks.endpoints.delete(id);
    },
  });
}

function memberIds(properties: Record<string, unknown>): Pick<Endpoint, 'subnetIds' | 'routeTableIds' | 'groupIds'> {
  const { SubnetIds: subnetIds, RouteTableIds: routeTableIds, SecurityGroupIds: groupIds } =
    read(EndpointProperties, properties);
  return { subnetIds, routeTableIds, groupIds };
}

function dnsEntry(id: string, dnsName: string, zone: string): string {
  return `Z${id.slice(5, 18).toUpperCase()}:${id}-${id.slice(-8)}${zone}.${dnsName}`;
}

function putRoutes(networks: Networks, { id, type, region, serviceName, routeTableIds }: Endpoint): void {
  const list = networks.prefixLists(region).find(({ name }) => name === serviceName);
  if (type !== 'Gateway' || !list) return;
  for (const tableId of routeTableIds) {
    networks.routeTables.get(tableId)?.routes.set(list.id, {
      destination: list.id, target: 'gatewayId', targetId: id,
    });
  }
}

function removeRoutes(networks: Networks, { id, routeTableIds }: Endpoint): void {
  for (const tableId of routeTableIds) {
    const { routes } = networks.routeTables.get(tableId) ?? { routes: new Map<string, { targetId: string }>() };
    for (const [destination, { targetId }] of routes) if (targetId === id) routes.delete(destination);
  }
}
