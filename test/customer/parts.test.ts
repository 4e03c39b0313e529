import { Template } from 'aws-cdk-lib/assertions';
import {
  Account, AddressSpace, CustomerOrganization, EnvironmentOrganization, Network, OrganizationalUnit, SharedDatabase,
  Side, TransitHub,
} from '../../src';
import type {
  CustomerOrganizationProps, EnvironmentOrganizationProps, IAccount, INetwork, NetworkAttributes,
} from '../../src';
import { Cicd } from '../fixtures/app';
import { accountsOf, customer, environments, traffic, WORK } from '../fixtures/customers';

const UNIT = 'ou-ab12-cdefgh34';

const resources = ({ stack }: Cicd, type: string) =>
  Object.values(Template.fromStack(stack).findResources(`Custom::OrgEnvironments${type}`))
    .map(({ Properties }) => Properties);

const namesOf = (cicd: Cicd): string[] => accountsOf(cicd).map(({ AccountName }) => AccountName);

/** A network that exists, and can be attached. */
function existing(cicd: Cicd, account: IAccount, number: number, changes: Partial<NetworkAttributes> = {}): INetwork {
  const [id, name] = ['a', 'b', 'c', 'd'].slice(number, number + 1).flatMap(letter => [letter, `Network${letter}`]);
  return Network.fromNetworkAttributes(cicd.stack, name, {
    account,
    vpcId: `vpc-${id}`,
    cidr: `10.16.${number * 16}.0/20`,
    privateSubnetIds: ['subnet-1'],
    databaseSubnetIds: ['subnet-2', 'subnet-3'],
    routeTableIds: ['rtb-1'],
    networkRoleName: 'network-org-environments-old',
    ...changes,
  });
}

describe('the parts of a customer can be omitted', () => {
  test('its unit, by one that exists, whose accounts are below it', () => {
    const cicd = new Cicd();
    const organizationalUnit = OrganizationalUnit.fromOrganizationalUnitId(cicd.stack, 'Unit', UNIT);
    const acme = customer(cicd, { organizationalUnit });
    environments(cicd, { customer: acme, organizationalUnit });
    expect(resources(cicd, 'OrganizationalUnit')).toEqual([]);
    const units = resources(cicd, 'Account').map(({ organizationalUnit: id }) => id);
    expect(units).toEqual(Array(7).fill(UNIT));
  });

  test('its shared services, when the table of addresses is in the CICD account and a hub is given', () => {
    const cicd = new Cicd();
    const { organization, stack } = cicd;
    const hub = new TransitHub(stack, 'Hub', { organization, account: cicd.account('network') });
    const acme = customer(cicd, { sharedServices: false, hub });
    environments(cicd, { customer: acme, sharedServices: false });
    expect([acme.sharedServicesAccount, acme.sharedServicesNetwork]).toEqual([undefined, undefined]);
    expect(namesOf(cicd).filter(name => name.endsWith('services'))).toEqual([]);
    Template.fromStack(cicd.stack).resourceCountIs('AWS::DynamoDB::Table', 2);
    expect(resources(cicd, 'TransitAttachment')).toHaveLength(5);
  });

  test('its networks, with addresses and hub', () => {
    const cicd = new Cicd();
    const acme = customer(cicd, { networks: false, cidr: undefined });
    const shop = environments(cicd, { customer: acme });
    expect([acme.addressSpace, acme.hub, acme.sharedServicesNetwork, shop.sharedServicesNetwork])
      .toEqual([undefined, undefined, undefined, undefined]);
    expect([...shop.workNetworks, ...shop.deploymentNetworks]).toEqual([]);
    expect(resources(cicd, 'AddressRange')).toEqual([]);
    expect(namesOf(cicd)).toHaveLength(7);
  });

  test('its deployment accounts and its database', () => {
    const cicd = new Cicd();
    const shop = environments(cicd, { deployment: undefined });
    expect([shop.deployment, shop.database, shop.deploymentNetworks]).toEqual([undefined, undefined, []]);
    expect(namesOf(cicd)).toHaveLength(5);
  });
});

