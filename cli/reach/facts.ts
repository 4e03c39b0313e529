/** What the networks of an organization are, as EC2 describes them. */
export interface NetworkFacts {
  readonly vpcs: readonly VpcFacts[];
  readonly subnets: readonly SubnetFacts[];
  readonly routeTables: readonly RouteTableFacts[];
  readonly attachments: readonly AttachmentFacts[];
  readonly transitTables: readonly TransitTableFacts[];
  readonly groups: readonly GroupFacts[];
  /** Absent: they were not read, and are not checked. */
  readonly acls?: readonly AclFacts[];
  /** Absent: they were not read. */
  readonly databases?: readonly DatabaseFacts[];
}

export interface VpcFacts {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  /** Value of the tag `Name`. */
  readonly name?: string;
  readonly cidrs: readonly string[];
  readonly isDefault: boolean;
}

export interface SubnetFacts {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: string;
}

export interface RouteTableFacts {
  readonly id: string;
  readonly vpcId: string;
  /** Whether it is that of the subnets without a table of their own. */
  readonly isMain: boolean;
  readonly subnetIds: readonly string[];
  readonly routes: readonly RouteFacts[];
}

export interface RouteFacts {
  readonly destination: string;
  /** `local`, or the id of a gateway or another target. */
  readonly target: string;
  readonly isBlackhole: boolean;
}

/** The attachment of a VPC to a transit gateway. */
export interface AttachmentFacts {
  readonly id: string;
  readonly transitGatewayId: string;
  readonly vpcId: string;
  readonly isAvailable: boolean;
  /** The table with which it is associated. */
  readonly tableId?: string;
}

export interface TransitTableFacts {
  readonly id: string;
  /** Value of the tag `Name`. */
  readonly name?: string;
  /** Account of the transit gateway. */
  readonly accountId?: string;
  readonly transitGatewayId: string;
  readonly routes: readonly TransitRouteFacts[];
}

export interface TransitRouteFacts {
  readonly destination: string;
  readonly isStatic: boolean;
  readonly isBlackhole: boolean;
  readonly attachmentId?: string;
}

export interface GroupFacts {
  readonly id: string;
  readonly vpcId: string;
  readonly name: string;
  readonly ingress: readonly RuleFacts[];
}

/** Inbound traffic that a security group allows. */
export interface RuleFacts {
  /** `tcp`, or `-1` for all. */
  readonly protocol: string;
  /** All, if absent. */
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly cidrs: readonly string[];
  /** Security groups of the other side. */
  readonly groupIds: readonly string[];
}

/** A network ACL. */
export interface AclFacts {
  readonly id: string;
  readonly subnetIds: readonly string[];
  readonly entries: readonly AclEntryFacts[];
}

export interface AclEntryFacts {
  /** Entries apply in the order of their numbers. */
  readonly number: number;
  readonly direction: 'in' | 'out';
  readonly isAllowing: boolean;
  readonly cidr: string;
  /** Number of the protocol: `6` for TCP, or `-1` for all. */
  readonly protocol: string;
  /** All, if absent. */
  readonly fromPort?: number;
  readonly toPort?: number;
}

/** A database of RDS, or a cluster. */
export interface DatabaseFacts {
  readonly name: string;
  readonly engine: string;
  readonly vpcId: string;
  readonly port: number;
  readonly groupIds: readonly string[];
  readonly instances: number;
}
