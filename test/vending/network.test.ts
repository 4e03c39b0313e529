import { Harness, reasons } from './harness';
import { Reconciliation } from './reconcile';
import { subnetsOf } from '../../cli/reach/places';
import { reach } from '../../cli/reach/reach';
import { TransitHub } from '../../src';
import type { Network } from '../../src';
import type { Cicd } from '../fixtures/app';
import { REGION } from '../fixtures/app';
import { networkFacts } from '../fixtures/network-facts';
import { networkOf } from '../fixtures/networks';

interface Changes {
  /** Range of the first network. */
  readonly cidr?: string;
  readonly availabilityZones?: number;
}

/** A hub with a shared network, and customers with two networks each. */
function app(customers: readonly string[], { cidr = '10.1.0.0/20', availabilityZones }: Changes = {}) {
  return (cicd: Cicd): void => {
    const { organization, stack } = cicd;
    const account = cicd.account('hub');
    const hub = new TransitHub(stack, 'Hub', { organization, account });
    hub.addSegment('shared');
    hub.attach(networkOf(cicd, 'shared', '10.0.0.0/20', { account }), { segment: 'shared' });
    customers.forEach((name, index) => {
      hub.addSegment(name, { reaches: ['shared'] });
      const networks: Network[] = ['one', 'two'].map((kind, number) =>
        index + number === 0
          ? networkOf(cicd, `${name}-${kind}`, cidr, { availabilityZones })
          : networkOf(cicd, `${name}-${kind}`, `10.${index + 1}.${number * 16}.0/20`));
      networks.forEach(network => hub.attach(network, { segment: name }));
    });
  };
}

const TWO = app(['acme', 'globex']);
const ONE = app(['acme']);
const MOVED = app(['acme', 'globex'], { cidr: '10.9.0.0/20' });
const WIDER = app(['acme', 'globex'], { availabilityZones: 3 });

