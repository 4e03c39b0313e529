import type { NetworkMap, NetworkNode } from './model';
import { box, COLORS, shortened, text } from './shapes';

const CELL = 22;
const NAMES = 270;
const HEAD = 52;

export function matrixHeight({ networks }: NetworkMap): number {
  return HEAD + networks.length * CELL;
}

export function matrixWidth({ networks }: NetworkMap): number {
  return NAMES + networks.length * CELL;
}

/** A table of all pairs of networks: who reaches whom, and whose database. */
export function drawMatrix({ networks }: NetworkMap, x: number, y: number): string[] {
  return [
    text(x, y + 16, 'Who reaches whom', { kind: 'title' }),
    ...networks.map(({ number }, column) => (
      text(x + NAMES + column * CELL + CELL / 2, y + HEAD - 8, String(number), { kind: 'small dim', anchor: 'middle' })
    )),
    ...networks.flatMap((from, row) => {
      const top = y + HEAD + row * CELL;
      return [
        text(x, top + 15, `${from.number}  ${shortened(from.accountName, 34)}`, { kind: 'small' }),
        ...networks.flatMap((to, column) => drawCell(from, to, x + NAMES + column * CELL, top)),
      ];
    }),
  ];
}

function drawCell(from: NetworkNode, to: NetworkNode, x: number, y: number): string[] {
  const frame = (fill: string): string => box(x + 1, y + 1, CELL - 2, CELL - 2, { fill, radius: 3 });
  if (from === to) return [frame('#c6cdd6')];
  if (!from.reaches.has(to.vpc.id)) return [frame(COLORS.free)];
  const connects = from.connectsTo.some(database => to.databases.includes(database));
  const dot = `<circle cx="${x + CELL / 2}" cy="${y + CELL / 2}" r="4" fill="#ffffff"/>`;
  return connects ? [frame(COLORS.database), dot] : [frame(COLORS.link)];
}
