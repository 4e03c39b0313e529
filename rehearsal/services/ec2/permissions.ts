import { settingPermissions } from './region-settings';
import { everywhere, on, own, regionalArn, textOf } from '../../core/permissions';
import type { Call, Permission, Permissions } from '../../core/service';

const DESCRIBING = [
  'DescribeAddresses', 'DescribeAvailabilityZones', 'DescribeFlowLogs', 'DescribeImages', 'DescribeInstances',
  'DescribeInternetGateways', 'DescribeManagedPrefixLists', 'DescribeNatGateways', 'DescribeNetworkAcls',
  'DescribeNetworkInterfaces', 'DescribeRegions', 'DescribeRouteTables', 'DescribeSecurityGroupRules',
  'DescribeSecurityGroups', 'DescribeSnapshots', 'DescribeSubnets', 'DescribeTransitGatewayAttachments',
  'DescribeTransitGatewayRouteTables', 'DescribeTransitGatewayVpcAttachments', 'DescribeTransitGateways',
  'DescribeVolumes', 'DescribeVpcEndpoints', 'DescribeVpcs', 'DescribeVpnGateways',
  'GetTransitGatewayAttachmentPropagations',
];

const id = (kind: string, member: string) => (call: Call): string =>
  regionalArn(call, `${kind}/${textOf(call, member)}`);
const attachment = id('transit-gateway-attachment', 'TransitGatewayAttachmentId');
const table = id('transit-gateway-route-table', 'TransitGatewayRouteTableId');

/** The action on each of several resources. */
const onAll = (operations: readonly string[], resourcesOf: (call: Call) => readonly Permission[]) =>
  Object.fromEntries(operations.map(name => [name, resourcesOf]));

/** Types in ARNs by the prefixes of ids. */
const TYPES: Readonly<Record<string, string>> = {
  'igw': 'internet-gateway', 'rtb': 'route-table', 'sg': 'security-group', 'tgw-attach': 'transit-gateway-attachment',
};

const typed = (resourceId: string): string => {
  const prefix = resourceId.slice(0, resourceId.lastIndexOf('-'));
  return `${TYPES[prefix] ?? prefix}/${resourceId}`;
};

const strings = (value: unknown): readonly string[] => Array.isArray(value) ? value.map(String) : [];

/**
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 *
 * @param accountOf the account that owns a transit gateway
 */
export function permissionsOf(
  accountOf: (transitGatewayId: string) => string | undefined,
  attachmentTags: (attachmentId: string) => Readonly<Record<string, string>>,
): Record<string, Permissions> {
  const tagged = (call: Call): Permission => {
    const tags = attachmentTags(textOf(call, 'TransitGatewayAttachmentId'));
    const keys = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const);
    return own(call, attachment(call), Object.fromEntries(keys));
  };
  return {
    ...PERMISSIONS,
    CreateTransitGatewayVpcAttachment: call => {
      const gatewayId = textOf(call, 'TransitGatewayId');
      const owner = accountOf(gatewayId) ?? call.caller.accountId;
      const gateway = regionalArn(call, `transit-gateway/${gatewayId}`).replace(call.caller.accountId, owner);
      return [
        own(call, gateway),
        own(call, regionalArn(call, `vpc/${textOf(call, 'VpcId')}`)),
        ...strings(call.input.SubnetIds).map(subnet => own(call, regionalArn(call, `subnet/${subnet}`))),
        own(call, regionalArn(call, 'transit-gateway-attachment/*')),
        ...call.input.TagSpecifications === undefined ? [] : [{
          action: 'ec2:CreateTags',
          resource: regionalArn(call, 'transit-gateway-attachment/*'),
          context: { 'ec2:CreateAction': 'CreateTransitGatewayVpcAttachment' },
        }],
      ];
    },
    ModifyTransitGatewayVpcAttachment: call => [
      tagged(call),
      ...[...strings(call.input.AddSubnetIds), ...strings(call.input.RemoveSubnetIds)]
        .map(subnet => own(call, regionalArn(call, `subnet/${subnet}`))),
    ],
    DeleteTransitGatewayVpcAttachment: call => [tagged(call)],
  };
}

/** A pool has no region in its ARN. */
const pool = (call: Call): string =>
  regionalArn(call, `ipam-pool/${textOf(call, 'IpamPoolId')}`).replace(`:${call.region}:`, '::');

const PERMISSIONS: Record<string, Permissions> = {
  ...on(['AllocateIpamPoolCidr', 'GetIpamPoolAllocations', 'ReleaseIpamPoolAllocation'], pool),
  ...everywhere(DESCRIBING),
  ...settingPermissions,
  ...on(['CreateSnapshot'], call => regionalArn(call, 'snapshot/*').replace(/:\d+:snapshot/, '::snapshot')),
  ...on(['DeleteSnapshot'], call => regionalArn(call, `snapshot/${textOf(call, 'SnapshotId')}`)),
  ...on(['DeregisterImage'], id('image', 'ImageId')),
  ...on(['RegisterImage'], call => regionalArn(call, 'image/*')),
  ...on(['DeleteNetworkInterface'], id('network-interface', 'NetworkInterfaceId')),
  ...on(['CreateRoute', 'DeleteRoute', 'ReplaceRoute'], id('route-table', 'RouteTableId')),
  ...on([
    'AuthorizeSecurityGroupEgress', 'AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupEgress',
    'RevokeSecurityGroupIngress',
  ], id('security-group', 'GroupId')),
  ...on(['DeleteInternetGateway', 'DetachInternetGateway'], id('internet-gateway', 'InternetGatewayId')),
  ...onAll(['CreateTags'], call => strings(call.input.ResourceId).map(one => own(call, regionalArn(call, typed(one))))),
  ...on(['DeleteSubnet'], id('subnet', 'SubnetId')),
  ...on(['DeleteVpc'], id('vpc', 'VpcId')),
  ...on(['AcceptTransitGatewayVpcAttachment', 'RejectTransitGatewayVpcAttachment'], attachment),
  ...on([
    'CreateTransitGatewayRoute', 'DeleteTransitGatewayRoute', 'GetTransitGatewayRouteTableAssociations',
    'GetTransitGatewayRouteTablePropagations', 'SearchTransitGatewayRoutes',
  ], table),
  ...onAll([
    'AssociateTransitGatewayRouteTable', 'DisassociateTransitGatewayRouteTable',
    'DisableTransitGatewayRouteTablePropagation', 'EnableTransitGatewayRouteTablePropagation',
  ], call => [own(call, attachment(call)), own(call, table(call))]),
};
