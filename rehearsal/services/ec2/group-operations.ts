import * as v from 'valibot';
import type { Rule, SecurityGroup } from './model';
import type { Networks } from './networks';
import { placeOf } from './resource-type';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation } from '../../core/service';

const Port = v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number)));
const Pairs = v.optional(v.array(v.object({ GroupId: v.string(), Description: v.optional(v.string()) })), []);
/** On the wire, the groups of a permission are `Groups`; its SDK calls them `UserIdGroupPairs`. */
const Permission = v.object({
  IpProtocol: v.string(),
  FromPort: Port,
  ToPort: Port,
  IpRanges: v.optional(v.array(v.object({ CidrIp: v.string(), Description: v.optional(v.string()) })), []),
  Ipv6Ranges: v.optional(v.array(v.object({ CidrIpv6: v.string(), Description: v.optional(v.string()) })), []),
  PrefixListIds: v.optional(v.array(v.object({ PrefixListId: v.string() })), []),
  Groups: Pairs,
  UserIdGroupPairs: Pairs,
});
const RulesInput = v.object({
  GroupId: v.string(),
  IpPermissions: v.optional(v.array(Permission), []),
  SecurityGroupRuleId: v.optional(v.array(v.string()), []),
});

type NewRule = Omit<Rule, 'id'>;

/** Calls of EC2 that add rules to security groups and remove them. */
export function groupOperations(networks: Networks): Record<string, Operation> {
  const groupOf = (call: Call, id: string): SecurityGroup =>
    networks.find(networks.securityGroups, id, placeOf({ ...call.caller, region: call.region }), 'InvalidGroup');
  const revoke = (isEgress: boolean): Operation => async call => {
    const { GroupId: id, SecurityGroupRuleId: ruleIds, IpPermissions: permissions } = read(RulesInput, call.input);
    const group = groupOf(call, id);
    for (const ruleId of ruleIds) {
      if (group.rules.get(ruleId)?.isEgress === isEgress) group.rules.delete(ruleId);
      else throw new AwsError('InvalidSecurityGroupRuleId.NotFound', `The rule '${ruleId}' does not exist`);
    }
    for (const rule of rulesOf(permissions, isEgress)) {
      const found = [...group.rules.values()].find(other => isSame(other, rule));
      if (!found) {
        throw new AwsError(
          'InvalidPermission.NotFound', 'The specified rule does not exist in this security group.',
        );
      }
      group.rules.delete(found.id);
    }
    return { return: true };
  };
  const authorize = (isEgress: boolean): Operation => async call => {
    const { GroupId: id, IpPermissions: permissions } = read(RulesInput, call.input);
    const group = groupOf(call, id);
    for (const rule of rulesOf(permissions, isEgress)) networks.addRule(group, rule);
    return { return: true };
  };
  return {
    AuthorizeSecurityGroupIngress: authorize(false),
    AuthorizeSecurityGroupEgress: authorize(true),
    RevokeSecurityGroupIngress: revoke(false),
    RevokeSecurityGroupEgress: revoke(true),
  };
}

function rulesOf(permissions: readonly v.InferOutput<typeof Permission>[], isEgress: boolean): NewRule[] {
  return permissions.flatMap(permission => {
    const { IpProtocol: protocol, FromPort: fromPort, ToPort: toPort } = permission;
    const base = { isEgress, protocol, ...protocol !== '-1' && { fromPort, toPort } };
    return [
      ...permission.IpRanges.map(({ CidrIp: cidr, Description }) => ({ ...base, cidr, ...described(Description) })),
      ...permission.Ipv6Ranges.map(
        ({ CidrIpv6: cidrIpv6, Description }) => ({ ...base, cidrIpv6, ...described(Description) }),
      ),
      ...permission.PrefixListIds.map(({ PrefixListId: prefixListId }) => ({ ...base, prefixListId })),
      ...[...permission.Groups, ...permission.UserIdGroupPairs].map(
        ({ GroupId: groupId, Description }) => ({ ...base, groupId, ...described(Description) }),
      ),
    ];
  });
}

function described(description: string | undefined): Pick<NewRule, 'description'> {
  return description === undefined ? {} : { description };
}

/** Descriptions and ids do not tell rules apart. */
function isSame(one: NewRule, other: NewRule): boolean {
  const names = ['isEgress', 'protocol', 'fromPort', 'toPort', 'cidr', 'cidrIpv6', 'prefixListId', 'groupId'] as const;
  return names.every(name => one[name] === other[name]);
}
