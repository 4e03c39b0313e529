import { createHash } from 'node:crypto';
import type { Place } from '../../core/service';

/** A network that AWS creates in each region of a new account. */
export interface DefaultNetwork {
  readonly vpcId: string;
  readonly dhcpOptionsId: string;
  readonly routeTableId: string;
  readonly networkAclId: string;
  readonly securityGroupId: string;
  readonly internetGatewayId: string;
  readonly subnetIds: readonly string[];
}

const ZONES = ['a', 'b', 'c'];

/** Returns the default network of a region; it has the same ids in every run. */
export function defaultNetwork({ accountId, region }: Place): DefaultNetwork {
  const id = (prefix: string, suffix = ''): string => {
    const digest = createHash('sha256').update(`${accountId}/${region}/${prefix}${suffix}`).digest('hex');
    return `${prefix}-${digest.slice(0, 17)}`;
  };
  return {
    vpcId: id('vpc'),
    dhcpOptionsId: id('dopt'),
    routeTableId: id('rtb'),
    networkAclId: id('acl'),
    securityGroupId: id('sg'),
    internetGatewayId: id('igw'),
    subnetIds: ZONES.map(zone => id('subnet', zone)),
  };
}