describe('the parts of a customer can be ones that exist', () => {
  test('a database, of which nothing is created', () => {
    const cicd = new Cicd();
    const existingDatabase = SharedDatabase.fromSharedDatabaseAttributes(cicd.stack, 'Orders', {
      endpointAddress: 'orders.example.com', secretArn: 'arn:secret', keyArn: 'arn:key',
    });
    const shop = environments(cicd, { existingDatabase });
    expect(shop.database).toBe(existingDatabase);
    expect(shop.node.tryFindChild('Database')).toBeUndefined();
  });

  test('networks of accounts that exist, which are attached to the hub', () => {
    const cicd = new Cicd();
    const accounts = ['old', 'shared', 'blue', 'green'].map(name => cicd.account(name));
    const networks = accounts.map((account, number) => existing(cicd, account, number));
    const acme = customer(cicd, { sharedServicesAccount: accounts[1], sharedServicesNetwork: networks[1] });
    const shop = environments(cicd, {
      customer: acme,
      workAccounts: [{ name: 'dev', account: accounts[0], network: networks[0] }],
      deployment: {
        traffic: traffic(),
        blueAccount: accounts[2],
        greenAccount: accounts[3],
        blueNetwork: networks[2],
        greenNetwork: networks[3],
      },
    });
    expect([acme.sharedServicesNetwork, ...shop.workNetworks, ...shop.deploymentNetworks])
      .toEqual([networks[1], networks[0], networks[2], networks[3]]);
    const attached = resources(cicd, 'TransitAttachment').map(({ vpcId }) => vpcId);
    expect(attached).toEqual(expect.arrayContaining(['vpc-a', 'vpc-b', 'vpc-c', 'vpc-d']));
    expect(shop.databaseClients(['service'], [Side.GREEN])).toEqual([
      { account: accounts[3], cidr: '10.16.48.0/20', roleNames: ['service'] },
    ]);
  });

  test('a network of the shared services of an environment organization, for its database', () => {
    const cicd = new Cicd();
    const account = cicd.account('data');
    const shop = environments(cicd, {
      sharedServicesAccount: account,
      sharedServicesNetwork: existing(cicd, account, 3),
      database: { roleNames: ['service'] },
    });
    expect(shop.database).toBeInstanceOf(SharedDatabase);
    expect(shop.sharedServicesNetwork?.vpcId).toBe('vpc-d');
  });
});

describe('a customer of another app', () => {
  const attributes = (cicd: Cicd) => {
    const { organization, stack } = cicd;
    const account = Account.fromAccountId(stack, 'Services', '333333333333');
    const hubAccount = Account.fromAccountId(stack, 'HubAccount', '444444444444');
    return {
      organization,
      customerName: 'acme',
      email: 'aws+{account}@example.com',
      organizationalUnitId: UNIT,
      sharedServicesAccount: account,
      addressSpace: AddressSpace.fromAddressSpaceAttributes(stack, 'Space', { organization, spaceId: 'arn:table' }),
      hub: TransitHub.fromTransitHubAttributes(stack, 'Hub', {
        organization,
        account: hubAccount,
        transitGatewayId: 'tgw-1',
        hubRoleName: 'network-org-environments-hub-1',
        segments: [
          { segmentName: 'acme-services', routeTableId: 'tgw-rtb-1' },
          { segmentName: 'acme-work', routeTableId: 'tgw-rtb-2', reaches: ['acme-services'] },
          { segmentName: 'acme-deployment', routeTableId: 'tgw-rtb-3', reaches: ['acme-services'] },
        ],
      }),
    };
  };

  test('gets further environments, whose networks are in its segments and its unit', () => {
    const cicd = new Cicd();
    const acme = CustomerOrganization.fromCustomerOrganizationAttributes(cicd.stack, 'Acme', attributes(cicd));
    const shop = environments(cicd, { customer: acme, workAccounts: [{ name: 'dev' }] });
    expect(shop.workEnvironments[0].environmentName).toBe('acme-shop-dev');
    expect(resources(cicd, 'OrganizationalUnit')).toMatchObject([{ unitName: 'shop', parent: UNIT }]);
    const tables = Object.fromEntries(resources(cicd, 'TransitAttachment')
      .map(({ networkName, tableId, propagatedTableIds }) => [networkName, [tableId, propagatedTableIds]]));
    expect(tables).toEqual({
      'Cicd/shop/Network': ['tgw-rtb-1', ['tgw-rtb-1', 'tgw-rtb-2', 'tgw-rtb-3']],
      'Cicd/shop/devNetwork': ['tgw-rtb-2', ['tgw-rtb-2', 'tgw-rtb-1']],
      'Cicd/shop/prodBlueNetwork': ['tgw-rtb-3', ['tgw-rtb-3', 'tgw-rtb-1']],
      'Cicd/shop/prodGreenNetwork': ['tgw-rtb-3', ['tgw-rtb-3', 'tgw-rtb-1']],
    });
  });

  test('without networks needs no hub and no addresses', () => {
    const cicd = new Cicd();
    const { addressSpace: _, hub: __, ...rest } = attributes(cicd);
    const acme = CustomerOrganization.fromCustomerOrganizationAttributes(cicd.stack, 'Acme', rest);
    expect(environments(cicd, { customer: acme }).workNetworks).toEqual([]);
  });

  test.each([
    [{ email: 'aws@example.com' },
      "'email' must contain '{account}' once, like 'aws+{account}@example.com', got 'aws@example.com'"],
    [{ customerName: 'Acme' }, 'the name of a customer must be 1 to 20 lower-case letters, digits and single hyphens, '
      + "beginning with a letter, got 'Acme'"],
    [{ organizationalUnitId: 'Customers' }, "'Customers'"],
  ])('with %j is rejected', (changes, message) => {
    const cicd = new Cicd();
    const attrs = { ...attributes(cicd), ...changes };
    expect(() => CustomerOrganization.fromCustomerOrganizationAttributes(cicd.stack, 'Acme', attrs)).toThrow(message);
  });

  test('does not let a segment of this app reach one of its own, which had no way back', () => {
    const { hub } = attributes(new Cicd());
    expect(() => hub.addSegment('tools', { reaches: ['acme-services'] })).toThrow(
      "[Cicd/Hub] the segment 'tools' cannot reach 'acme-services', which another app defines: the networks there "
        + 'would have no way back; add the segment in that app',
    );
  });
});

