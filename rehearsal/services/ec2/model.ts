import type { Place } from '../../core/service';

/** A resource of EC2 in an account and a region. */
export interface Owned extends Place {
  readonly id: string;
  tags: Readonly<Record<string, string>>;
}

export interface Vpc extends Owned {
  readonly cidr: string;
  readonly isDefault: boolean;
  readonly dhcpOptionsId: string;
}

export interface Subnet extends Owned {
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly isDefault: boolean;
  mapsPublicIp: boolean;
}

export interface RouteTable extends Owned {
  readonly vpcId: string;
  readonly isMain: boolean;
  /** Ids of subnets by the ids of their associations. */
  readonly subnets: Map<string, string>;
  /** By destination: a CIDR block, or the id of a prefix list. */
  readonly routes: Map<string, Route>;
}

/** The members of a route with the id of its target, as the API names them. */
export const TARGETS = [
  'gatewayId', 'natGatewayId', 'transitGatewayId', 'vpcPeeringConnectionId', 'networkInterfaceId', 'instanceId',
  'egressOnlyInternetGatewayId', 'localGatewayId', 'carrierGatewayId', 'coreNetworkArn', 'vpcEndpointId',
] as const;

export interface Route {
  readonly destination: string;
  readonly target: (typeof TARGETS)[number];
  readonly targetId: string;
}

export interface InternetGateway extends Owned {
  vpcId?: string;
}

export interface Address extends Owned {
  readonly publicIp: string;
}

export interface NatGateway extends Owned {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly allocationId?: string;
}

export interface Endpoint extends Owned {
  readonly vpcId: string;
  readonly serviceName: string;
  readonly type: 'Gateway' | 'Interface' | 'GatewayLoadBalancer';
  readonly dnsName: string;
  subnetIds: readonly string[];
  routeTableIds: readonly string[];
  groupIds: readonly string[];
}

/** One rule of a security group. */
export interface Rule {
  readonly id: string;
  readonly isEgress: boolean;
  /** `-1` for all. */
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly cidr?: string;
  readonly cidrIpv6?: string;
  readonly prefixListId?: string;
  /** Id of the security group of the other side. */
  readonly groupId?: string;
  readonly description?: string;
}

export interface SecurityGroup extends Owned {
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
  readonly rules: Map<string, Rule>;
}

export interface NetworkAcl extends Owned {
  readonly vpcId: string;
  readonly isDefault: boolean;
  /** Absent: those of a default ACL, which allow everything. */
  readonly entries?: Map<string, AclEntry>;
  /** Ids of subnets by the ids of their associations; absent: the subnets of the VPC that have no other ACL. */
  readonly subnets?: Map<string, string>;
}

export interface AclEntry {
  readonly ruleNumber: number;
  readonly protocol: string;
  readonly ruleAction: 'allow' | 'deny';
  readonly egress: boolean;
  readonly cidrBlock?: string;
  readonly ipv6CidrBlock?: string;
  readonly portRange?: { readonly from: number; readonly to: number };
}

export interface FlowLog extends Owned {
  readonly resourceId: string;
  readonly destination: string;
}

/** A list of prefixes of AWS, to which gateway endpoints lead. */
export interface PrefixList {
  readonly id: string;
  readonly name: string;
}
