import type { Construct } from 'constructs';
import type { CustomerNetworkOptions, ICustomerOrganization } from './customer-props';
import { Account } from '../account/account';
import type { IAccount } from '../account/account-interface';
import type { AccountBaseline } from '../baseline/account-baseline';
import { Network } from '../network/network';
import type { INetwork } from '../network/network-interface';
import { checkKnown } from '../private/known-number';
import { fail } from '../private/validate';

/** In the pattern of e-mail addresses, it is replaced by the name of an account. */
const ACCOUNT_PLACEHOLDER = '{account}';

const DEFAULT_PREFIX_LENGTH = 20;

/** Names that become parts of the names of units, accounts and segments. */
const NAME = /^(?=.{1,20}$)[a-z](-?[a-z0-9])*$/;

type Owner = Pick<ICustomerOrganization, 'organization' | 'email' | 'organizationalUnitId'>;

interface NewAccount {
  readonly accountName: string;
  readonly accountBaseline?: AccountBaseline;
}

export function checkedPartName(scope: Construct, what: string, value: string): string {
  if (NAME.test(value)) return value;
  return fail(scope, `the ${what} must be 1 to 20 lower-case letters, digits and single hyphens, beginning with a `
    + `letter, got '${value}'`);
}

export function checkedEmail(scope: Construct, email: string): string {
  if (email.split(ACCOUNT_PLACEHOLDER).length === 2) return email;
  return fail(scope, `'email' must contain '${ACCOUNT_PLACEHOLDER}' once, like 'aws+{account}@example.com', got `
    + `'${email}'`);
}

/** Vends an account in the unit of a customer. */
export function customerAccount(
  scope: Construct, id: string, owner: Owner, { accountName, accountBaseline }: NewAccount,
): IAccount {
  return new Account(scope, id, {
    organization: owner.organization,
    accountName,
    email: owner.email.replace(ACCOUNT_PLACEHOLDER, accountName),
    organizationalUnit: owner.organizationalUnitId,
    accountBaseline,
  });
}

interface CustomerNetworkProps extends CustomerNetworkOptions {
  readonly customer: Pick<ICustomerOrganization, 'organization' | 'addressSpace' | 'hub'>;
  readonly account: IAccount;
  /** The segment of the hub. */
  readonly segment: string;
  /** A network that exists. @default - one is created, if the customer has addresses */
  readonly existing?: INetwork;
}

/** Creates a network with a range of the customer, unless one is given, and attaches it to the hub. */
export function customerNetwork(
  scope: Construct, id: string, { customer, segment, existing, ...options }: CustomerNetworkProps,
): INetwork | undefined {
  const network = existing
    ? checkedNetwork(scope, existing, options.account)
    : newNetwork(scope, id, customer, options);
  if (network) customer.hub?.attach(network, { segment });
  return network;
}

type NewNetwork = Omit<CustomerNetworkProps, 'customer' | 'segment' | 'existing'>;

function newNetwork(
  scope: Construct, id: string, { organization, addressSpace }: CustomerNetworkProps['customer'],
  { account, prefixLength, ...options }: NewNetwork,
): Network | undefined {
  if (!addressSpace) return undefined;
  const addressRange = addressSpace.addRange(scope, `${id}Range`, {
    prefixLength: checkedPrefixLength(scope, prefixLength ?? DEFAULT_PREFIX_LENGTH),
  });
  return new Network(scope, id, { organization, account, addressRange, ...options });
}

function checkedNetwork(scope: Construct, network: INetwork, account: IAccount): INetwork {
  if (network.account === account || network.account.accountId === account.accountId) return network;
  return fail(scope, `the network '${network.node.path}' is in the account '${network.account.node.path}', but was `
    + `given for the account '${account.node.path}': give that account, too, or a network of this one`);
}

function checkedPrefixLength(scope: Construct, prefixLength: number): number {
  checkKnown(scope, 'prefixLength', prefixLength);
  if (Number.isInteger(prefixLength) && prefixLength >= 16 && prefixLength <= 24) return prefixLength;
  return fail(scope, `'prefixLength' of a network must be a whole number from 16 to 24, got ${prefixLength}`);
}
