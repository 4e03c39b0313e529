import type { AddressSpaceRequest, TableSpaceRequest } from '../../src/addresses/contract';
import type { AddressRangeOutcome, AddressSpaceOutcome } from '../../src/operations/contract';
import { LISTED } from '../../src/registry/contract';
import { contains, formatCidr, parseCidr } from '../address-spaces/cidr';
import { freeRanges, liveRanges } from '../address-spaces/space';
import type { Space, SpaceSettings } from '../address-spaces/space';
import type { SpaceTables } from '../address-spaces/tables';
import type { AddressRangeRecord } from '../registry/address-range';
import { spaceIdOf } from '../registry/address-space';
import type { AddressSpaceRecord } from '../registry/address-space';
import { stackNameOf } from '../registry/owners';
import type { Registry } from '../registry/registry';

type Content = Omit<AddressSpaceOutcome, 'spaceName' | 'spaceId' | 'stackName'>;

/** The address spaces of all apps, with their ranges and what is free. */
export class AddressOperations {
  public constructor(
    private readonly registry: Pick<Registry, 'list'>,
    private readonly tables: Pick<SpaceTables, 'read'>,
  ) {}

  public async list(): Promise<readonly AddressSpaceOutcome[]> {
    const records = await this.registry.list<AddressSpaceRecord>(LISTED.space);
    const spaces = records.flatMap(({ owners }) => owners.at(-1) ?? []);
    const outcomes = spaces.map(async ({ request, stackId }): Promise<AddressSpaceOutcome> => {
      const base = { spaceName: request.spaceName, spaceId: spaceIdOf(request), stackName: stackNameOf({ stackId }) };
      return { ...base, ...await this.contentOf(request) };
    });
    return (await Promise.all(outcomes)).sort((one, other) => one.spaceName.localeCompare(other.spaceName));
  }

  /** A table that cannot be read must not hide the others. */
  private async contentOf(request: AddressSpaceRequest): Promise<Content> {
    try {
      return request.kind === 'table' ? await this.ofTable(request) : { ranges: await this.ofPool(request.poolId) };
    } catch (error) {
      const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { ranges: [], problem };
    }
  }

  private async ofTable({ tableArn, cidr }: TableSpaceRequest): Promise<Content> {
    const space = await this.tables.read(tableArn);
    const { settings } = space;
    if (!settings) return { cidr, ranges: [] };
    return {
      cidr: settings.cidr,
      ranges: sorted([...ofSpace(space), ...reservedIn(settings), ...seenIn(space, settings)]),
      free: freeRanges(space, settings).map(formatCidr),
    };
  }

  private async ofPool(poolId: string): Promise<readonly AddressRangeOutcome[]> {
    const records = await this.registry.list<AddressRangeRecord>(LISTED.range);
    return sorted(records.flatMap(record => record.poolId === poolId && record.allocation
      ? [{ cidr: record.allocation.cidr, state: 'in use', ...detailsOf(record) }] : []));
  }
}

function ofSpace(space: Space): readonly AddressRangeOutcome[] {
  return liveRanges(space).map(({ cidr, request }) =>
    ({ cidr, state: request.cidr === undefined ? 'in use' : 'adopted', ...detailsOf(request) }));
}

type Details = Pick<AddressRangeRecord, 'name' | 'region' | 'stackName' | 'since'>;

function detailsOf({ name, region, stackName, since }: Details): Details {
  return { name, region, stackName, since };
}

function reservedIn({ reserved }: SpaceSettings): readonly AddressRangeOutcome[] {
  return reserved.map(({ cidr, reason }) => ({ cidr, state: 'reserved', name: reason }));
}

/** Networks inside of the space that have no range of it. */
function seenIn(space: Space, { cidr, sources }: SpaceSettings): readonly AddressRangeOutcome[] {
  const whole = parseCidr(cidr);
  const live = liveRanges(space);
  return sources.flatMap(source => (space.seen[source]?.cidrs ?? [])
    .filter(seen => contains(whole, parseCidr(seen)) && parseCidr(seen).size < whole.size)
    .filter(seen => !live.some(({ block }) => contains(block, parseCidr(seen))))
    .map((seen): AddressRangeOutcome => ({ cidr: seen, state: 'seen', name: source })));
}

function sorted(ranges: readonly AddressRangeOutcome[]): readonly AddressRangeOutcome[] {
  return [...ranges].sort((one, other) => parseCidr(one.cidr).first - parseCidr(other.cidr).first);
}
