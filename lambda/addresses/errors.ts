import type { AddressRangeRequest } from '../../src/addresses/contract';
import type { Block } from '../address-spaces/cidr';
import { overlap, parseCidr, prefixLengthOf } from '../address-spaces/cidr';
import { freeRanges, liveRanges } from '../address-spaces/space';
import type { Space, SpaceSettings } from '../address-spaces/space';

/** Why a request cannot be placed. */
export function cannotPlace(space: Space, settings: SpaceSettings, request: AddressRangeRequest): Error {
  return request.cidr === undefined
    ? exhausted(freeRanges(space, settings), settings, request)
    : new Error(whyNotAdopted(space, settings, request.cidr, request.name));
}

function exhausted(
  free: readonly Block[], settings: SpaceSettings, { prefixLength, name }: AddressRangeRequest,
): Error {
  const size = parseCidr(settings.cidr).size;
  return new Error(
    `address space '${settings.spaceName}' (${settings.cidr}) has no free range of /${prefixLength} for '${name}': `
      + `free are ${describeFree(free)} (${count(sum(free))} of ${count(size)} addresses); request a smaller range, `
      + "remove one that is not needed ('org-environments addresses' lists them), or define another AddressSpace",
  );
}

/** For example `1 × /20, 3 × /24`. */
export function describeFree(free: readonly Block[]): string {
  const sizes = [...new Set(free.map(({ size }) => size))].sort((one, other) => other - one);
  if (sizes.length === 0) return 'no addresses';
  return sizes
    .map(size => `${free.filter(block => block.size === size).length} × /${prefixLengthOf(size)}`)
    .join(', ');
}

function whyNotAdopted(space: Space, settings: SpaceSettings, cidr: string, name: string): string {
  const taken = liveRanges(space).find(({ block }) => overlap(block, parseCidr(cidr)));
  const owner = taken && `'${taken.cidr}' of '${taken.request.name}' (stack '${taken.request.stackName}') overlaps it`;
  return `'${cidr}' cannot be adopted in address space '${settings.spaceName}' for '${name}': `
    + `${owner ?? 'another range overlaps it'}; remove that range first, or adopt another one`;
}

function sum(blocks: readonly Block[]): number {
  return blocks.reduce((total, { size }) => total + size, 0);
}

function count(addresses: number): string {
  return addresses.toLocaleString('en-US');
}