test('an environment organization of another app gets a database', () => {
  const cicd = new Cicd();
  const [data, blue] = ['data', 'blue'].map(name => cicd.account(name));
  const shop = EnvironmentOrganization.fromEnvironmentOrganizationAttributes(cicd.stack, 'Shop', {
    organizationName: 'shop',
    organizationalUnitId: UNIT,
    sharedServicesAccount: data,
    sharedServicesNetwork: existing(cicd, data, 0),
    deploymentNetworks: [existing(cicd, blue, 1)],
  });
  expect([shop.workNetworks, shop.database]).toEqual([[], undefined]);
  const database = SharedDatabase.auroraPostgres(cicd.stack, 'Database', {
    organization: cicd.organization,
    network: shop.sharedServicesNetwork ?? existing(cicd, data, 2),
    databaseIdentifier: 'acme-shop',
    clients: shop.databaseClients(['service']),
  });
  const { Resources } = Template.fromStack(database.stack).toJSON();
  expect(Resources.SecurityGroup.Properties.SecurityGroupIngress).toMatchObject([{ CidrIp: '10.16.16.0/20' }]);
});

test.each<[string, (cicd: Cicd) => Partial<CustomerOrganizationProps>, string]>([
  ['a parent of a unit that exists', ({ stack }) => ({
    parentUnit: 'Customers',
    organizationalUnit: OrganizationalUnit.fromOrganizationalUnitId(stack, 'Unit', UNIT),
  }), "'organizationalUnit' and 'parentUnit' exclude each other: the unit that exists has its own parent"],
  ['addresses without networks', () => ({ networks: false }),
    "'cidr' was given, but 'networks' is false: remove one of them"],
  ['an account for shared services that it does not have', cicd => ({
    sharedServices: false, sharedServicesAccount: cicd.account('services'),
  }), "'sharedServicesAccount' was given, but 'sharedServices' is false: remove one of them"],
  ['a hub that has no account', () => ({ sharedServices: false }),
    "'sharedServices' is false, so there is no account for a hub: give a 'hub', or set 'connected' to false"],
  ['a size for a network that exists', cicd => {
    const account = cicd.account('services');
    return {
      network: { prefixLength: 22 },
      sharedServicesAccount: account,
      sharedServicesNetwork: existing(cicd, account, 0),
    };
  }, "'network' and 'sharedServicesNetwork' exclude each other: a network that exists has its own size"],
  ['a network of another account', cicd => ({ sharedServicesNetwork: existing(cicd, cicd.account('other'), 0) }),
    "the network 'Cicd/Networka' is in the account 'Cicd/other-account', but was given for the account "
      + "'Cicd/acme/SharedServices': give that account, too, or a network of this one"],
])('a customer with %s is rejected', (_what, changes, message) => {
  const cicd = new Cicd();
  expect(() => customer(cicd, changes(cicd))).toThrow(`[Cicd/acme] ${message}`);
});

test.each<[string, (cicd: Cicd) => Partial<EnvironmentOrganizationProps>, string]>([
  ['a database without shared services', () => ({ sharedServices: false, database: { roleNames: [] } }),
    "'database' was given, but 'sharedServices' is false: remove one of them"],
  ['a database without networks', cicd => ({
    customer: customer(cicd, { networks: false, cidr: undefined }), database: { roleNames: [] },
  }), "'database' needs the network of the shared services: give the customer addresses, and keep 'sharedServices'"],
  ['a database without deployment accounts', () => ({ deployment: undefined, database: { roleNames: [] } }),
    "'database' needs 'deployment': only the deployment accounts connect to the database"],
  ['two databases', ({ stack }) => ({
    database: { roleNames: [] },
    existingDatabase: SharedDatabase.fromSharedDatabaseAttributes(stack, 'Old', {
      endpointAddress: 'old.example.com', secretArn: 'arn:secret', keyArn: 'arn:key',
    }),
  }), "'database' and 'existingDatabase' exclude each other: the first one creates a database"],
  ['a network without its account', cicd => ({
    workAccounts: [...WORK.slice(1), { name: 'dev', network: existing(cicd, cicd.account('other'), 0) }],
  }), "the network 'Cicd/Networka' is in the account 'Cicd/other-account', but was given for the account "
    + "'Cicd/shop/devAccount': give that account, too, or a network of this one"],
])('an environment organization with %s is rejected', (_what, changes, message) => {
  const cicd = new Cicd();
  expect(() => environments(cicd, changes(cicd))).toThrow(`[Cicd/shop] ${message}`);
});
