import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ArtifactMetadataEntryType } from 'aws-cdk-lib/cloud-assembly-schema';
import { AddressSpace, SharedDatabase, Side } from '../../src';
import type {
  CustomerOrganizationProps, EnvironmentDatabaseOptions, EnvironmentOrganization, EnvironmentOrganizationProps,
  ISharedDatabase,
} from '../../src';
import { Cicd } from '../fixtures/app';
import { accountsOf, customer, environments, traffic, WORK } from '../fixtures/customers';

const warningsOf = ({ node }: EnvironmentOrganization): unknown[] =>
  node.metadata.filter(({ type }) => type === ArtifactMetadataEntryType.WARN).map(({ data }) => data);

describe('a customer with an environment organization', () => {
  const cicd = new Cicd();
  const shop = environments(cicd);

  test('has the accounts that its parts need, named after customer and organization', () => {
    expect(accountsOf(cicd).map(({ AccountName }) => AccountName).sort()).toEqual([
      'acme-services', 'acme-shop-dev', 'acme-shop-prod-blue', 'acme-shop-prod-green', 'acme-shop-services',
      'acme-shop-test', 'acme-shop-uat',
    ]);
    expect(accountsOf(cicd)).toContainEqual({ AccountName: 'acme-shop-dev', Email: 'aws+acme-shop-dev@example.com' });
  });

  test('has an environment for each work account and a blue/green environment', () => {
    expect(shop.workEnvironments.map(({ environmentName }) => environmentName)).toEqual(
      ['acme-shop-dev', 'acme-shop-test', 'acme-shop-uat'],
    );
    const branches = Template.fromStack(cicd.stack).findResources('Custom::OrgEnvironmentsBranch');
    expect(Object.values(branches).map(({ Properties: { branchName } }) => branchName)).toEqual([
      'env/acme-shop-dev', 'env/acme-shop-test', 'env/acme-shop-uat', 'env/acme-shop-prod-blue',
      'env/acme-shop-prod-green',
    ]);
    expect(shop.deployment?.environmentName).toBe('acme-shop-prod');
  });

  test('has a network in each account', () => {
    expect([shop.sharedServicesNetwork, ...shop.workNetworks, ...shop.deploymentNetworks]).toHaveLength(6);
    expect(new Set([...shop.workNetworks, ...shop.deploymentNetworks].map(({ vpcId }) => vpcId)).size).toBe(5);
  });

  test('causes no warning', () => {
    expect(warningsOf(shop)).toEqual([]);
  });
});

describe('what exists takes the place of', () => {
  test('the account of the shared services, the address space, the hub and the accounts of the environments', () => {
    const cicd = new Cicd();
    const first = customer(cicd);
    const second = customer(cicd, {
      cidr: undefined,
      addressSpace: AddressSpace.table(cicd.stack, 'Space', { organization: cicd.organization, cidr: '10.64.0.0/12' }),
      hub: first.hub,
      sharedServicesAccount: cicd.account('existing'),
    }, 'globex');
    environments(cicd, {
      customer: second,
      sharedServicesAccount: cicd.account('services'),
      workAccounts: WORK.map(({ name }) => ({ name, account: cicd.account(name) })),
      deployment: { traffic: traffic(), blueAccount: cicd.account('blue'), greenAccount: cicd.account('green') },
    });
    expect(second.hub).toBe(first.hub);
    const vended = accountsOf(cicd).map(({ AccountName }) => AccountName);
    expect(vended.filter(name => name.startsWith('globex'))).toEqual([]);
  });

  test('the hub, by none', () => {
    const cicd = new Cicd();
    const single = customer(cicd, { connected: false });
    environments(cicd, { customer: single });
    expect(single.hub).toBeUndefined();
    expect(Template.fromStack(cicd.stack).findResources('Custom::OrgEnvironmentsTransitAttachment')).toEqual({});
  });
});

/** The stack of a database that the app defines. */
function stackOf(database: ISharedDatabase | undefined): Stack {
  if (database instanceof SharedDatabase) return database.stack;
  throw new Error('there is no database');
}

describe('the database', () => {
  const clientsOf = (cicd: Cicd, database: Partial<EnvironmentDatabaseOptions>) => {
    const shop = environments(cicd, { database: { roleNames: ['shop-service'], ...database } });
    const { Resources } = Template.fromStack(stackOf(shop.database)).toJSON();
    return { Resources, rules: Resources.SecurityGroup.Properties.SecurityGroupIngress };
  };

  test('has both sides as clients, with the options that are given', () => {
    const { Resources, rules } = clientsOf(new Cicd(), { minCapacity: 0, databaseName: 'orders', majorVersion: '16' });
    expect(rules).toHaveLength(2);
    expect(Resources.Cluster.Properties).toMatchObject({
      DatabaseName: 'orders',
      EngineVersion: '16',
      ServerlessV2ScalingConfiguration: { MinCapacity: 0 },
    });
  });

  test('has only the sides and the further clients that are declared', () => {
    const cicd = new Cicd();
    const clients = [{ account: cicd.account('migration'), cidr: '10.16.240.0/20' }];
    const { rules } = clientsOf(cicd, { sides: [Side.GREEN], clients });
    expect(rules).toMatchObject([{ FromPort: 5432 }, { CidrIp: '10.16.240.0/20' }]);
    expect(JSON.stringify(rules[0])).toContain('Green');
  });

  test('is rejected without sides', () => {
    expect(() => clientsOf(new Cicd(), { sides: [] })).toThrow(
      "[Cicd/shop] 'sides' of the database must contain at least one side",
    );
  });
});

