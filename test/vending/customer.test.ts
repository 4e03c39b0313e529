import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Harness, reasons } from './harness';
import { Reconciliation } from './reconcile';
import { networkMap } from '../../cli/output/network/model';
import { networkSvg } from '../../cli/output/network/svg';
import { subnetsOf } from '../../cli/reach/places';
import { reach } from '../../cli/reach/reach';
import {
  Account, CustomerOrganization, EnvironmentOrganization, OrganizationFeature, Side, Traffic, TransitHub,
} from '../../src';
import type { Cicd } from '../fixtures/app';
import { REGION } from '../fixtures/app';
import { networkFacts } from '../fixtures/network-facts';
import { secretReader } from '../fixtures/read-secret';

const CIDRS = { acme: '10.16.0.0/12', globex: '10.32.0.0/12' } as const;
type CustomerName = keyof typeof CIDRS;

/** Customers with three work accounts, a database and two deployment accounts each, and a hub that they share. */
function customers(...names: readonly CustomerName[]): (cicd: Cicd) => void {
  return cicd => {
    const { organization, source, stack } = cicd;
    const network = new Account(stack, 'Network', {
      organization, accountName: 'network', email: 'aws+network@example.com',
    });
    const hub = new TransitHub(stack, 'Hub', { organization, account: network });
    for (const name of names) {
      const customer = new CustomerOrganization(stack, name, {
        organization, email: 'aws+{account}@example.com', cidr: CIDRS[name], hub,
      });
      new EnvironmentOrganization(stack, `${name}-shop`, {
        customer,
        organizationName: 'shop',
        source,
        workAccounts: [{ name: 'dev' }, { name: 'test' }, { name: 'uat' }],
        deployment: { traffic: Traffic.parameter({ parameterName: `/${name}/shop/active` }) },
        database: {
          roleNames: ['shop-service'], deletionProtection: false, ...name === 'globex' && { sides: [Side.BLUE] },
        },
      });
    }
  };
}

const FEATURES = { features: [OrganizationFeature.ORGANIZATIONAL_UNITS] };
const ONE = customers('acme');
const TWO = customers('acme', 'globex');

const WORK = ['dev', 'test', 'uat'].map(name => `shop-${name}`);
const DEPLOYMENT = ['shop-prod-blue', 'shop-prod-green'];
const SERVICES = ['services', 'shop-services'];

/** Whether two accounts of a customer are declared to reach each other. */
function isDeclared(from: string, to: string): boolean {
  const both = (...groups: readonly (readonly string[])[]) => [from, to].every(name => groups.flat().includes(name));
  return both(SERVICES, WORK) || both(SERVICES, DEPLOYMENT);
}

