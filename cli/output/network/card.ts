import type { NetworkNode, SubnetNode } from './model';
import { box, CARD, COLORS, cylinder, shortened, text } from './shapes';
import { contains, parseCidr, sizeOf } from '../../../rehearsal/core/cidr';

const INNER = CARD.width - 2 * CARD.padding;
const HEAD = 92;

/** A network where it is drawn. */
export interface PlacedCard {
  readonly node: NetworkNode;
  readonly x: number;
  readonly y: number;
}

export function cardHeight({ databases, connectsTo }: NetworkNode): number {
  return HEAD + CARD.line * (2 * databases.length + connectsTo.length) + CARD.padding;
}

/** The middle of the line of a database on its card. */
export function databaseLine({ node, y }: PlacedCard, name: string): number {
  return y + HEAD + 2 * CARD.line * node.databases.findIndex(database => database.name === name) + 8;
}

/** The middle of the line on a card that names a database to which it connects. */
export function clientLine({ node, y }: PlacedCard, name: string): number {
  const index = node.connectsTo.findIndex(database => database.name === name);
  return y + HEAD + CARD.line * (2 * node.databases.length + index) + 8;
}

/** Draws the account, the addresses, the subnets to scale, and the databases of a network. */
export function drawCard(card: PlacedCard): string[] {
  const { node: { vpc, number, accountName, subnets, databases, connectsTo }, x, y } = card;
  const left = x + CARD.padding;
  const right = x + CARD.width - CARD.padding;
  return [
    box(x, y, CARD.width, cardHeight(card.node), { fill: COLORS.card, stroke: COLORS.line }),
    `<circle cx="${left + 9}" cy="${y + 19}" r="10" fill="${COLORS.gateway}"/>`,
    text(left + 9, y + 23, String(number), { kind: 'badge', anchor: 'middle' }),
    text(left + 26, y + 24, shortened(accountName, 30), { kind: 'name' }),
    text(left, y + 46, vpc.cidrs.join(', '), { kind: 'mono strong' }),
    text(right, y + 46, vpc.accountId, { kind: 'mono dim', anchor: 'end' }),
    ...drawSubnets(vpc.cidrs.at(0) ?? '', subnets, left, y + 56),
    text(left, y + 83, shortened(`${vpc.id}, ${subnets.length} subnets`, 40), { kind: 'small dim' }),
    ...databases.flatMap(({ name, engine, instances, port }) => {
      const line = databaseLine(card, name);
      return [
        cylinder(left, line - 9),
        text(left + 24, line + 4, shortened(`${name}:${port}`, 30), { kind: 'name database' }),
        text(left + 24, line + 1 + CARD.line, `${engine}, ${instances} instance${instances === 1 ? '' : 's'}`, {
          kind: 'small dim',
        }),
      ];
    }),
    ...connectsTo.map(({ name, port }) => (
      text(left, clientLine(card, name) + 4, shortened(`connects to ${name}:${port}`, 38), { kind: 'small database' })
    )),
  ];
}

/** A bar of all addresses of the network, with its subnets. */
function drawSubnets(cidr: string, subnets: readonly SubnetNode[], x: number, y: number): string[] {
  const block = parseCidr(cidr);
  if (!block) return [];
  const scale = INNER / sizeOf(block.length);
  const drawn = subnets.flatMap(subnet => {
    const own = parseCidr(subnet.cidr);
    if (!own || !contains(block, own)) return [];
    const width = Math.max(2, sizeOf(own.length) * scale - 1);
    const fill = subnet.isPublic ? COLORS.publicSubnet : COLORS.otherSubnet;
    return [box(round(x + (own.first - block.first) * scale), y, round(width), CARD.bar, { fill, radius: 1 })];
  });
  return [box(x, y, INNER, CARD.bar, { fill: COLORS.free, radius: 1 }), ...drawn];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
