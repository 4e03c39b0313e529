import type { Block } from './cidr';
import { formatCidr, freeBlocks, overlap, parseCidr, sizeOf, take } from './cidr';

/** What an address space is, as its app declares it. */
export interface SpaceSettings {
  readonly spaceName: string;
  readonly cidr: string;
  readonly reserved: readonly { readonly cidr: string; readonly reason: string }[];
  /** Names of the networks that must not overlap with new ranges. */
  readonly sources: readonly string[];
}

/** A range that an owner has requested. It is the only proof of ownership: without it, a range is free. */
export interface RangeRequest {
  /** Differs for each request, so that an owner that requests again does not get a range that it has released. */
  readonly ticket: string;
  readonly prefixLength: number;
  /** Present: exactly this range, which is in use. */
  readonly cidr?: string;
  /** What the range is for: the path of the construct. */
  readonly name: string;
  /** Name of the stack that declares it. */
  readonly stackName: string;
  readonly region: string;
  /** In ISO 8601. */
  readonly since: string;
  /** When the networks began to be read that must not overlap, in milliseconds since 1970. */
  readonly seenAt: number;
}

/** A range that was given to a request. */
export interface GivenRange {
  /** Key of the request. */
  readonly owner: string;
  readonly ticket: string;
}

/** Ranges of networks outside of the address space that were seen. */
export interface SeenNetworks {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly cidrs: readonly string[];
}

/** The one record of an address space. */
export interface Space {
  /** Grows when ranges are given. A request, and its release, leave it as it is. */
  readonly version: number;
  /** Absent until the address space is deployed. */
  readonly settings?: SpaceSettings;
  /** By owner. */
  readonly requests: Readonly<Record<string, RangeRequest>>;
  /** By CIDR; also those whose request was released. */
  readonly given: Readonly<Record<string, GivenRange>>;
  /** By source. */
  readonly seen: Readonly<Record<string, SeenNetworks>>;
}

/** Ranges to give, and given ones whose requests were released. */
export interface Placement {
  readonly given: Readonly<Record<string, GivenRange>>;
  readonly released: readonly string[];
}

/** In use: a range with its request. */
export interface LiveRange {
  readonly cidr: string;
  readonly block: Block;
  readonly owner: string;
  readonly request: RangeRequest;
}

/** The update that gives ranges must not exceed DynamoDB's limits: an expression has at most 4 KB. */
const MAX_GIVEN = 100;
const MAX_RELEASED = 50;

/** The ranges in use, in the order of their addresses. */
export function liveRanges({ requests, given }: Space): readonly LiveRange[] {
  return Object.entries(given)
    .flatMap(([cidr, { owner, ticket }]) => {
      const request = requests[owner];
      return request?.ticket === ticket ? [{ cidr, block: parseCidr(cidr), owner, request }] : [];
    })
    .sort((one, other) => one.block.first - other.block.first);
}

export function rangeOf({ requests, given }: Space, owner: string): string | undefined {
  const ticket = requests[owner]?.ticket;
  return Object.entries(given).find(([, range]) => range.owner === owner && range.ticket === ticket)?.[0];
}

/** The free ranges of a space: neither reserved, nor in use, nor of a network that was seen. */
export function freeRanges(space: Space, settings: SpaceSettings): readonly Block[] {
  return freeBlocks(parseCidr(settings.cidr), usedBlocks(space, settings, liveRanges(space)));
}

/** End of the name of a source that is the VPCs of an account; others are the routes of a transit gateway. */
export const VPCS = '/vpcs';

/** What was seen of the networks that are still declared. */
function seenOf({ seen }: Space, { sources }: SpaceSettings): readonly SeenNetworks[] {
  return sources.flatMap(source => seen[source] ?? []);
}

function usedBlocks(space: Space, settings: SpaceSettings, live: readonly LiveRange[]): readonly Block[] {
  const whole = parseCidr(settings.cidr);
  const seen = settings.sources.flatMap(source => (space.seen[source]?.cidrs ?? []).map(parseCidr)
    // a default route, or one for the whole space, is no network in it
    .filter(block => source.endsWith(VPCS) || block.size < whole.size));
  return [...settings.reserved.map(({ cidr }) => parseCidr(cidr)), ...live.map(({ block }) => block), ...seen];
}

/**
 * Gives ranges to all requests that have none, so that requests that arrive at the same time need one write together.
 * The largest are first, then the oldest. A request that does not fit is left out.
 *
 * @param owner the request whose networks were just read; others wait for networks that were read after they arrived
 */
export function place(space: Space, settings: SpaceSettings, owner: string): Placement {
  const live = liveRanges(space);
  const pending = pendingRequests(space, settings, owner, live);
  const adopted = adopt(pending, live.map(({ block }) => block));
  const used = [...usedBlocks(space, settings, live), ...Object.keys(adopted).map(parseCidr)];
  let free = freeBlocks(parseCidr(settings.cidr), used);
  const given: Record<string, GivenRange> = { ...adopted };
  for (const [key, { cidr, ticket, prefixLength }] of pending) {
    const found = cidr === undefined ? take(free, sizeOf(prefixLength)) : undefined;
    if (!found) continue;
    given[formatCidr(found.taken)] = { owner: key, ticket };
    free = found.free;
  }
  const kept = new Set([...live.map(({ cidr }) => cidr), ...Object.keys(given)]);
  return { given, released: Object.keys(space.given).filter(cidr => !kept.has(cidr)).slice(0, MAX_RELEASED) };
}

type KeyedRequest = readonly [string, RangeRequest];

function pendingRequests(
  space: Space, settings: SpaceSettings, owner: string, live: readonly LiveRange[],
): readonly KeyedRequest[] {
  const owners = new Set(live.map(range => range.owner));
  const seenSince = Math.min(...seenOf(space, settings).map(({ at }) => at));
  return Object.entries(space.requests)
    .filter(([key, request]) => !owners.has(key) && (key === owner || request.seenAt <= seenSince))
    .sort(([one, { prefixLength: length, since }], [other, { prefixLength: otherLength, since: otherSince }]) =>
      length - otherLength || since.localeCompare(otherSince) || one.localeCompare(other))
    .slice(0, MAX_GIVEN);
}

/** The ranges of requests for a certain one, unless another range overlaps it. */
function adopt(pending: readonly KeyedRequest[], live: readonly Block[]): Readonly<Record<string, GivenRange>> {
  const given: Record<string, GivenRange> = {};
  const used = [...live];
  for (const [owner, { cidr, ticket }] of pending) {
    if (cidr === undefined || used.some(block => overlap(block, parseCidr(cidr)))) continue;
    given[cidr] = { owner, ticket };
    used.push(parseCidr(cidr));
  }
  return given;
}

/** Of two reads of each network, the later one. */
export function latestSeen(
  one: Readonly<Record<string, SeenNetworks>>, other: Readonly<Record<string, SeenNetworks>>,
): Readonly<Record<string, SeenNetworks>> {
  const later = Object.entries(other).filter(([source, { at }]) => at >= (one[source]?.at ?? 0));
  return { ...one, ...Object.fromEntries(later) };
}
