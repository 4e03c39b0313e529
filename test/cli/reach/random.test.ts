import { factsOf, subnetOf } from './facts';
import type { Declared } from './facts';
import type { NetworkFacts, RouteFacts, TransitRouteFacts } from '../../../cli/reach/facts';
import { reach } from '../../../cli/reach/reach';
import { randomOf } from '../../../rehearsal/faults/random';

const RUNS = 300;
const FIRST_SEED = Number(process.env.SEED ?? Math.floor(Date.now() / 86_400_000));

/** The bits of an address, as text: as slow and simple as it can be. */
function bitsOf(cidr: string): string {
  const [address, length] = cidr.split('/');
  const bits = address.split('.').map(byte => Number(byte).toString(2).padStart(8, '0')).join('');
  return bits.slice(0, Number(length));
}

/** The route with the most bits in common, by trying all. */
function bestOf<Route extends { readonly destination: string; readonly isStatic?: boolean }>(
  routes: readonly Route[], cidr: string,
): Route | undefined {
  for (let length = 32; length >= 0; length--) {
    const found = routes.filter(({ destination }) =>
      bitsOf(destination).length === length && bitsOf(cidr).startsWith(bitsOf(destination)));
    const [first] = [...found.filter(({ isStatic }) => isStatic), ...found];
    if (first) return first;
  }
  return undefined;
}

/** Carries one packet. */
function arrives(facts: NetworkFacts, from: string, to: string): boolean {
  const target = facts.subnets.filter(({ id }) => id === to)[0];
  const source = facts.subnets.filter(({ id }) => id === from)[0];
  const tables = facts.routeTables.filter(({ subnetIds }) => subnetIds.includes(from));
  const mains = facts.routeTables.filter(({ vpcId, isMain }) => isMain && vpcId === source.vpcId);
  const route = bestOf([...tables, ...mains][0]?.routes ?? [], target.cidr);
  if (!route || route.isBlackhole) return false;
  if (route.target === 'local') return source.vpcId === target.vpcId;
  const entry = facts.attachments.filter(({ vpcId, transitGatewayId, isAvailable }) =>
    vpcId === source.vpcId && transitGatewayId === route.target && isAvailable)[0];
  const hop = bestOf(facts.transitTables.filter(({ id }) => id === entry?.tableId)[0]?.routes ?? [], target.cidr);
  if (!hop || hop.isBlackhole) return false;
  return facts.attachments.some(({ id, vpcId, isAvailable }) =>
    id === hop.attachmentId && vpcId === target.vpcId && isAvailable);
}

function chancesOf(seed: number) {
  const next = randomOf(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (share: number): boolean => next() < share,
    one: <T>(all: readonly T[]): T => all[below(all.length)],
  };
}

/** Networks in segments, with random ways. */
function declaredBy(seed: number) {
  const { below, chance, one } = chancesOf(seed);
  const segments = Array.from({ length: 1 + below(4) }, (_, index) => `s${index}`);
  const networks = Array.from({ length: 2 + below(6) }, (_, index): Declared => ({
    name: `n${index}`, cidr: `10.${index}.0.0/${16 + below(5)}`, ...chance(0.9) && { segment: one(segments) },
  }));
  const pairs = segments.flatMap(a => segments.filter(b => a < b).map(b => [a, b] as const));
  return { networks, ways: pairs.filter(() => chance(0.4)) };
}

/** Damages routes, tables and attachments. */
function damaged(facts: NetworkFacts, seed: number): NetworkFacts {
  const { chance, one } = chancesOf(seed + 1_000_000);
  const blocks = ['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/15', ...facts.subnets.map(({ cidr }) => cidr)];
  const route = (): RouteFacts => ({
    destination: one(blocks), target: one(['tgw-1', 'igw-1', 'local', 'tgw-2']), isBlackhole: chance(0.2),
  });
  const hop = (): TransitRouteFacts => ({
    destination: one(blocks),
    isStatic: chance(0.5),
    isBlackhole: chance(0.3),
    ...facts.attachments.length > 0 && { attachmentId: one(facts.attachments).id },
  });
  return {
    ...facts,
    routeTables: facts.routeTables.map(table => ({
      ...table,
      ...chance(0.2) && { isMain: true, subnetIds: [] },
      routes: uniqueOf([...chance(0.3) ? [route()] : [], ...table.routes.filter(() => chance(0.9))]),
    })),
    attachments: facts.attachments.map(({ tableId, ...attachment }) => ({
      ...attachment, ...chance(0.9) && { tableId }, isAvailable: chance(0.9),
    })),
    transitTables: facts.transitTables.map(table => {
      const [added, kept] = [chance(0.4) ? [hop()] : [], table.routes.filter(() => chance(0.9))];
      return { ...table, routes: chance(0.5) ? [...added, ...kept] : [...kept, ...added] };
    }),
  };
}

/** A table has one route to a destination. */
function uniqueOf(routes: readonly RouteFacts[]): RouteFacts[] {
  return [...new Map(routes.map(route => [route.destination, route])).values()];
}

test(`a network reaches exactly those of its segment and of declared ways (first seed ${FIRST_SEED})`, () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const { networks, ways } = declaredBy(seed);
    const facts = factsOf(networks, ways);
    for (const from of networks) {
      for (const to of networks) {
        const isDeclared = from === to || (from.segment !== undefined && to.segment !== undefined
          && (from.segment === to.segment || ways.some(way => way.includes(from.segment ?? '')
            && way.includes(to.segment ?? ''))));
        const found = reach(facts, subnetOf(facts, from.name), subnetOf(facts, to.name)).reaches;
        expect([seed, from.name, to.name, found]).toEqual([seed, from.name, to.name, isDeclared]);
      }
    }
  }
});

test(`the result is that of carrying packets one by one, whatever is damaged (first seed ${FIRST_SEED})`, () => {
  let reached = 0;
  let failed = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const { networks, ways } = declaredBy(seed);
    const facts = damaged(factsOf(networks, ways), seed);
    for (const from of facts.subnets) {
      for (const to of facts.subnets) {
        const expected = arrives(facts, from.id, to.id) && arrives(facts, to.id, from.id);
        const found = reach(facts, [from], [to]);
        expect([seed, from.id, to.id, found.reaches]).toEqual([seed, from.id, to.id, expected]);
        if (found.reaches) reached += 1;
        else failed += 1;
      }
    }
  }
  expect(Math.min(reached, failed)).toBeGreaterThan(RUNS);
});
