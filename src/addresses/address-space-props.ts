import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IAccount } from '../account/account-interface';
import type { IOrganization } from '../organization/organization-interface';

/** A range that an address space never gives. */
export interface ReservedRange {
  /** The range in CIDR notation, inside of the address space. */
  readonly cidr: string;
  /** What it is reserved for, for example `office network`. */
  readonly reason: string;
}

/**
 * A network that new ranges must not overlap: the VPCs of an account, or the routes of a Transit Gateway. It is read
 * before each range is given, with the lookup role of the CDK bootstrap of its account, by one call for each 1,000 VPCs
 * or routes.
 */
export interface ComparedNetwork {
  /** Account of the VPCs or the Transit Gateway. It must be another account than the CICD account. */
  readonly account: IAccount;
  /**
   * Region of the VPCs or the Transit Gateway.
   *
   * @default - the region of the stack
   */
  readonly region?: string;
  /**
   * Id of a route table of a Transit Gateway, whose active routes are compared. At most 1,000 are read. Routes that
   * contain the whole address space, like a default route, do not count.
   *
   * @default - the VPCs of the account are compared
   */
  readonly transitGatewayRouteTableId?: string;
}

/** Properties of `AddressSpace.table()`. */
export interface TableAddressSpaceProps {
  /** The organization whose provider gives the ranges. */
  readonly organization: IOrganization;

  /**
   * All addresses of the space, in CIDR notation, for example `10.0.0.0/12`. It may grow later; it may shrink if all
   * ranges stay inside.
   */
  readonly cidr: string;

  /**
   * Account of the table, for example the shared services account of a customer.
   *
   * @default - the CICD account
   */
  readonly account?: IAccount;

  /**
   * Name of the space, for messages and for `org-environments addresses`: 1 to 64 characters.
   *
   * @default - the path of the construct
   */
  readonly spaceName?: string;

  /**
   * Ranges that are never given.
   *
   * @default - none
   */
  readonly reserved?: ReservedRange[];

  /**
   * Networks that new ranges must not overlap, at most 10.
   *
   * @default - none; only the ranges of the space itself are compared
   */
  readonly compare?: ComparedNetwork[];

  /**
   * What happens to the table when the space is removed from the app, which is possible only when it has no ranges.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Properties of `AddressSpace.ipam()`. */
export interface IpamAddressSpaceProps {
  /** The organization whose provider gives the ranges. */
  readonly organization: IOrganization;

  /**
   * Id of a pool of VPC IPAM, for example `ipam-pool-0123456789abcdef0`. If another account owns it, share it with the
   * CICD account by RAM.
   */
  readonly pool: string;

  /**
   * Locale of the pool. It never changes, and ranges are used in this region only.
   *
   * @default - the region of the stack
   */
  readonly region?: string;

  /**
   * Name of the space, for messages and for `org-environments addresses`: 1 to 64 characters.
   *
   * @default - the path of the construct
   */
  readonly spaceName?: string;
}

/** Options of `IAddressSpace.addRange()`. */
export interface AddressRangeOptions {
  /**
   * Length of the prefix, from 8 to 28, for example 20 for 4,096 addresses. Another length replaces the range: the new
   * one is given first, and the old one is released after the networks that used it were replaced.
   */
  readonly prefixLength: number;

  /**
   * Region in which the range is used.
   *
   * @default - the region of the stack
   */
  readonly region?: string;
}

/** Options of `IAddressSpace.adoptRange()`. */
export interface AdoptedRangeOptions {
  /** The range that is in use, in CIDR notation, for example that of a VPC that exists. */
  readonly cidr: string;

  /**
   * Region in which the range is used.
   *
   * @default - the region of the stack
   */
  readonly region?: string;
}
