import * as v from 'valibot';
import type { AclEntry, NetworkAcl } from './model';
import { dependency } from './networks';
import type { Networks } from './networks';
import { ownedBy, resourceType } from './resource-type';
import { Flag, read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { ResourceType } from '../../core/service';

const Text = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const AclProperties = v.object({ VpcId: v.string() });
const EntryProperties = v.object({
  NetworkAclId: v.string(),
  RuleNumber: Text,
  Protocol: Text,
  RuleAction: v.picklist(['allow', 'deny']),
  Egress: v.optional(Flag, false),
  CidrBlock: v.optional(v.string()),
  Ipv6CidrBlock: v.optional(v.string()),
  PortRange: v.optional(v.object({ From: v.optional(Text), To: v.optional(Text) })),
});
const AssociationProperties = v.object({ NetworkAclId: v.string(), SubnetId: v.string() });

/** Network ACLs, their entries, and the subnets that have them instead of the default one of their VPC. */
export function aclTypes(networks: Networks): Record<string, ResourceType> {
  return {
    'AWS::EC2::NetworkAcl': aclType(networks),
    'AWS::EC2::NetworkAclEntry': entryType(networks),
    'AWS::EC2::SubnetNetworkAclAssociation': associationType(networks),
  };
}

function aclType(networks: Networks): ResourceType {
  const { networkAcls } = networks;
  const describe = (id: string) => ({ id, attributes: { Id: id } });
  return resourceType({
    replacedBy: ['VpcId'],
    create: async (properties, context) => {
      const { VpcId: vpcId } = read(AclProperties, properties);
      const id = networks.newId('acl');
      networkAcls.set(id, {
        ...ownedBy(context, properties), id, vpcId, isDefault: false, entries: new Map(), subnets: new Map(),
      });
      return describe(id);
    },
    describe,
    remove: async id => {
      const isUsed = (networkAcls.get(id)?.subnets?.size ?? 0) > 0;
      if (isUsed) throw dependency(`network ACL '${id}' has dependencies and cannot be deleted`);
      networkAcls.delete(id);
    },
  });
}

function entryType(networks: Networks): ResourceType {
  const describe = (id: string) => ({ id, attributes: { Id: id } });
  const put = (id: string, properties: Record<string, unknown>) => {
    const entry = read(EntryProperties, properties);
    aclOf(networks, entry.NetworkAclId).entries?.set(id, entryOf(entry));
    return describe(id);
  };
  return resourceType({
    replacedBy: ['Egress', 'NetworkAclId', 'RuleNumber'],
    create: async properties => {
      const { NetworkAclId: aclId, RuleNumber: number, Egress: egress } = read(EntryProperties, properties);
      const id = `${aclId}|${number}|${egress ? 'egress' : 'ingress'}`;
      if (aclOf(networks, aclId).entries?.has(id)) {
        throw new AwsError(
          'NetworkAclEntryAlreadyExists', `The network acl entry identified by ${number} already exists.`);
      }
      return put(id, properties);
    },
    update: async (id, properties) => put(id, properties),
    describe,
    remove: async (id, properties) => {
      networks.networkAcls.get(read(EntryProperties, properties).NetworkAclId)?.entries?.delete(id);
    },
  });
}

function associationType(networks: Networks): ResourceType {
  const describe = (id: string) => ({ id, attributes: { AssociationId: id } });
  return resourceType({
    replacedBy: ['NetworkAclId', 'SubnetId'],
    create: async properties => {
      const { NetworkAclId: aclId, SubnetId: subnetId } = read(AssociationProperties, properties);
      const id = networks.newId('aclassoc');
      // a subnet has one network ACL
      for (const { subnets } of networks.networkAcls.values()) {
        for (const [association, other] of subnets ?? []) if (other === subnetId) subnets?.delete(association);
      }
      aclOf(networks, aclId).subnets?.set(id, subnetId);
      return describe(id);
    },
    describe,
    remove: async (id, properties) => {
      networks.networkAcls.get(read(AssociationProperties, properties).NetworkAclId)?.subnets?.delete(id);
    },
  });
}

function aclOf({ networkAcls }: Networks, id: string): NetworkAcl {
  const acl = networkAcls.get(id);
  if (acl) return acl;
  throw new AwsError('InvalidNetworkAclID.NotFound', `The networkAcl ID '${id}' does not exist`);
}

function entryOf(entry: v.InferOutput<typeof EntryProperties>): AclEntry {
  const { RuleNumber, Protocol: protocol, RuleAction: ruleAction, Egress: egress, PortRange: ports } = entry;
  return {
    ruleNumber: Number(RuleNumber),
    protocol,
    ruleAction,
    egress,
    ...entry.CidrBlock !== undefined && { cidrBlock: entry.CidrBlock },
    ...entry.Ipv6CidrBlock !== undefined && { ipv6CidrBlock: entry.Ipv6CidrBlock },
    ...ports && { portRange: { from: Number(ports.From), to: Number(ports.To) } },
  };
}
