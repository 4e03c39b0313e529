import type { AddressContext } from './context';
import { cannotPlace } from './errors';
import type { AddressRangeRequest, ComparedNetworkRequest, TableSpaceRequest } from '../../src/addresses/contract';
import { latestSeen, place, rangeOf, VPCS } from '../address-spaces/space';
import type { RangeRequest, SeenNetworks, Space, SpaceSettings } from '../address-spaces/space';
import { stackNameOf } from '../registry/owners';
import { deployOrReconcile } from '../shared/advice';
import { isNamed } from '../shared/errors';
import type { Owner, Progress } from '../shared/lifecycle';
import { done, IN_PROGRESS } from '../shared/lifecycle';

/** Attempts to give the range. A writer in between gives one to every request that it has read. */
const ATTEMPTS = 2;

/** Name of a network in the record of a space. */
export function sourceOf({ accountId, region, transitGatewayRouteTableId }: ComparedNetworkRequest): string {
  return `${accountId}/${region}${transitGatewayRouteTableId === undefined ? VPCS : `/${transitGatewayRouteTableId}`}`;
}

/**
 * Ranges in the table of an address space. A range takes at most three calls, however many others are requested at the
 * same time: the request, which needs no condition, and at most two attempts to give ranges to all requests. The first
 * attempt fails only if another writer was faster, and the second one only if that writer was followed by one that has
 * read this request, and so has given it a range.
 */
export class TableRanges {
  public constructor(private readonly context: Pick<AddressContext, 'tables' | 'networks' | 'now' | 'newTicket'>) {}

  public async give(owner: Owner, request: AddressRangeRequest, space: TableSpaceRequest): Promise<Progress<string>> {
    const { tables, now } = this.context;
    const startedAt = now();
    let seen: Readonly<Record<string, SeenNetworks>>;
    try {
      seen = await this.readNetworks(space, startedAt);
    } catch (error) {
      // an account that cannot be read stops new ranges, but no update of those that exist
      const known = rangeOf(await tables.read(space.tableArn), owner.id);
      if (known === undefined) throw error;
      return done(known);
    }
    const wanted = this.requestOf(owner, request, startedAt);
    let current = await tables.request(space.tableArn, owner.id, wanted, seen);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const known = rangeOf(current, owner.id);
      if (known !== undefined) return done(known);
      current = await this.attempt(owner, request, space, { ...current, seen: latestSeen(current.seen, seen) });
    }
    const given = rangeOf(current, owner.id);
    return given === undefined ? IN_PROGRESS : done(given);
  }

  public async release({ id }: Owner, { spaceId }: AddressRangeRequest): Promise<void> {
    try {
      await this.context.tables.release(spaceId, id);
    } catch (error) {
      // without its table, nothing is in use
      if (!isNamed(error, 'ResourceNotFoundException')) throw error;
    }
  }

  private async attempt(
    owner: Owner, request: AddressRangeRequest, { tableArn }: TableSpaceRequest, space: Space,
  ): Promise<Space> {
    const settings = settingsOf(space, request);
    const placement = place(space, settings, owner.id);
    const isPlaced = Object.values(placement.given).some(range => range.owner === owner.id);
    if (!isPlaced && space.requests[owner.id] !== undefined) throw cannotPlace(space, settings, request);
    return (await this.context.tables.give(tableArn, placement, space.version)).space;
  }

  private async readNetworks(
    { compared }: TableSpaceRequest, at: number,
  ): Promise<Readonly<Record<string, SeenNetworks>>> {
    const seen = await Promise.all(compared.map(async network =>
      [sourceOf(network), { at, cidrs: await this.context.networks.read(network) }] as const));
    return Object.fromEntries(seen);
  }

  private requestOf(owner: Owner, request: AddressRangeRequest, startedAt: number): RangeRequest {
    return {
      ticket: this.context.newTicket(),
      prefixLength: Number(request.prefixLength),
      ...(request.cidr !== undefined && { cidr: request.cidr }),
      name: request.name,
      stackName: stackNameOf(owner),
      region: request.region,
      since: new Date(startedAt).toISOString(),
      seenAt: startedAt,
    };
  }
}

function settingsOf({ settings }: Space, { name, spaceId }: AddressRangeRequest): SpaceSettings {
  if (settings) return settings;
  throw new Error(
    `the table '${spaceId}' has no address space, so '${name}' cannot have a range of it: `
      + deployOrReconcile('the app that defines the AddressSpace'),
  );
}
