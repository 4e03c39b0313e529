import type { AddressRangeOutcome } from '../../src/operations/contract';

const WIDTH = 64;

/** Signs of the states, by which a cell is drawn: the first one that is in it. */
const SIGNS: Readonly<Record<AddressRangeOutcome['state'], string>> = {
  'in use': '█', 'adopted': '▓', 'reserved': '▒', 'seen': '░',
};

interface Part {
  readonly first: number;
  readonly size: number;
}

/** Draws a space as one line of cells, each an equal part of its addresses, and counts what is free. */
export function drawSpace(cidr: string, ranges: readonly AddressRangeOutcome[], free: readonly string[]): string[] {
  const space = partOf(cidr);
  const cells = Math.min(WIDTH, space.size);
  const size = space.size / cells;
  const line = Array.from({ length: cells }, (_, index) => {
    const cell = { first: space.first + index * size, size };
    const states = ranges.filter(range => doOverlap(partOf(range.cidr), cell)).map(({ state }) => state);
    const [, sign = '·'] = Object.entries(SIGNS).find(([state]) => states.some(other => other === state)) ?? [];
    return sign;
  });
  const drawn = new Set(line);
  const legend = Object.entries(SIGNS).filter(([, sign]) => drawn.has(sign)).map(([state, sign]) => `${sign} ${state}`);
  return [
    `[${line.join('')}]`,
    `${[...legend, '· free'].join('   ')}   one sign: ${size.toLocaleString('en-US')} addresses`,
    `free: ${describe(free)}`,
  ];
}

function describe(free: readonly string[]): string {
  const lengths = free.map(cidr => Number(cidr.split('/')[1]));
  const addresses = lengths.reduce((sum, length) => sum + 2 ** (32 - length), 0);
  const counts = [...new Set(lengths)].sort((one, other) => one - other)
    .map(length => `${lengths.filter(other => other === length).length} × /${length}`);
  return `${addresses.toLocaleString('en-US')} addresses${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`;
}

function partOf(cidr: string): Part {
  const [address = '', length = '32'] = cidr.split('/');
  const first = address.split('.').reduce((value, byte) => value * 256 + Number(byte), 0);
  return { first, size: 2 ** (32 - Number(length)) };
}

function doOverlap(one: Part, other: Part): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}
