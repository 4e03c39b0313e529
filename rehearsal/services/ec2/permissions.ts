import { settingPermissions } from './region-settings';
import { everywhere, on, regionalArn, textOf } from '../../core/permissions';
import type { Permissions } from '../../core/service';

const DESCRIBING = [
  'DescribeAddresses', 'DescribeImages', 'DescribeInstances', 'DescribeInternetGateways', 'DescribeNatGateways',
  'DescribeNetworkAcls', 'DescribeNetworkInterfaces', 'DescribeRegions', 'DescribeRouteTables',
  'DescribeSecurityGroups', 'DescribeSnapshots', 'DescribeSubnets', 'DescribeVolumes', 'DescribeVpcEndpoints',
  'DescribeVpcs',
];

export const permissions: Record<string, Permissions> = {
  ...everywhere(DESCRIBING),
  ...settingPermissions,
  ...on(['CreateSnapshot'], call => regionalArn(call, 'snapshot/*').replace(/:\d+:snapshot/, '::snapshot')),
  ...on(['DeleteSnapshot'], call => regionalArn(call, `snapshot/${textOf(call, 'SnapshotId')}`)),
  ...on(['DeregisterImage'], call => regionalArn(call, `image/${textOf(call, 'ImageId')}`)),
  ...on(['RegisterImage'], call => regionalArn(call, 'image/*')),
  ...on(['DeleteNetworkInterface'], call =>
    regionalArn(call, `network-interface/${textOf(call, 'NetworkInterfaceId')}`)),
};
