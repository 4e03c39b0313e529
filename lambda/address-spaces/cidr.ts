import { IPv4 } from 'ipaddr.js';

/** A range of IPv4 addresses: a power of two of them, at a multiple of their number. */
export interface Block {
  /** The first address as a number. */
  readonly first: number;
  /** Number of addresses. */
  readonly size: number;
}

/** A space has the same ranges at each call, and parsing takes longer than everything else. */
const parsed = new Map<string, Block>();
const MAX_PARSED = 10_000;

/** Parses CIDR notation. @throws if it is none, or if bits of the host are set */
export function parseCidr(text: string): Block {
  const known = parsed.get(text);
  if (known) return known;
  const block = blockOf(text);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(text, block);
  return block;
}

function blockOf(text: string): Block {
  if (!IPv4.isValidCIDRFourPartDecimal(text)) {
    throw new Error(`'${text}' is no IPv4 range in CIDR notation like '10.0.0.0/16'`);
  }
  const [address, prefixLength] = IPv4.parseCIDR(text);
  const first = numberOf(address.toByteArray());
  const size = sizeOf(prefixLength);
  if (first % size !== 0) {
    throw new Error(
      `'${text}' has bits set after its prefix: the range is '${formatCidr({ first: first - first % size, size })}'`,
    );
  }
  return { first, size };
}

export function formatCidr({ first, size }: Block): string {
  const bytes = [24, 16, 8, 0].map(shift => Math.floor(first / 2 ** shift) % 256);
  return `${new IPv4(bytes).toString()}/${prefixLengthOf(size)}`;
}

/** Number of addresses of a range. */
export function sizeOf(prefixLength: number): number {
  return 2 ** (32 - prefixLength);
}

export function prefixLengthOf(size: number): number {
  return 32 - Math.log2(size);
}

export function contains(outer: Block, inner: Block): boolean {
  return outer.first <= inner.first && inner.first + inner.size <= outer.first + outer.size;
}

export function overlap(one: Block, other: Block): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

/** The largest ranges in a space that overlap none of the used ones, in the order of their addresses. */
export function freeBlocks(space: Block, used: readonly Block[]): readonly Block[] {
  const inside = used.filter(block => overlap(space, block));
  if (inside.length === 0) return [space];
  if (inside.some(block => contains(block, space))) return [];
  return halvesOf(space).flatMap(half => freeBlocks(half, inside));
}

interface Taken {
  readonly taken: Block;
  readonly free: readonly Block[];
}

/**
 * Takes a range from the smallest free one that is large enough, at its beginning. What remains of it stays as large as
 * possible. Returns undefined if none is large enough.
 */
export function take(free: readonly Block[], size: number): Taken | undefined {
  const fitting = free.filter(block => block.size >= size);
  if (fitting.length === 0) return undefined;
  const best = fitting.reduce((one, other) => (other.size < one.size ? other : one));
  const taken = { first: best.first, size };
  const rest = freeBlocks(best, [taken]);
  return { taken, free: free.flatMap(block => (block === best ? rest : [block])) };
}

function halvesOf({ first, size }: Block): readonly Block[] {
  return [{ first, size: size / 2 }, { first: first + size / 2, size: size / 2 }];
}

function numberOf(bytes: readonly number[]): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
