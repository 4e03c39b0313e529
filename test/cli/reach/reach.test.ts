import { factsOf, HUB, subnetOf } from './facts';
import type { Declared } from './facts';
import type { GroupFacts, NetworkFacts } from '../../../cli/reach/facts';
import { reach } from '../../../cli/reach/reach';

const ACME: Declared = { name: 'acme', cidr: '10.1.0.0/20', segment: 'acme' };
const DATABASE: Declared = { name: 'database', cidr: '10.2.0.0/20', segment: 'shared' };
const GLOBEX: Declared = { name: 'globex', cidr: '10.3.0.0/20', segment: 'globex' };
const ALL = [ACME, DATABASE, GLOBEX];

function between(facts: NetworkFacts, from: string, to: string, port?: number) {
  return reach(facts, subnetOf(facts, from), subnetOf(facts, to), port);
}

function groupOf(rule: Partial<GroupFacts['ingress'][number]>): GroupFacts {
  const ingress = [{ protocol: 'tcp', fromPort: 5432, toPort: 5432, cidrs: [], groupIds: [], ...rule }];
  return { id: 'sg-1', vpcId: 'vpc-database', name: 'database', ingress };
}

test('networks of segments that reach each other do so in both directions, and others do not', () => {
  const facts = factsOf(ALL, [['acme', 'shared']]);
  expect(between(facts, 'acme', 'database')).toEqual({
    reaches: true, fromSubnetId: 'subnet-acme', toSubnetId: 'subnet-database', via: [HUB, 'table-acme'],
  });
  expect(between(facts, 'database', 'acme').reaches).toBe(true);
  expect(between(facts, 'globex', 'database')).toEqual({
    reaches: false, obstacle: 'route table table-globex of tgw-1 has no route to 10.2.0.0/20',
  });
  expect(between(facts, 'acme', 'acme')).toMatchObject({ reaches: true, via: [] });
});

test.each<[string, (facts: NetworkFacts) => NetworkFacts, string]>([
  ['no route table', facts => ({ ...facts, routeTables: [] }), 'subnet subnet-acme has no route table'],
  ['no route', facts => ({ ...facts, routeTables: facts.routeTables.map(table => ({ ...table, routes: [] })) }),
    'route table rtb-acme of subnet subnet-acme has no route to 10.2.0.0/20'],
  ['a blackhole', facts => ({
    ...facts,
    routeTables: facts.routeTables.map(table => (
      { ...table, routes: table.routes.map(route => ({ ...route, isBlackhole: true })) }
    )),
  }), 'route table rtb-acme of subnet subnet-acme sends 10.0.0.0/8 to tgw-1, which does not exist any more '
    + '(blackhole)'],
  ['a way to the internet', facts => ({
    ...facts,
    routeTables: facts.routeTables.map(table => (
      { ...table, routes: [{ destination: '0.0.0.0/0', target: 'igw-1', isBlackhole: false }] }
    )),
  }), 'route table rtb-acme of subnet subnet-acme sends 0.0.0.0/0 to igw-1, and not to the network of subnet-database'],
  ['the same addresses', facts => ({
    ...facts,
    routeTables: facts.routeTables.map(table => (
      { ...table, routes: [{ destination: '10.0.0.0/8', target: 'local', isBlackhole: false }] }
    )),
  }), '10.2.0.0/20 are addresses of vpc-acme, too: its own subnets hide those of vpc-database'],
  ['no attachment', facts => ({ ...facts, attachments: [] }), 'vpc-acme has no available attachment to tgw-1'],
  ['no association', facts => ({
    ...facts, attachments: facts.attachments.map(({ tableId: _, ...attachment }) => attachment),
  }), 'attachment attach-acme of vpc-acme is associated with no route table of tgw-1'],
  ['a static route to no attachment', facts => ({
    ...facts,
    transitTables: facts.transitTables.map(table => ({
      ...table,
      routes: [...table.routes, { destination: '10.2.0.0/20', isStatic: true, isBlackhole: true }],
    })),
  }), 'route table table-acme of tgw-1 sends 10.2.0.0/20 to no attachment (blackhole)'],
  ['a route to another network', facts => ({
    ...facts,
    transitTables: facts.transitTables.map(table => (
      { ...table, routes: table.routes.map(route => ({ ...route, attachmentId: 'attach-globex' })) }
    )),
  }), 'route table table-acme of tgw-1 sends 10.2.0.0/20 to vpc-globex, and not to vpc-database'],
  ['no way back', facts => ({
    ...facts,
    transitTables: facts.transitTables.map(table => table.id === 'table-shared' ? { ...table, routes: [] } : table),
  }), 'answers do not come back: route table table-shared of tgw-1 has no route to 10.1.0.0/20'],
])('%s is named as the obstacle', (_what, change, obstacle) => {
  const facts = change(factsOf(ALL, [['acme', 'shared']]));
  expect(between(facts, 'acme', 'database')).toEqual({ reaches: false, obstacle });
});

test.each<[string, Partial<GroupFacts['ingress'][number]>, boolean]>([
  ['the block of the network', { cidrs: ['10.1.0.0/20'] }, true],
  ['a larger block and a range of ports', { cidrs: ['10.0.0.0/8'], fromPort: 5000, toPort: 6000 }, true],
  ['all protocols', { cidrs: ['0.0.0.0/0'], protocol: '-1', fromPort: undefined, toPort: undefined }, true],
  ['a part of the network', { cidrs: ['10.1.0.0/24'] }, false],
  ['another port', { cidrs: ['10.1.0.0/20'], fromPort: 443, toPort: 443 }, false],
  ['UDP', { cidrs: ['10.1.0.0/20'], protocol: 'udp' }, false],
  ['a security group', { groupIds: ['sg-2'] }, false],
])('a security group that allows %s decides about the port', (_what, rule, isAllowed) => {
  const facts = factsOf(ALL, [['acme', 'shared']], [groupOf(rule)]);
  expect(between(facts, 'acme', 'database', 5432)).toEqual(isAllowed
    ? expect.objectContaining({ reaches: true, groups: ['sg-1 (database)'] })
    : { reaches: false, obstacle: 'no security group of vpc-database allows TCP port 5432 from 10.1.0.0/20' });
});

test('of several subnets, one that reaches the target is enough', () => {
  const facts = factsOf(ALL, [['acme', 'shared']]);
  const both = [...subnetOf(facts, 'globex'), ...subnetOf(facts, 'acme')];
  expect(reach(facts, both, subnetOf(facts, 'database')).reaches).toBe(true);
  expect(reach(facts, [], subnetOf(facts, 'database'))).toEqual({ reaches: false, obstacle: 'there are no subnets' });
});