test('a customer whose addresses the given hub does not send is rejected', () => {
  const cicd = new Cicd();
  const { hub } = customer(cicd);
  expect(() => customer(cicd, { cidr: '10.32.0.0/12', hub }, 'globex')).toThrow(
    "[Cicd/globex] the addresses '10.32.0.0/12' of the customer are not inside of the blocks that the hub "
    + "'Cicd/acme/Hub' sends ('10.16.0.0/12'), so its networks would not reach each other: add them to 'cidrs' of the "
    + "hub, or use another 'cidr'",
  );
});

test('two customers with the same addresses are rejected', () => {
  const cicd = new Cicd();
  customer(cicd);
  expect(() => customer(cicd, { cidr: '10.20.0.0/16' }, 'globex')).toThrow(
    "[Cicd/globex/Addresses] the address space '10.20.0.0/16' overlaps '10.16.0.0/12' of 'Cicd/acme/Addresses'",
  );
});

test('an environment whose name would be too long is rejected with all parts', () => {
  const cicd = new Cicd();
  const long = customer(cicd, { customerName: 'long-customer-name-x' });
  expect(() => environments(cicd, { customer: long, organizationName: 'shop-backend' })).toThrow(
    "[Cicd/shop] the environment 'long-customer-name-x-shop-backend-dev' would have a name of 37 characters, but at "
    + "most 32 are possible: shorten the name of the customer ('long-customer-name-x'), of the environment "
    + "organization ('shop-backend') or of the account ('dev')",
  );
});

test('fewer than three work accounts cause a warning', () => {
  const cicd = new Cicd();
  expect(warningsOf(environments(cicd, { workAccounts: [{ name: 'dev' }] }))).toEqual([
    '[Cicd/shop] the organization has 1 work account; a customer usually has at least 3, for development, integration '
    + 'and acceptance [ack: cdk-org-environments:workAccounts]',
  ]);
});

test.each<[string, Partial<CustomerOrganizationProps>, string]>([
  ['a name with a space', { customerName: 'Acme Ltd' },
    'the name of a customer must be 1 to 20 lower-case letters, digits and single hyphens, beginning with a letter, '
    + "got 'Acme Ltd'"],
  ['a name with two hyphens in sequence', { customerName: 'a--b' },
    'the name of a customer must be 1 to 20 lower-case letters, digits and single hyphens, beginning with a letter, '
    + "got 'a--b'"],
  ['an e-mail without placeholder', { email: 'aws@example.com' },
    "'email' must contain '{account}' once, like 'aws+{account}@example.com', got 'aws@example.com'"],
  ['no addresses', { cidr: undefined },
    "'cidr' is required, the addresses of the networks of the customer, for example '10.16.0.0/12'; or give an "
    + "'addressSpace', or set 'networks' to false"],
  ['a prefix that is too short', { network: { prefixLength: 8 } },
    "'prefixLength' of a network must be a whole number from 16 to 24, got 8"],
])('a customer with %s is rejected', (_, changes, message) => {
  const cicd = new Cicd();
  expect(() => customer(cicd, changes)).toThrow(`[Cicd/acme] ${message}`);
});

test('a customer with two sources of addresses is rejected', () => {
  const cicd = new Cicd();
  const { organization, stack } = cicd;
  const addressSpace = AddressSpace.table(stack, 'Space', { organization, cidr: '10.64.0.0/12' });
  expect(() => customer(cicd, { addressSpace })).toThrow(
    "[Cicd/acme] 'cidr' and 'addressSpace' exclude each other: the address space has its own addresses",
  );
});

test('a customer that is connected and not connected is rejected', () => {
  const cicd = new Cicd();
  const { hub } = customer(cicd);
  expect(() => customer(cicd, { cidr: '10.32.0.0/12', hub, connected: false }, 'globex')).toThrow(
    "[Cicd/globex] 'hub' was given, but 'connected' is false: remove one of them",
  );
});

test('a customer that is declared twice is rejected', () => {
  const cicd = new Cicd();
  customer(cicd);
  expect(() => customer(cicd, { customerName: 'acme', cidr: '10.32.0.0/12' }, 'other')).toThrow(
    "[Cicd/other] the customer 'acme' is already used by 'Cicd/acme': choose another customerName",
  );
});

test.each<[string, Partial<EnvironmentOrganizationProps>, string]>([
  ['two work accounts of the same name', { workAccounts: [{ name: 'dev' }, { name: 'dev' }] },
    "the work account 'dev' is declared twice: choose another name"],
  ['a work account with a wrong name', { workAccounts: [{ name: 'Dev!' }] },
    'the name of a work account must be 1 to 20 lower-case letters, digits and single hyphens, beginning with a '
    + "letter, got 'Dev!'"],
])('an environment organization with %s is rejected', (_, changes, message) => {
  const cicd = new Cicd();
  expect(() => environments(cicd, changes)).toThrow(`[Cicd/shop] ${message}`);
});
