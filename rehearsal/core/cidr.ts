/** A block of IPv4 addresses: the first one, and the length of the prefix. */
export interface Cidr {
  readonly first: number;
  readonly length: number;
}

const PATTERN = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** Parses a block like `10.0.0.0/16`; undefined: it is none, or has bits behind its prefix. */
export function parseCidr(text: string): Cidr | undefined {
  const parts = PATTERN.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [length = 0] = parts.slice(4);
  if (length > 32 || parts.slice(0, 4).some(part => part > 255)) return undefined;
  const first = parts.slice(0, 4).reduce((sum, part) => sum * 256 + part, 0);
  return first % sizeOf(length) === 0 ? { first, length } : undefined;
}

export function formatCidr({ first, length }: Cidr): string {
  const bytes = [24, 16, 8, 0].map(shift => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join('.')}/${length}`;
}

/** Number of addresses in a block. */
export function sizeOf(length: number): number {
  return 2 ** (32 - length);
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.length <= inner.length
    && outer.first <= inner.first && inner.first < outer.first + sizeOf(outer.length);
}

export function overlaps(one: Cidr, other: Cidr): boolean {
  return contains(one, other) || contains(other, one);
}

/** The first blocks of this length in a block; fewer if it has not as many. */
export function blocksOf(block: Cidr, count: number, length: number): readonly Cidr[] {
  const possible = length < block.length ? 0 : 2 ** (length - block.length);
  return Array.from({ length: Math.min(count, possible) }, (_, index) => (
    { first: block.first + index * sizeOf(length), length }
  ));
}
