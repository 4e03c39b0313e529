import type { IConstruct } from 'constructs';
import type { IAccount } from '../account/account-interface';
import type { IAddressSpace } from '../addresses/address-space';
import type { AccountBaseline } from '../baseline/account-baseline';
import type { INetwork } from '../network/network-interface';
import type { IOrganization } from '../organization/organization-interface';
import type { IOrganizationalUnit } from '../organization/organizational-unit';
import type { ITransitHub } from '../transit/transit-hub-interface';

/** A customer: what all of its environment organizations share. */
export interface ICustomerOrganization extends IConstruct {
  /** The organization that vends the accounts of the customer. */
  readonly organization: IOrganization;

  /** Name of the customer. */
  readonly customerName: string;

  /** Pattern of the e-mail addresses of the accounts, with `{account}` in place of the name of the account. */
  readonly email: string;

  /** Id of the organizational unit of the customer. */
  readonly organizationalUnitId: string;

  /**
   * The account with what the environments of the customer share.
   *
   * @default - it has none
   */
  readonly sharedServicesAccount?: IAccount;

  /**
   * The address space from which the networks of the customer get their ranges.
   *
   * @default - its accounts get no networks
   */
  readonly addressSpace?: IAddressSpace;

  /**
   * The hub that connects the networks of the customer.
   *
   * @default - they are not connected
   */
  readonly hub?: ITransitHub;

  /**
   * The network of the shared services account.
   *
   * @default - it has none
   */
  readonly sharedServicesNetwork?: INetwork;

  /**
   * The baselines of the accounts that are vended, for each class.
   *
   * @default - the baseline of the organization, if it has one
   */
  readonly accountBaselines?: CustomerAccountBaselines;
}

/**
 * The baselines of the accounts of a customer, for each class of accounts. Accounts that exist keep theirs: give one to
 * `Account.fromAccountAttributes()`. One baseline may be given to several classes.
 */
export interface CustomerAccountBaselines {
  /**
   * The shared services account of the customer.
   *
   * @default - the baseline of the organization, if it has one
   */
  readonly sharedServices?: AccountBaseline;

  /**
   * The shared services accounts of the environment organizations, which have the databases.
   *
   * @default - `sharedServices`
   */
  readonly database?: AccountBaseline;

  /**
   * The work accounts.
   *
   * @default - the baseline of the organization, if it has one
   */
  readonly work?: AccountBaseline;

  /**
   * The deployment accounts.
   *
   * @default - the baseline of the organization, if it has one
   */
  readonly deployment?: AccountBaseline;
}

/** Attributes of a customer of another app, for `CustomerOrganization.fromCustomerOrganizationAttributes`. */
export interface CustomerOrganizationAttributes {
  /** The organization that vends the accounts of the customer. */
  readonly organization: IOrganization;

  /** Name of the customer. */
  readonly customerName: string;

  /** Pattern of the e-mail addresses of the accounts, with `{account}` in place of the name of the account. */
  readonly email: string;

  /** Id of the organizational unit of the customer, for example `ou-ab12-cdefgh34`. */
  readonly organizationalUnitId: string;

  /**
   * The account with what the environments of the customer share.
   *
   * @default - it has none
   */
  readonly sharedServicesAccount?: IAccount;

  /**
   * The address space of the customer: `AddressSpace.fromAddressSpaceAttributes()`.
   *
   * @default - its accounts get no networks
   */
  readonly addressSpace?: IAddressSpace;

  /**
   * The hub of the customer: `TransitHub.fromTransitHubAttributes()` with the `segments` `<customer>-services`,
   * `<customer>-work` and `<customer>-deployment`.
   *
   * @default - the networks are not connected
   */
  readonly hub?: ITransitHub;

  /**
   * The network of the shared services account.
   *
   * @default - it has none
   */
  readonly sharedServicesNetwork?: INetwork;

  /**
   * The baselines of the accounts that this app vends, for each class.
   *
   * @default - the baseline of the organization, if it has one
   */
  readonly accountBaselines?: CustomerAccountBaselines;
}

