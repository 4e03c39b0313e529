import { factsOf, subnetOf } from './facts';
import type { AclEntryFacts, NetworkFacts } from '../../../cli/reach/facts';
import { reach } from '../../../cli/reach/reach';

const ALL = { protocol: '-1', cidr: '0.0.0.0/0' };
const OPEN: readonly AclEntryFacts[] = [
  { number: 100, direction: 'in', isAllowing: true, ...ALL },
  { number: 100, direction: 'out', isAllowing: true, ...ALL },
];
const GROUP = {
  id: 'sg-1', vpcId: 'vpc-b', name: 'all', ingress: [{ protocol: '-1', cidrs: ['0.0.0.0/0'], groupIds: [] }],
};

/** Two networks that reach each other, with the entries of the ACL of each. */
function facts(a: readonly AclEntryFacts[], b: readonly AclEntryFacts[]): NetworkFacts {
  const networks = [
    { name: 'a', cidr: '10.1.0.0/20', segment: 's' }, { name: 'b', cidr: '10.2.0.0/20', segment: 's' },
  ];
  return {
    ...factsOf(networks, [], [GROUP]),
    acls: [
      { id: 'acl-a', subnetIds: ['subnet-a'], entries: a }, { id: 'acl-b', subnetIds: ['subnet-b'], entries: b },
    ],
  };
}

const obstacleOf = (found: NetworkFacts, port?: number): string => {
  const result = reach(found, subnetOf(found, 'a'), subnetOf(found, 'b'), port);
  return result.reaches ? '' : result.obstacle;
};
const entry = (number: number, direction: 'in' | 'out', changes: Partial<AclEntryFacts> = {}): AclEntryFacts =>
  ({ number, direction, isAllowing: true, ...ALL, ...changes });

test.each<[string, readonly AclEntryFacts[], readonly AclEntryFacts[], string]>([
  ['open', OPEN, OPEN, ''],
  ['without outbound entries', [entry(1, 'in')], OPEN,
    'network ACL acl-a of subnet subnet-a denies TCP port 5432 to 10.2.0.0/20'],
  ['that deny the port first', OPEN, [
    entry(1, 'in', { isAllowing: false, protocol: '6', fromPort: 5000, toPort: 6000 }), ...OPEN,
  ], 'network ACL acl-b of subnet subnet-b denies TCP port 5432 from 10.1.0.0/20'],
  ['that deny the port later', OPEN, [...OPEN, entry(200, 'in', { isAllowing: false })], ''],
  ['that deny a part of the subnet', OPEN, [entry(1, 'in', { isAllowing: false, cidr: '10.1.4.0/24' }), ...OPEN],
    'network ACL acl-b of subnet subnet-b denies TCP port 5432 from 10.1.0.0/20'],
  ['that allow only a part of the subnet', OPEN, [entry(1, 'in', { cidr: '10.1.4.0/24' }), entry(1, 'out')],
    'network ACL acl-b of subnet subnet-b denies TCP port 5432 from 10.1.0.0/20'],
  ['that let no answers out', OPEN, [entry(1, 'in'), entry(1, 'out', { protocol: '6', fromPort: 443, toPort: 443 })],
    'network ACL acl-b of subnet subnet-b denies TCP the ports 1024 to 65535, for answers, to 10.1.0.0/20'],
  ['that let no answers in', [entry(1, 'out'), entry(1, 'in', { protocol: '17' })], OPEN,
    'network ACL acl-a of subnet subnet-a denies TCP the ports 1024 to 65535, for answers, from 10.2.0.0/20'],
])('network ACLs %s are followed', (_case, a, b, obstacle) => {
  expect(obstacleOf(facts(a, b), 5432)).toBe(obstacle);
});

test('network ACLs are checked only for a port', () => {
  expect(obstacleOf(facts([], []))).toBe('');
});
