import type { IAccount } from '../account/account-interface';
import type { IOrganization } from '../organization/organization-interface';

/** Properties of `TransitHub`. */
export interface TransitHubProps {
  /** The organization whose provider deploys the hub and attaches networks. */
  readonly organization: IOrganization;

  /** The account that owns the transit gateway, for example a network or shared services account. */
  readonly account: IAccount;

  /**
   * Region of the transit gateway, and of all its networks.
   *
   * @default - the region of the stack
   */
  readonly region?: string;

  /**
   * CIDR blocks of the addresses behind the hub: networks send them to it. Networks reach only what their segments
   * allow, whatever these blocks contain.
   *
   * @default ['10.0.0.0/8']
   */
  readonly cidrs?: string[];

  /**
   * ARNs of the organization, or of organizational units, with whose accounts the transit gateway is shared. An account
   * that it is shared with can ask for an attachment; only the networks that the app attaches are accepted.
   *
   * @default - it is shared with the accounts of the networks that are attached
   */
  readonly shareWith?: string[];

  /**
   * Private number of the autonomous system (BGP) on the side of AWS: 64512 to 65534, or 4200000000 to 4294967294.
   * **Another number is another transit gateway.**
   *
   * @default 64512
   */
  readonly amazonSideAsn?: number;
}

/** A segment of a hub that another app defines. */
export interface TransitSegmentAttributes {
  /** Name of the segment. */
  readonly segmentName: string;

  /** Id of its route table: `ITransitSegment.routeTableId` in the app that defines it. */
  readonly routeTableId: string;

  /**
   * Names of earlier segments in this list that it reaches: the same as in the app that defines it.
   *
   * @default - none
   */
  readonly reaches?: string[];
}

/** Attributes of a hub that another app defines, for `TransitHub.fromTransitHubAttributes`. */
export interface TransitHubAttributes {
  /** The organization whose provider attaches networks. */
  readonly organization: IOrganization;

  /** The account that owns the transit gateway. */
  readonly account: IAccount;

  /** Id of the transit gateway, for example `tgw-0123456789abcdef0`. */
  readonly transitGatewayId: string;

  /** Name of the role in the account of the hub: `TransitHub.hubRoleName` in the app that defines the hub. */
  readonly hubRoleName: string;

  /**
   * Region of the transit gateway.
   *
   * @default - the region of the stack
   */
  readonly region?: string;

  /**
   * CIDR blocks of the addresses behind the hub.
   *
   * @default ['10.0.0.0/8']
   */
  readonly cidrs?: string[];

  /**
   * Segments that the other app defines, to which this app attaches networks.
   *
   * @default - none; this app adds segments of its own, which reach no segments of the other app
   */
  readonly segments?: TransitSegmentAttributes[];
}