/** Options of the networks of a customer. */
export interface CustomerNetworkOptions {
  /**
   * Length of the prefix of each network, from 16 to 24: 20 for 4,096 addresses.
   *
   * @default 20
   */
  readonly prefixLength?: number;

  /**
   * Number of availability zones, from 1 to 4.
   *
   * @default 2
   */
  readonly availabilityZones?: number;

  /**
   * Number of NAT gateways of each network, at most one for each availability zone. Each costs about $36.50 a month
   * in `us-east-1` with its address, and $0.045 for each GB.
   *
   * @default 0
   */
  readonly natGateways?: number;

  /**
   * Services of AWS with an interface endpoint in each network, for example `logs`. Each costs about $7.30 a month for
   * each availability zone.
   *
   * @default - none
   */
  readonly interfaceEndpoints?: string[];
}

/** Properties of `CustomerOrganization`. */
export interface CustomerOrganizationProps {
  /** The organization that vends the accounts of the customer. */
  readonly organization: IOrganization;

  /**
   * Name of the customer: 1 to 20 lower-case letters, digits and single hyphens, beginning with a letter. The
   * organizational unit and all accounts of the customer are named after it. Another name is another customer.
   *
   * @default - the id of the construct in lower case
   */
  readonly customerName?: string;

  /**
   * Pattern of the e-mail addresses of the accounts, with `{account}` in place of the name of the account:
   * `aws+{account}@example.com`. All addresses must be able to receive mail.
   */
  readonly email: string;

  /**
   * The unit in which the unit of the customer is created: an id (`ou-ab12-cdefgh34`), or a path of names below the
   * root (`Customers`).
   *
   * @default - the root of the organization
   */
  readonly parentUnit?: string;

  /**
   * A unit that exists, for the accounts of the customer.
   *
   * @default - the unit `<customer>` is created
   */
  readonly organizationalUnit?: IOrganizationalUnit;

  /**
   * Whether the accounts of the customer have networks. Without them, it has no address space and no hub.
   *
   * @default true
   */
  readonly networks?: boolean;

  /**
   * Addresses of the networks of the customer in CIDR notation, for example `10.16.0.0/12`. They are kept in a table of
   * the shared services account. Either this or `addressSpace` is required, unless `networks` is `false`.
   *
   * @default - the address space is given
   */
  readonly cidr?: string;

  /**
   * An address space that exists, for example one of VPC IPAM. Customers that are connected by the same hub must not
   * have the same addresses.
   *
   * @default - an address space in the shared services account, with the addresses of `cidr`
   */
  readonly addressSpace?: IAddressSpace;

  /**
   * An account that exists, for the shared services of the customer.
   *
   * @default - the account `<customer>-services` is vended
   */
  readonly sharedServicesAccount?: IAccount;

  /**
   * Whether the customer has an account for its shared services. Without it, the table of its addresses is in the CICD
   * account, and a `hub` must be given.
   *
   * @default true
   */
  readonly sharedServices?: boolean;

  /**
   * A network of the shared services account that exists. Its addresses must not overlap others of the customer: see
   * `IAddressSpace.adoptRange()`.
   *
   * @default - a network is created
   */
  readonly sharedServicesNetwork?: INetwork;

  /**
   * A hub that exists, for example one that several customers share. Customers never reach each other through it.
   *
   * @default - a hub in the shared services account
   */
  readonly hub?: ITransitHub;

  /**
   * Whether the networks of the customer are connected by a hub. Each attached network costs about $36.50 a month in
   * `us-east-1`, and $0.02 for each GB.
   *
   * @default true
   */
  readonly connected?: boolean;

  /**
   * Options of the network of the shared services account.
   *
   * @default - 4,096 addresses in two availability zones, without NAT
   */
  readonly network?: CustomerNetworkOptions;

  /**
   * The baselines of the accounts that are vended for the customer, for each class: budgets, contacts, password policy,
   * settings, and a stack of any constructs.
   *
   * @default - the baseline of the organization, if it has one
   */
  readonly accountBaselines?: CustomerAccountBaselines;
}
