import type { IAccount } from '../account/account-interface';
import type { IDatabaseNetwork } from '../database/database-props';

/** A VPC in an account of the organization. */
export interface INetwork extends IDatabaseNetwork {
  /** Ids of the public subnets: one for each availability zone, or none. */
  readonly publicSubnetIds: string[];

  /** Ids of the private subnets, one for each availability zone. */
  readonly privateSubnetIds: string[];

  /** Ids of the route tables that get routes to a `TransitHub`: those of the private and the database subnets. */
  readonly routeTableIds: string[];

  /**
   * ARN of the role in the account of the network through which it is attached to a `TransitHub`.
   *
   * @default - an imported network without it cannot be attached
   */
  readonly networkRoleArn?: string;
}

/** Attributes of a network that exists, for `Network.fromNetworkAttributes`. */
export interface NetworkAttributes {
  /** The account of the VPC. */
  readonly account: IAccount;

  /** Id of the VPC, for example `vpc-0123456789abcdef0`. */
  readonly vpcId: string;

  /** Addresses of the VPC in CIDR notation, for example `10.1.0.0/20`. */
  readonly cidr: string;

  /**
   * Region of the VPC.
   *
   * @default - the region of the stack
   */
  readonly region?: string;

  /**
   * Ids of the public subnets.
   *
   * @default - none
   */
  readonly publicSubnetIds?: string[];

  /** Ids of the private subnets, one for each availability zone. */
  readonly privateSubnetIds: string[];

  /**
   * Ids of the database subnets.
   *
   * @default - none
   */
  readonly databaseSubnetIds?: string[];

  /**
   * Ids of the route tables that get routes to a `TransitHub`.
   *
   * @default - none
   */
  readonly routeTableIds?: string[];

  /**
   * Name of the role in the account through which the network is attached to a `TransitHub`. It begins with
   * `network-org-environments-`, trusts the role `org-environments-transit-provider` of the CICD account, and has the
   * permissions that docs/networks.md lists.
   *
   * @default - the network cannot be attached
   */
  readonly networkRoleName?: string;
}
