import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkedEmail, checkedPartName, customerAccount, customerNetwork } from './customer-accounts';
import type {
  CustomerAccountBaselines, CustomerOrganizationAttributes, CustomerOrganizationProps, ICustomerOrganization,
} from './customer-props';
import { addSegments, segmentsOf } from './segments';
import { checkCustomer } from './validate-customer';
import type { IAccount } from '../account/account-interface';
import { AddressSpace } from '../addresses/address-space';
import type { IAddressSpace } from '../addresses/address-space';
import { isInside, parsedCidr } from '../addresses/cidr';
import type { INetwork } from '../network/network-interface';
import type { IOrganization } from '../organization/organization-interface';
import { OrganizationalUnit } from '../organization/organizational-unit';
import { UniqueClaims } from '../private/unique-claims';
import { fail, validate } from '../private/validate';
import { TransitHub } from '../transit/transit-hub';
import type { ITransitHub } from '../transit/transit-hub-interface';

/**
 * A customer: an organizational unit with a shared services account, an address space whose ranges are kept there, and
 * a hub that connects the networks of the customer. `EnvironmentOrganization` adds the environments.
 *
 * Each part can be replaced by one that exists, or omitted. Networks of different customers never reach each other,
 * also if they share a hub.
 *
 * @example
 * const customer = new CustomerOrganization(this, 'acme', {
 *   organization,
 *   email: 'aws+{account}@example.com',
 *   parentUnit: 'Customers',
 *   cidr: '10.16.0.0/12',
 * });
 */
export class CustomerOrganization extends Construct implements ICustomerOrganization {
  /**
   * Imports a customer that another app defines, to add environment organizations to it.
   *
   * @param attrs name, unit and shared parts of the customer
   */
  public static fromCustomerOrganizationAttributes(
    scope: Construct, id: string, attrs: CustomerOrganizationAttributes,
  ): ICustomerOrganization {
    class Import extends Construct implements ICustomerOrganization {
      public readonly organization = attrs.organization;
      public readonly customerName = checkedPartName(this, 'name of a customer', attrs.customerName);
      public readonly email = checkedEmail(this, attrs.email);
      public readonly organizationalUnitId = validate.organizationalUnitId(this, attrs.organizationalUnitId);
      public readonly sharedServicesAccount = attrs.sharedServicesAccount;
      public readonly addressSpace = attrs.addressSpace;
      public readonly hub = attrs.hub;
      public readonly sharedServicesNetwork = attrs.sharedServicesNetwork;
      public readonly accountBaselines = attrs.accountBaselines;
    }
    return new Import(scope, id);
  }

  public readonly organization: IOrganization;
  public readonly customerName: string;
  public readonly email: string;
  public readonly organizationalUnitId: string;
  public readonly sharedServicesAccount?: IAccount;
  public readonly addressSpace?: IAddressSpace;
  public readonly hub?: ITransitHub;
  public readonly sharedServicesNetwork?: INetwork;
  public readonly accountBaselines?: CustomerAccountBaselines;

  public constructor(scope: Construct, id: string, props: CustomerOrganizationProps) {
    super(scope, id);
    const { organization } = props;
    this.organization = organization;
    this.customerName = checkedPartName(this, 'name of a customer', props.customerName ?? id.toLowerCase());
    UniqueClaims.of(this).claim(this, 'customer', this.customerName, 'choose another customerName');
    this.email = checkedEmail(this, props.email);
    checkCustomer(this, props);
    this.accountBaselines = props.accountBaselines;
    this.organizationalUnitId = (props.organizationalUnit ?? new OrganizationalUnit(this, 'Unit', {
      organization, unitName: this.customerName, parent: props.parentUnit,
    })).organizationalUnitId;
    this.sharedServicesAccount = this.account(props);
    if (props.networks === false) return;
    this.addressSpace = this.space(props);
    this.hub = this.connection(props);
    this.sharedServicesNetwork = this.network(props);
  }

  private account({ sharedServices, sharedServicesAccount }: CustomerOrganizationProps): IAccount | undefined {
    if (sharedServices === false) return undefined;
    return sharedServicesAccount ?? customerAccount(this, 'SharedServices', this, {
      accountName: `${this.customerName}-services`, accountBaseline: this.accountBaselines?.sharedServices,
    });
  }

  private space({ organization, addressSpace, cidr }: CustomerOrganizationProps): IAddressSpace {
    if (addressSpace) return addressSpace;
    if (cidr === undefined) {
      fail(this, "'cidr' is required, the addresses of the networks of the customer, for example '10.16.0.0/12'; or "
        + "give an 'addressSpace', or set 'networks' to false");
    }
    return AddressSpace.table(this, 'Addresses', {
      organization, account: this.sharedServicesAccount, cidr, spaceName: this.customerName,
    });
  }

  private connection({ organization, hub: given, connected = true, cidr }: CustomerOrganizationProps) {
    if (!connected) return undefined;
    const hub = given ?? new TransitHub(this, 'Hub', {
      organization, account: this.accountOfHub(), ...cidr !== undefined && { cidrs: [cidr] },
    });
    if (given && cidr !== undefined) checkSent(this, given, cidr);
    addSegments(hub, segmentsOf(this.customerName));
    return hub;
  }

  private accountOfHub(): IAccount {
    return this.sharedServicesAccount ?? fail(this, "'sharedServices' is false, so there is no account for a hub: give "
      + "a 'hub', or set 'connected' to false");
  }

  private network({ sharedServicesNetwork: existing, network }: CustomerOrganizationProps): INetwork | undefined {
    const account = this.sharedServicesAccount;
    return account && customerNetwork(this, 'Network', {
      customer: this, account, segment: segmentsOf(this.customerName).services, existing, ...network,
    });
  }
}

/** The networks of a hub send only its blocks to it. */
function checkSent(scope: Construct, { cidrs, node }: ITransitHub, cidr: string): void {
  if (cidrs.some(block => Token.isUnresolved(block))) return;
  const own = parsedCidr(scope, 'cidr', cidr);
  if (cidrs.some(block => isInside(parsedCidr(scope, 'cidrs', block), own))) return;
  fail(scope, `the addresses '${cidr}' of the customer are not inside of the blocks that the hub '${node.path}' sends `
    + `('${cidrs.join("', '")}'), so its networks would not reach each other: add them to 'cidrs' of the hub, or use `
    + "another 'cidr'");
}