describe('a customer in one deployment', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start({ accountLimit: 40 });
    expect(reasons(await harness.deploy(ONE, FEATURES))).toBe('');
  });
  afterAll(() => harness.stop());

  const accounts = () => harness.simulation.organizations.accounts;
  const ofCustomers = () => accounts().map(({ name }) => name).filter(name => /^(acme|globex)-/.test(name)).sort();
  const vpcs = () => [...harness.simulation.ec2.networks.vpcs.values()]
    .filter(({ isDefault, region }) => !isDefault && region === REGION);

  /** Stacks in the accounts of the first customer with the time of their last change. */
  const ofAcme = () => {
    const ids = accounts().filter(({ name }) => name.startsWith('acme-')).map(({ accountId }) => accountId);
    return harness.simulation.cloudformation.all.filter(({ accountId, deleted }) => ids.includes(accountId) && !deleted)
      .map(({ id, events }) => `${id} ${events.length}`).sort();
  };

  test('has eight accounts with the network account, and a range for each network', () => {
    expect(ofCustomers()).toEqual([...SERVICES, ...WORK, ...DEPLOYMENT].map(name => `acme-${name}`).sort());
    const cidrs = vpcs().map(({ cidr }) => cidr);
    expect(cidrs).toHaveLength(7);
    expect(new Set(cidrs).size).toBe(7);
  });

  test('each declared way is reachable in both directions, and nothing else is', async () => {
    const facts = await networkFacts(harness.simulation, REGION);
    const known = accounts().map(({ accountId, name: accountName }) => ({ accountId, accountName }));
    const names = [...SERVICES, ...WORK, ...DEPLOYMENT];
    const ways = names.flatMap(from => names.filter(to => to !== from).map(to => ({ from, to })));
    const found = ways.filter(({ from, to }) => reach(
      facts, subnetsOf(facts, known, `acme-${from}`), subnetsOf(facts, known, `acme-${to}`),
    ).reaches);
    expect(found).toEqual(ways.filter(({ from, to }) => isDeclared(from, to)));
  });

  test('the picture in the documentation is right: `npm run demo:customer` draws it again', async () => {
    const known = accounts().map(({ accountId, name: accountName }) => ({ accountId, accountName }));
    const picture = networkSvg(networkMap(await networkFacts(harness.simulation, REGION), known)).join('\n');
    // ids differ in each rehearsal, and so do the accounts that are created first
    const withoutIds = (svg: string): string =>
      svg.trim().replace(/-[0-9a-f]{17}\b/g, '-id').replace(/\b3\d{11}\b/g, 'account')
        .replace(/10\.16\.\d+\.0/g, 'range');
    expect(withoutIds(readFileSync(join(__dirname, '../../docs/customers.svg'), 'utf8'))).toBe(withoutIds(picture));
  });

  /** Accounts whose network can connect to a database, on its port. */
  const clients = async () => {
    const known = accounts().map(({ accountId, name: accountName }) => ({ accountId, accountName }));
    const { networks } = networkMap(await networkFacts(harness.simulation, REGION), known);
    return networks.flatMap(({ accountName, connectsTo }) => connectsTo.map(({ name }) => `${accountName} → ${name}`));
  };

  test('only the deployment accounts can connect to the database', async () => {
    expect(await clients()).toEqual(['acme-shop-prod-blue → acme-shop', 'acme-shop-prod-green → acme-shop']);
  });

  test('a second deployment changes nothing', async () => {
    expect(await new Reconciliation(harness).check()).toEqual([]);
    const result = await harness.deploy(ONE, FEATURES);
    expect([reasons(result), result.changed]).toEqual(['', 0]);
  });

  test('another customer changes nothing of the first one, and neither reaches the other', async () => {
    const before = ofAcme();
    expect(reasons(await harness.deploy(TWO, FEATURES))).toBe('');
    expect(ofAcme()).toEqual(before);
    expect(vpcs()).toHaveLength(14);
    expect(new Set(vpcs().map(({ cidr }) => cidr)).size).toBe(14);
    const facts = await networkFacts(harness.simulation, REGION);
    const known = accounts().map(({ accountId, name: accountName }) => ({ accountId, accountName }));
    for (const from of ofCustomers()) {
      for (const to of ofCustomers()) {
        const found = reach(facts, subnetsOf(facts, known, from), subnetsOf(facts, known, to)).reaches;
        const [one, other] = [from, to].map(name => name.split('-')[0]);
        if (one !== other) expect([from, to, found]).toEqual([from, to, false]);
      }
    }
  });

  test('a side that is not declared cannot connect to the database, nor can another customer', async () => {
    expect(await clients()).toEqual([
      'acme-shop-prod-blue → acme-shop', 'acme-shop-prod-green → acme-shop', 'globex-shop-prod-blue → globex-shop',
    ]);
  });

  test('only the named role of the declared sides reads the secret of the database', async () => {
    const { simulation } = harness;
    const idOf = (name: string) => accounts().find(account => account.name === name)?.accountId ?? '';
    const secretOf = (customer: CustomerName): string => {
      const [accountId, name] = [idOf(`${customer}-shop-services`), `database-${customer}-shop`];
      const stack = simulation.cloudformation.find(accountId, REGION, name);
      return String(stack?.resources.get('SecretPolicy')?.properties.SecretId);
    };
    const readers: string[] = [];
    for (const { name, accountId } of accounts().filter(account => ofCustomers().includes(account.name))) {
      const read = await secretReader(simulation, accountId, 'shop-service');
      for (const customer of ['acme', 'globex'] as const) {
        const canRead = await read(secretOf(customer)).then(() => true, () => false);
        if (canRead && name !== `${customer}-shop-services`) readers.push(`${name} → ${customer}`);
      }
    }
    // besides administrators of the account of the database, whose own policies decide
    expect(readers.sort()).toEqual([
      'acme-shop-prod-blue → acme', 'acme-shop-prod-green → acme', 'globex-shop-prod-blue → globex',
    ]);
  });

  test('no database is public, and no database subnet has a route to the internet', () => {
    const { cloudformation, ec2: { networks } } = harness.simulation;
    const resources = cloudformation.all.filter(({ name }) => name.startsWith('database-'))
      .flatMap(stack => [...stack.resources.values()]);
    const instances = resources.filter(({ type }) => type === 'AWS::RDS::DBInstance');
    expect(instances.map(({ properties }) => String(properties.PubliclyAccessible))).toEqual(Array(4).fill('false'));
    const subnetIds = resources.filter(({ type }) => type === 'AWS::RDS::DBSubnetGroup')
      .flatMap(({ properties }) => properties.SubnetIds as string[]);
    expect(subnetIds).toHaveLength(4);
    const open = [...networks.routeTables.values()].flatMap(table => [...table.routes.values()]
      .filter(({ destination }) => destination === '0.0.0.0/0').map(() => table.id));
    const tableOf = (subnetId: string) =>
      [...networks.routeTables.values()].find(({ subnets }) => [...subnets.values()].includes(subnetId))?.id ?? '';
    expect(subnetIds.map(tableOf).filter(id => id === '' || open.includes(id))).toEqual([]);
    expect(open).not.toEqual([]);
  });

  /** The ranges in the table of a customer. */
  const rangesOf = (customer: CustomerName) => {
    const { simulation } = harness;
    const accountId = accounts().find(({ name }) => name === `${customer}-services`)?.accountId ?? '';
    const stacks = simulation.cloudformation.all.filter(stack => stack.accountId === accountId);
    const tables = stacks.flatMap(({ resources }) => [...resources.values()])
      .filter(({ type }) => type === 'AWS::DynamoDB::Table').map(({ id }) => id ?? '');
    return [...new Set(tables)].flatMap(table => simulation.tables.items(accountId, REGION, table))
      .flatMap(item => Object.keys(item)).filter(name => /^[\d.]+\/\d+$/.test(name));
  };

  test('a customer that is removed gives its ranges back, and the other one stays', async () => {
    const before = ofAcme();
    expect([rangesOf('acme').length, rangesOf('globex').length]).toEqual([7, 7]);
    expect(reasons(await harness.deploy(ONE, FEATURES))).toBe('');
    expect(ofAcme()).toEqual(before);
    expect(vpcs()).toHaveLength(7);
    expect([rangesOf('acme').length, rangesOf('globex').length]).toEqual([7, 0]);
    expect(reasons(await harness.deploy(TWO, FEATURES))).toBe('');
    expect(vpcs()).toHaveLength(14);
  });
});
