import * as v from 'valibot';
import { dependency } from './networks';
import type { Networks } from './networks';
import { ownedBy, resourceType } from './resource-type';
import type { Clock } from '../../core/clock';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceType } from '../../core/service';

const AttachmentProperties = v.object({ VpcId: v.string(), InternetGatewayId: v.optional(v.string()) });
const NatProperties = v.object({
  SubnetId: v.string(), AllocationId: v.optional(v.string()), ConnectivityType: v.optional(v.string(), 'public'),
});

/** Seconds until a NAT gateway is available, or deleted. */
const NAT_SECONDS = 90;

/** Internet gateways, addresses and NAT gateways. */
export function gatewayTypes(networks: Networks, clock: Clock): Record<string, ResourceType> {
  return {
    'AWS::EC2::InternetGateway': internetGatewayType(networks),
    'AWS::EC2::VPCGatewayAttachment': gatewayAttachmentType(networks),
    'AWS::EC2::EIP': addressType(networks),
    'AWS::EC2::NatGateway': natGatewayType(networks, clock),
  };
}

function internetGatewayType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => ({ id, attributes: { InternetGatewayId: id } });
  return resourceType({
    replacedBy: [],
    create: async (properties, context) => {
      const id = networks.newId('igw');
      networks.internetGateways.set(id, { ...ownedBy(context, properties), id });
      return describe(id);
    },
    describe,
    remove: async id => {
      if (networks.internetGateways.get(id)?.vpcId !== undefined) {
        throw dependency(`The internetGateway '${id}' has dependencies and cannot be deleted.`);
      }
      networks.internetGateways.delete(id);
    },
  });
}

function gatewayAttachmentType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => ({ id, attributes: { AttachmentType: id.split('|')[0] } });
  return resourceType({
    replacedBy: ['VpcId', 'InternetGatewayId', 'VpnGatewayId'],
    create: async properties => {
      const { VpcId: vpcId, InternetGatewayId: gatewayId } = read(AttachmentProperties, properties);
      const gateway = networks.internetGateways.get(gatewayId ?? '');
      if (gateway?.vpcId !== undefined) {
        throw new AwsError(
          'Resource.AlreadyAssociated', `resource ${gatewayId} is already attached to network ${vpcId}`);
      }
      if (gateway) gateway.vpcId = vpcId;
      return describe(`${gatewayId === undefined ? 'VGW' : 'IGW'}|${vpcId}`);
    },
    describe,
    remove: async (_id, properties) => {
      const { VpcId: vpcId, InternetGatewayId: gatewayId = '' } = read(AttachmentProperties, properties);
      const isAttached = networks.internetGateways.get(gatewayId)?.vpcId === vpcId;
      if (isAttached) detachInternetGateway(networks, gatewayId, vpcId);
    },
  });
}

/** @throws AwsError while the VPC has public addresses */
export function detachInternetGateway(networks: Networks, gatewayId: string, vpcId: string): void {
  if ([...networks.natGateways.values()].some(nat => nat.vpcId === vpcId && nat.allocationId !== undefined)) {
    throw dependency(`Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) `
      + 'before detaching the gateway.');
  }
  const gateway = networks.internetGateways.get(gatewayId);
  if (gateway?.vpcId !== vpcId) {
    throw new AwsError('Gateway.NotAttached', `resource ${gatewayId} is not attached to network ${vpcId}`);
  }
  delete gateway.vpcId;
}

function addressType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => {
    const found = [...networks.addresses.values()].find(({ publicIp }) => publicIp === id);
    return { id, attributes: { PublicIp: id, AllocationId: found?.id } };
  };
  return resourceType({
    replacedBy: ['Domain', 'NetworkBorderGroup', 'TransferAddress'],
    create: async (properties, context) => {
      const id = networks.newId('eipalloc');
      const bytes = [9, 11].map(index => parseInt(id.slice(index, index + 2), 16));
      const publicIp = `203.0.${bytes.join('.')}`;
      networks.addresses.set(id, { ...ownedBy(context, properties), id, publicIp });
      return describe(publicIp);
    },
    describe,
    remove: async id => {
      const found = [...networks.addresses.values()].find(({ publicIp }) => publicIp === id);
      if (!found) return;
      if ([...networks.natGateways.values()].some(({ allocationId }) => allocationId === found.id)) {
        throw new AwsError('InvalidIPAddress.InUse', `Address ${id} is in use.`);
      }
      networks.addresses.delete(found.id);
    },
  });
}

function natGatewayType(networks: Networks, clock: Clock): ResourceType {
  const describe = (id: string): Provisioned => ({ id, attributes: { NatGatewayId: id } });
  return resourceType({
    replacedBy: ['SubnetId', 'AllocationId', 'ConnectivityType'],
    create: async (properties, context) => {
      const { SubnetId: subnetId, AllocationId: allocationId } = read(NatProperties, properties);
      const id = networks.newId('nat');
      await clock.sleep(NAT_SECONDS);
      networks.natGateways.set(id, {
        ...ownedBy(context, properties),
        id,
        subnetId,
        vpcId: networks.subnets.get(subnetId)?.vpcId ?? '',
        ...allocationId !== undefined && { allocationId },
      });
      return describe(id);
    },
    describe,
    remove: async id => {
      if (!networks.natGateways.has(id)) return;
      await clock.sleep(NAT_SECONDS);
      networks.natGateways.delete(id);
    },
  });
}
