/** An address space whose ranges are kept in a table. */
export interface TableSpaceRequest {
  readonly kind: 'table';
  readonly spaceName: string;
  readonly tableArn: string;
  readonly cidr: string;
  /** Ranges that are never given. */
  readonly reserved: readonly ReservedRangeRequest[];
  /** Networks that no new range may overlap. */
  readonly compared: readonly ComparedNetworkRequest[];
}

export interface ReservedRangeRequest {
  readonly cidr: string;
  readonly reason: string;
}

/** The VPCs of an account, or the routes of a Transit Gateway. */
export interface ComparedNetworkRequest {
  readonly accountId: string;
  readonly region: string;
  /** Absent: the VPCs of the account in the region. */
  readonly transitGatewayRouteTableId?: string;
}

/** An address space that is a pool of VPC IPAM. */
export interface IpamSpaceRequest {
  readonly kind: 'ipam';
  readonly spaceName: string;
  readonly poolId: string;
  /** Locale of the pool. */
  readonly region: string;
}

export type AddressSpaceRequest = TableSpaceRequest | IpamSpaceRequest;

export interface AddressSpaceResult {
  /** ARN of the table, or id of the pool. */
  readonly spaceId: string;
}

/** A range of an address space. */
export interface AddressRangeRequest {
  readonly kind: 'range';
  readonly spaceId: string;
  /** What it is for: the path of the construct. */
  readonly name: string;
  readonly prefixLength: string;
  readonly region: string;
  /** Present: exactly this range, which is in use. */
  readonly cidr?: string;
}

export interface AddressRangeResult {
  readonly cidr: string;
}

/**
 * Part of the names of the tables, by which the permissions of the functions in the CICD account are restricted. It is
 * in the logical id, so CloudFormation generates the rest.
 */
export const TABLE_NAME_PART = 'OrgEnvironmentsAddresses';
