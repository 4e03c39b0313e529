import { factsOf } from './facts';
import { subnetsOf } from '../../../cli/reach/places';

const ACCOUNTS = [{ accountId: '111111111111', accountName: 'acme-work' }];
const facts = factsOf([{ name: 'one', cidr: '10.1.0.0/20' }, { name: 'two', cidr: '10.1.16.0/20' }]);
const idsOf = (place: string, known = facts) => subnetsOf(known, ACCOUNTS, place).map(({ id }) => id);

test.each([
  ['the id of an account', '111111111111', ['subnet-one', 'subnet-two']],
  ['the name of an account', 'acme-work', ['subnet-one', 'subnet-two']],
  ['the name of a network', 'two', ['subnet-two']],
  ['the id of a VPC', 'vpc-one', ['subnet-one']],
  ['the id of a subnet', 'subnet-one', ['subnet-one']],
  ['a block with subnets', '10.1.0.0/16', ['subnet-one', 'subnet-two']],
  ['addresses in a subnet', '10.1.17.0/24', ['subnet-two']],
])('a place is %s', (_what, place, expected) => {
  expect(idsOf(place)).toEqual(expected);
});

test('a default network is meant only by its id', () => {
  const withDefault = { ...facts, vpcs: facts.vpcs.map(vpc => ({ ...vpc, isDefault: vpc.name === 'one' })) };
  expect(idsOf('acme-work', withDefault)).toEqual(['subnet-two']);
  expect(idsOf('10.1.0.0/16', withDefault)).toEqual(['subnet-two']);
  expect(idsOf('vpc-one', withDefault)).toEqual(['subnet-one']);
});

test('an unknown place is an error that names the networks', () => {
  expect(() => idsOf('three')).toThrow("there is no network 'three': known networks are one (10.1.0.0/20 in "
    + '111111111111); two (10.1.16.0/20 in 111111111111)');
  expect(() => idsOf('192.168.0.0/16')).toThrow('no subnet has addresses of 192.168.0.0/16: known networks are one');
});
