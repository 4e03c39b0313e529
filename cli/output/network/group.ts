import { cardHeight, clientLine, databaseLine, drawCard } from './card';
import type { PlacedCard } from './card';
import type { GroupNode, SegmentNode } from './model';
import { box, CARD, COLORS, PANEL, path, shortened, text, TINTS } from './shapes';

const PANEL_WIDTH = CARD.width + 2 * PANEL.padding;
const TITLE = 34;
const TRUNK = 26;
/** Space below the panels for each link between segments that are not neighbors. */
const LANE = 16;

interface PlacedPanel {
  readonly segment: SegmentNode;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly cards: readonly PlacedCard[];
}

interface Pair {
  readonly from: PlacedPanel;
  readonly to: PlacedPanel;
  readonly distance: number;
}

export function groupWidth({ segments }: GroupNode): number {
  return segments.length * PANEL_WIDTH + (segments.length - 1) * PANEL.gap;
}

export function groupHeight(group: GroupNode): number {
  const panels = placePanels(group, 0, 0);
  const lanes = pairsOf(panels).filter(({ distance }) => distance > 1).length;
  return TITLE + TRUNK + Math.max(...panels.map(({ height }) => height)) + (lanes > 0 ? (lanes + 1) * LANE : 0);
}

/**
 * Draws segments that reach each other, and the lines between them.
 *
 * @param trunkFrom where the line to the transit gateway begins
 */
export function drawGroup(group: GroupNode, x: number, y: number, trunkFrom: number): string[] {
  const panels = placePanels(group, x, y + TITLE + TRUNK);
  return [
    ...group.name === '' ? [] : [text(x, y + 20, group.name, { kind: 'title' })],
    ...drawTrunk(panels, y + TITLE + 6, trunkFrom),
    ...panels.flatMap((panel, index) => drawPanel(panel, TINTS[index % TINTS.length] ?? TINTS[0])),
    ...drawLinks(panels),
    ...drawClients(panels),
  ];
}

function placePanels({ segments }: GroupNode, left: number, y: number): PlacedPanel[] {
  return segments.map((segment, index) => {
    const x = left + index * (PANEL_WIDTH + PANEL.gap);
    let next = y + PANEL.head;
    const cards = segment.networks.map((node): PlacedCard => {
      const card = { node, x: x + PANEL.padding, y: next };
      next += cardHeight(node) + CARD.gap;
      return card;
    });
    return { segment, x, y, cards, height: next - CARD.gap + PANEL.padding - y };
  });
}

function drawTrunk(panels: readonly PlacedPanel[], y: number, from: number): string[] {
  const attached = panels.filter(({ segment }) => segment.tableId !== undefined);
  const last = attached.at(-1);
  if (!last) return [];
  return [
    path(`M${from} ${y}H${last.x + PANEL_WIDTH / 2}`, COLORS.gateway, { width: 3 }),
    ...attached.map(panel => path(`M${panel.x + PANEL_WIDTH / 2} ${y}V${panel.y}`, COLORS.gateway, { width: 3 })),
  ];
}

function drawPanel({ segment, x, y, height, cards }: PlacedPanel, tint: string): string[] {
  const { name, tableId, networks } = segment;
  const inside = networks.every(one => networks.every(other => one === other || one.reaches.has(other.vpc.id)));
  const hint = networks.length < 2 ? '' : inside ? 'networks reach each other' : 'networks do not reach each other';
  return [
    box(x, y, PANEL_WIDTH, height, { fill: tint, stroke: COLORS.line, radius: 10 }),
    text(x + PANEL.padding, y + 24, shortened(name, 26), { kind: 'name' }),
    ...tableId === undefined ? [] : [text(x + PANEL.padding, y + 44, `route table ${tableId}`, { kind: 'mono dim' })],
    ...hint === '' ? [] : [text(x + PANEL.padding, y + 62, hint, { kind: 'small dim' })],
    ...cards.flatMap(drawCard),
  ];
}

/** All pairs of segments of which networks reach each other. */
function pairsOf(panels: readonly PlacedPanel[]): Pair[] {
  return panels.flatMap((from, index) => panels.slice(index + 1).flatMap((to, distance) => {
    const ids = new Set(to.segment.networks.map(({ vpc }) => vpc.id));
    const reaches = from.segment.networks.some(one => [...one.reaches].some(id => ids.has(id)));
    return reaches ? [{ from, to, distance: distance + 1 }] : [];
  }));
}

/** Neighbors by an arrow between them, others by a line below. */
function drawLinks(panels: readonly PlacedPanel[]): string[] {
  const bottom = Math.max(...panels.map(({ y, height }) => y + height));
  let lane = bottom;
  return pairsOf(panels).flatMap(({ from, to, distance }) => {
    if (distance === 1) {
      const y = from.y + 20;
      return [
        path(`M${from.x + PANEL_WIDTH + 3} ${y}H${to.x - 3}`, COLORS.link, { ends: ['start', 'end'] }),
        text(from.x + PANEL_WIDTH + PANEL.gap / 2, y - 7, 'both ways', { kind: 'small link', anchor: 'middle' }),
      ];
    }
    lane += LANE;
    const [left, right] = [from.x + PANEL_WIDTH / 2, to.x + PANEL_WIDTH / 2];
    return [path(`M${left} ${from.y + from.height + 3}V${lane}H${right}V${to.y + to.height + 3}`, COLORS.link, {
      ends: ['start', 'end'],
    })];
  });
}

/** Lines from the clients of a database in a neighbor to it. */
function drawClients(panels: readonly PlacedPanel[]): string[] {
  return panels.flatMap((panel, index) => panels.flatMap((other, position) => {
    if (Math.abs(position - index) !== 1) return [];
    const isLeft = index < position;
    return panel.cards.flatMap(card => card.node.connectsTo.flatMap((database, lane) => {
      const target = other.cards.find(({ node }) => node.databases.includes(database));
      if (!target) return [];
      const gap = isLeft ? panel.x + PANEL_WIDTH : other.x + PANEL_WIDTH;
      const middle = gap + PANEL.gap / 2 + (isLeft ? lane : -lane) * 6;
      const [from, to] = isLeft ? [card.x + CARD.width, target.x - 3] : [card.x, target.x + CARD.width + 3];
      return [path(
        `M${from} ${clientLine(card, database.name)}H${middle}V${databaseLine(target, database.name)}H${to}`,
        COLORS.database, { ends: ['end'] },
      )];
    }));
  }));
}