describe('two customers with one hub', () => {
  let harness: Harness;
  beforeAll(async () => { harness = await Harness.start(); });
  afterAll(() => harness.stop());

  const ec2 = () => harness.simulation.ec2;
  const cidrOf = (vpcId: string) => ec2().networks.vpcs.get(vpcId)?.cidr ?? '';
  /** The blocks that each network reaches through the hub, by its own block. */
  const reached = () => Object.fromEntries(ec2().transit.living().map(one => {
    const table = ec2().transit.tables.get(ec2().transit.associationOf(one)?.tableId ?? '');
    const routes = table === undefined ? [] : ec2().transit.routesOf(table);
    const own = cidrOf(one.vpcId);
    return [own, routes.map(({ destination }) => destination).filter(cidr => cidr !== own).sort()];
  }));
  const routes = () => [...ec2().networks.routeTables.values()].flatMap(table =>
    [...table.routes.values()].filter(({ target }) => target === 'transitGatewayId')
      .map(route => ({ vpc: cidrOf(table.vpcId), ...route })));

  /** Routes that lead nowhere, looked up at each event of a stack. */
  const blackholes: string[] = [];
  beforeAll(() => {
    harness.simulation.cloudformation.onEvent(() => {
      for (const table of ec2().networks.routeTables.values()) {
        for (const { target, targetId, destination } of table.routes.values()) {
          const leadsNowhere = target === 'transitGatewayId' && !ec2().transit.isAttached(targetId, table.vpcId);
          if (leadsNowhere) blackholes.push(`${cidrOf(table.vpcId)} → ${destination}`);
        }
      }
    });
  });

  test('one deployment makes the networks, and each reaches only its own customer and the shared network', async () => {
    expect(reasons(await harness.deploy(TWO))).toBe('');
    expect(reached()).toEqual({
      '10.0.0.0/20': ['10.1.0.0/20', '10.1.16.0/20', '10.2.0.0/20', '10.2.16.0/20'],
      '10.1.0.0/20': ['10.0.0.0/20', '10.1.16.0/20'],
      '10.1.16.0/20': ['10.0.0.0/20', '10.1.0.0/20'],
      '10.2.0.0/20': ['10.0.0.0/20', '10.2.16.0/20'],
      '10.2.16.0/20': ['10.0.0.0/20', '10.2.0.0/20'],
    });
    // two private tables and a database table in each of five networks
    expect(routes()).toHaveLength(15);
    expect(routes().every(({ destination }) => destination === '10.0.0.0/8')).toBe(true);
  });

  test('each network reaches those of its customer and the shared one in both directions, and no other', async () => {
    const facts = await networkFacts(harness.simulation, REGION);
    const places = ['hub', 'acme-one', 'acme-two', 'globex-one', 'globex-two'].map(name => `shop-${name}`);
    const accounts = Object.entries(harness.vended).map(([accountName, accountId]) => ({ accountId, accountName }));
    const customerOf = (place: string): string => place.split('-')[1];
    for (const from of places) {
      for (const to of places) {
        const isDeclared = [from, to].includes('shop-hub') || customerOf(from) === customerOf(to);
        const found = reach(facts, subnetsOf(facts, accounts, from), subnetsOf(facts, accounts, to));
        expect([from, to, found.reaches]).toEqual([from, to, isDeclared]);
      }
    }
    const [from, to] = ['shop-acme-one', 'shop-globex-one'].map(place => subnetsOf(facts, accounts, place));
    expect(reach(facts, from, to)).toEqual({
      reaches: false, obstacle: expect.stringMatching(/^route table tgw-rtb-\w+ of tgw-\w+ has no route to 10\.2\.\d+/),
    });
  });

  test('a network needs at most 40 calls of EC2, however many there are', () => {
    const calls = Object.entries(harness.simulation.calls).filter(([name]) => name.startsWith('ec2:'));
    expect(calls.reduce((sum, [, count]) => sum + count, 0)).toBeLessThanOrEqual(5 * 40);
  });

  test('a check of the networks finds nothing', async () => {
    expect(await new Reconciliation(harness).check()).toEqual([]);
  });

  test('the default security groups of the networks have no rules', () => {
    const groups = [...ec2().networks.securityGroups.values()].filter(({ name, vpcId }) =>
      name === 'default' && !ec2().networks.vpcs.get(vpcId)?.isDefault);
    expect(groups).toHaveLength(5);
    expect(groups.map(({ rules }) => rules.size)).toEqual([0, 0, 0, 0, 0]);
  });

  test('a second deployment changes nothing', async () => {
    const before = JSON.stringify([reached(), routes()]);
    const calls = harness.calls('ec2:CreateTransitGatewayVpcAttachment');
    expect(reasons(await harness.deploy(TWO))).toBe('');
    expect(JSON.stringify([reached(), routes()])).toBe(before);
    expect(harness.calls('ec2:CreateTransitGatewayVpcAttachment')).toBe(calls);
  });

  test.each([
    ['range', MOVED, "'addressRange'", "'10.1.0.0/20' to '10.9.0.0/20'"],
    ['number of zones', WIDER, "'availabilityZones'", "'2' to '3 or 4'"],
  ])('another %s of a network is rejected, and changes nothing', async (_what, changed, name, values) => {
    const before = JSON.stringify([reached(), routes()]);
    expect(reasons(await harness.deploy(changed))).toMatch(
      new RegExp(`${name} of stack '\\w+' in account \\d+ cannot be changed from ${values}, because that would`),
    );
    expect(JSON.stringify([reached(), routes()])).toBe(before);
  });

  test('a removed customer leaves no route, no table and no network, and the other keeps its own', async () => {
    const kept = routes().filter(({ vpc }) => !vpc.startsWith('10.2.'));
    expect(reasons(await harness.deploy(ONE))).toBe('');
    expect(Object.keys(reached()).sort()).toEqual(['10.0.0.0/20', '10.1.0.0/20', '10.1.16.0/20']);
    expect(reached()['10.0.0.0/20']).toEqual(['10.1.0.0/20', '10.1.16.0/20']);
    expect(routes()).toEqual(kept);
    expect([...ec2().transit.tables.values()]).toHaveLength(2);
    expect(blackholes).toEqual([]);
    const own = [...ec2().networks.vpcs.values()].filter(({ isDefault, region }) => !isDefault && region === REGION);
    expect(own.map(({ cidr }) => cidr).sort()).toEqual(['10.0.0.0/20', '10.1.0.0/20', '10.1.16.0/20']);
  });

  test('after the removal of the app there is no network, no gateway and no failed stack', async () => {
    const { failures } = await harness.destroy(ONE);
    expect(failures).toEqual([]);
    expect(ec2().transit.living()).toEqual([]);
    expect([...ec2().transit.gateways.values()]).toEqual([]);
    expect(blackholes).toEqual([]);
    expect([...ec2().networks.vpcs.values()].filter(({ isDefault }) => !isDefault)).toEqual([]);
  });
});
