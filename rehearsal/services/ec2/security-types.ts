import * as v from 'valibot';
import type { Rule, SecurityGroup } from './model';
import { dependency } from './networks';
import type { Networks } from './networks';
import { ownedBy, resourceType } from './resource-type';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceType } from '../../core/service';

const Port = v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number)));
const RuleEntries = {
  IpProtocol: v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(String)), '-1'),
  FromPort: Port,
  ToPort: Port,
  CidrIp: v.optional(v.string()),
  CidrIpv6: v.optional(v.string()),
  Description: v.optional(v.string()),
  SourceSecurityGroupId: v.optional(v.string()),
  SourcePrefixListId: v.optional(v.string()),
  DestinationSecurityGroupId: v.optional(v.string()),
  DestinationPrefixListId: v.optional(v.string()),
};
const RuleProperties = v.object({ ...RuleEntries, GroupId: v.string() });
const GroupProperties = v.object({
  GroupDescription: v.string(),
  GroupName: v.optional(v.string()),
  VpcId: v.optional(v.string(), ''),
  SecurityGroupIngress: v.optional(v.array(v.object(RuleEntries)), []),
  SecurityGroupEgress: v.optional(v.array(v.object(RuleEntries)), []),
});
const FlowLogProperties = v.object({
  ResourceId: v.string(), LogGroupName: v.optional(v.string()), LogDestination: v.optional(v.string()),
});

type Given = v.InferOutput<typeof RuleProperties>;
type Named = Omit<Given, 'GroupId'>;

/** Security groups, their rules, and flow logs. */
export function securityTypes(networks: Networks): Record<string, ResourceType> {
  return {
    'AWS::EC2::SecurityGroup': groupType(networks),
    'AWS::EC2::SecurityGroupIngress': ruleType(networks, false),
    'AWS::EC2::SecurityGroupEgress': ruleType(networks, true),
    'AWS::EC2::FlowLog': flowLogType(networks),
  };
}

function groupType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => (
    { id, attributes: { Id: id, GroupId: id, VpcId: networks.securityGroups.get(id)?.vpcId } }
  );
  /** Replaces the rules of the template; those of other resources stay. */
  const putRules = (group: SecurityGroup, properties: Record<string, unknown>, before: readonly string[]): void => {
    const { SecurityGroupIngress: ingress, SecurityGroupEgress: egress } = read(GroupProperties, properties);
    for (const id of before) group.rules.delete(id);
    for (const rule of ingress) networks.addRule(group, ruleOf(rule, false));
    // only one or more rules replace the default one
    const outbound = egress.length > 0 ? egress : [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }];
    for (const rule of outbound) networks.addRule(group, ruleOf(rule, true));
  };
  const own = new Map<string, readonly string[]>();
  return resourceType({
    replacedBy: ['GroupDescription', 'GroupName', 'VpcId'],
    create: async (properties, context) => {
      const { GroupDescription: description, GroupName: name, VpcId: vpcId } = read(GroupProperties, properties);
      const id = networks.newId('sg');
      const group: SecurityGroup = {
        ...ownedBy(context, properties),
        id,
        vpcId,
        description,
        rules: new Map(),
        name: name ?? `${context.stackName}-${context.logicalId}-${id.slice(3, 15)}`,
      };
      if ([...networks.securityGroups.values()].some(other => other.vpcId === vpcId && other.name === group.name)) {
        throw new AwsError('InvalidGroup.Duplicate',
          `The security group '${group.name}' already exists for VPC '${vpcId}'`);
      }
      putRules(group, properties, []);
      own.set(id, [...group.rules.keys()]);
      networks.securityGroups.set(id, group);
      return describe(id);
    },
    update: async (id, properties) => {
      const group = networks.securityGroups.get(id);
      if (group) {
        const others = [...group.rules.keys()].filter(rule => !own.get(id)?.includes(rule));
        putRules(group, properties, own.get(id) ?? []);
        own.set(id, [...group.rules.keys()].filter(rule => !others.includes(rule)));
      }
      return describe(id);
    },
    describe,
    remove: async id => deleteGroup(networks, id),
  });
}

/** @throws AwsError if rules of other groups name it */
function deleteGroup(networks: Networks, id: string): void {
  const isUsed = [...networks.securityGroups.values()].some(group =>
    group.id !== id && [...group.rules.values()].some(({ groupId }) => groupId === id))
    || [...networks.endpoints.values()].some(({ groupIds }) => groupIds.includes(id));
  if (isUsed) throw dependency(`resource ${id} has a dependent object`);
  networks.securityGroups.delete(id);
}

function ruleType(networks: Networks, isEgress: boolean): ResourceType {
  const names = Object.keys(RuleProperties.entries).filter(name => name !== 'Description');
  const describe = (id: string): Provisioned => ({ id, attributes: { Id: id } });
  return resourceType({
    replacedBy: names,
    create: async properties => {
      const given = read(RuleProperties, properties);
      const group = networks.securityGroups.get(given.GroupId);
      return describe(group ? networks.addRule(group, ruleOf(given, isEgress)).id : networks.newId('sgr'));
    },
    describe,
    remove: async (id, properties) => {
      networks.securityGroups.get(read(RuleProperties, properties).GroupId)?.rules.delete(id);
    },
  });
}

function ruleOf(given: Named, isEgress: boolean): Omit<Rule, 'id'> {
  const groupId = isEgress ? given.DestinationSecurityGroupId : given.SourceSecurityGroupId;
  const prefixListId = isEgress ? given.DestinationPrefixListId : given.SourcePrefixListId;
  return {
    isEgress,
    protocol: given.IpProtocol,
    ...given.IpProtocol !== '-1' && { fromPort: given.FromPort, toPort: given.ToPort },
    ...given.CidrIp !== undefined && { cidr: given.CidrIp },
    ...given.CidrIpv6 !== undefined && { cidrIpv6: given.CidrIpv6 },
    ...groupId !== undefined && { groupId },
    ...prefixListId !== undefined && { prefixListId },
    ...given.Description !== undefined && { description: given.Description },
  };
}

function flowLogType(networks: Networks): ResourceType {
  const describe = (id: string): Provisioned => ({ id, attributes: { Id: id } });
  return resourceType({
    replacedBy: [
      'ResourceId', 'ResourceType', 'TrafficType', 'LogGroupName', 'LogDestination', 'LogDestinationType',
      'DeliverLogsPermissionArn', 'MaxAggregationInterval', 'LogFormat',
    ],
    create: async (properties, context) => {
      const { ResourceId: resourceId, LogGroupName: name, LogDestination: destination = name ?? '' } =
        read(FlowLogProperties, properties);
      const id = networks.newId('fl');
      networks.flowLogs.set(id, { ...ownedBy(context, properties), id, resourceId, destination });
      return describe(id);
    },
    describe,
    remove: async id => { networks.flowLogs.delete(id); },
  });
}
