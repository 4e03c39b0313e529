import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { network } from '../../../cli/commands/network';
import { NETWORK_OPTIONS } from '../../../cli/options/network-options';
import { networkMap } from '../../../cli/output/network/model';
import { networkSvg } from '../../../cli/output/network/svg';
import { networkText } from '../../../cli/output/network/text';
import type { NetworkFacts } from '../../../cli/reach/facts';
import { factsOf } from '../reach/facts';

const GROUP = {
  id: 'sg-1',
  vpcId: 'vpc-services',
  name: 'database',
  ingress: [{ protocol: 'tcp', fromPort: 5432, toPort: 5432, cidrs: ['10.3.0.0/20'], groupIds: [] }],
};
const ACCOUNTS = [{ accountId: '111111111111', accountName: 'acme-all' }];

/** Two customers; the first one has three segments, and a database to which only its blue network can connect. */
function twoCustomers(): NetworkFacts {
  const facts = factsOf([
    { name: 'services', cidr: '10.1.0.0/20', segment: 'a-services' },
    { name: 'work', cidr: '10.2.0.0/20', segment: 'a-work' },
    { name: 'blue', cidr: '10.3.0.0/20', segment: 'a-deployment' },
    { name: 'green', cidr: '10.4.0.0/20', segment: 'a-deployment' },
    { name: 'other', cidr: '10.5.0.0/20', segment: 'b' },
    { name: 'alone', cidr: '10.6.0.0/20' },
  ], [['a-services', 'a-work'], ['a-services', 'a-deployment']], [GROUP]);
  return {
    ...facts,
    databases: [
      { name: 'shop', engine: 'postgres', vpcId: 'vpc-services', port: 5432, groupIds: ['sg-1'], instances: 1 },
    ],
  };
}

test('segments that reach each other are one group, with the one that all reach in the middle', () => {
  const { groups, gateways } = networkMap(twoCustomers(), ACCOUNTS);
  expect(groups.map(({ segments }) => segments.map(({ name, networks }) => [
    name, networks.map(({ vpc: { name: own } }) => own),
  ]))).toEqual([
    [['table-a-deployment', ['blue', 'green']], ['table-a-services', ['services']], ['table-a-work', ['work']]],
    [['table-b', ['other']]],
    [['not connected', ['alone']]],
  ]);
  expect(groups[0]?.name).toBe('acme-all');
  expect(gateways).toMatchObject([{ id: 'tgw-1' }]);
});

test('a network connects to a database only if routes and a group of the database allow it', () => {
  const { networks } = networkMap(twoCustomers(), ACCOUNTS);
  const clients = networks.filter(({ connectsTo }) => connectsTo.length > 0);
  expect(clients.map(({ vpc: { name } }) => name)).toEqual(['blue']);
  const withoutRule = { ...twoCustomers(), groups: [{ ...GROUP, ingress: [] }] };
  expect(networkMap(withoutRule, ACCOUNTS).networks.flatMap(({ connectsTo }) => connectsTo)).toEqual([]);
});

test('the text has a line for each network with its account, range and segment', () => {
  const lines = networkText(networkMap(twoCustomers(), ACCOUNTS)).map(stripVTControlCharacters);
  expect(lines[0]).toMatch(/^transit gateway tgw-1 in /);
  expect(lines[2]).toMatch(/^1 +acme-all +111111111111 +10\.3\.0\.0\/20 +vpc-blue +table-a-deployment +2 3 +connects/);
  expect(lines[4]).toMatch(/^3 +.* table-a-services +1 2 4 +shop \(postgres, port 5432\)$/);
  expect(lines).toHaveLength(8);
  expect(networkText(networkMap(factsOf([]), []))).toEqual(['no networks']);
});

describe('the picture of networks', () => {
  const picture = networkSvg(networkMap(twoCustomers(), ACCOUNTS)).join('\n');
  const numbers = (pattern: RegExp) => [...picture.matchAll(pattern)].map(match => match.slice(1).map(Number));

  test('has a card for each network, within its size, and no two overlap', () => {
    const [[width = 0, height = 0] = []] = numbers(/viewBox="0 0 (\S+) (\S+)"/g);
    const cards = numbers(/<rect x="(\S+)" y="(\S+)" width="268" height="(\S+)"/g);
    expect(cards).toHaveLength(6);
    expect(cards.every(([x = 0, y = 0, h = 0]) => x + 268 <= width && y + h <= height)).toBe(true);
    for (const [index, [x = 0, y = 0, h = 0]] of cards.entries()) {
      const others = cards.slice(index + 1).filter(([left = 0]) => left === x);
      expect(others.every(([, top = 0, tall = 0]) => top >= y + h || top + tall <= y)).toBe(true);
    }
  });

  test('names ranges, route tables and databases, and draws each client', () => {
    for (const word of ['10.3.0.0/20', 'route table table-a-work', 'shop:5432', 'connects to shop:5432', 'tgw-1']) {
      expect(picture).toContain(word);
    }
    expect(picture.match(/marker-end="url\(#to-database\)"/g)).toHaveLength(1);
    expect(picture.match(/marker-start="url\(#to-link\)"/g)).toHaveLength(2);
  });

  test('escapes names', () => {
    const map = networkMap(twoCustomers(), [{ accountId: '111111111111', accountName: '<a & b>' }]);
    expect(networkSvg(map).join('')).toContain('&#60;a &#38; b&#62;');
  });
});

test('links between segments that are not neighbors are drawn below them', () => {
  const names = ['a', 'b', 'c'];
  const facts = factsOf(names.map((name, index) => ({ name, cidr: `10.${index}.0.0/20`, segment: name })),
    [['a', 'b'], ['b', 'c'], ['a', 'c']]);
  const picture = networkSvg(networkMap(facts, [])).join('\n');
  expect(picture.match(/marker-start="url\(#to-link\)"/g)).toHaveLength(3);
});

test('the networks are written to a file, or printed as JSON', async () => {
  const lines: string[] = [];
  const context = {
    operations: { invoke: async () => ({ pipelines: [], accounts: [] }) },
    describe: async () => twoCustomers(),
    environment: { AWS_REGION: 'eu-west-1' },
    write: (line: string) => void lines.push(line),
  };
  await network({ format: 'json' }, context);
  expect(JSON.parse(lines.join('\n'))).toHaveLength(6);
  const folder = mkdtempSync(join(tmpdir(), 'network-'));
  await network({ format: 'svg', output: join(folder, 'network.svg') }, context);
  expect(readFileSync(join(folder, 'network.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  rmSync(folder, { recursive: true });
  expect(() => NETWORK_OPTIONS.format.parse('png')).toThrow("must be one of text, json, svg, got 'png'");
  expect(() => NETWORK_OPTIONS.region.parse(' ')).toThrow('is empty: omit it, or give a value');
  await expect(network({}, { ...context, environment: {} })).rejects.toThrow('the region is not known');
});
