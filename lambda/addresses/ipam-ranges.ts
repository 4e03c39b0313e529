import type { AddressContext } from './context';
import type { Allocation } from './ipam';
import type { AddressRangeRequest } from '../../src/addresses/contract';
import { addressRangeKey } from '../registry/address-range';
import type { AddressRangeRecord } from '../registry/address-range';
import { stackNameOf } from '../registry/owners';
import type { Versioned } from '../registry/registry';
import { isPermanentAwsError } from '../shared/errors';
import type { Owner } from '../shared/lifecycle';

type Context = Pick<AddressContext, 'registry' | 'pools' | 'now' | 'newTicket'>;

/** Ranges of a pool of VPC IPAM. The registry has a record of each, with the token that makes it repeatable. */
export class IpamRanges {
  public constructor(private readonly context: Context) {}

  public async give(owner: Owner, request: AddressRangeRequest): Promise<string> {
    const record = await this.recordOf(owner) ?? await this.begin(owner, request);
    if (record.allocation) return record.allocation.cidr;
    const allocation = await this.allocate(owner, request, record);
    const { version, ...rest } = record;
    await this.context.registry.write<AddressRangeRecord>(addressRangeKey(owner), { ...rest, allocation }, version);
    return allocation.cidr;
  }

  public async release(owner: Owner, request: AddressRangeRequest): Promise<void> {
    const { registry, pools } = this.context;
    const record = await this.recordOf(owner);
    // without a record, only an allocation with the owner's description can exist
    const pool = poolOf(request);
    const allocation = record?.allocation ?? await pools.find(pool, owner.id);
    if (allocation) await pools.release(pool, allocation);
    if (record) await registry.remove(addressRangeKey(owner), record.version);
  }

  /** Whether the registry has the range. */
  public async has(owner: Owner): Promise<boolean> {
    return (await this.recordOf(owner))?.allocation !== undefined;
  }

  private async recordOf(owner: Owner): Promise<Versioned<AddressRangeRecord> | undefined> {
    return this.context.registry.read<AddressRangeRecord>(addressRangeKey(owner));
  }

  /** Records the intent, with the allocation that exists if the registry has lost it. */
  private async begin(owner: Owner, request: AddressRangeRequest): Promise<Versioned<AddressRangeRecord>> {
    const { registry, pools, now, newTicket } = this.context;
    const known = await pools.find(poolOf(request), owner.id);
    return registry.write<AddressRangeRecord>(addressRangeKey(owner), {
      poolId: request.spaceId,
      clientToken: `${newTicket()}-${now()}`,
      name: request.name,
      stackName: stackNameOf(owner),
      region: request.region,
      since: new Date(now()).toISOString(),
      ...(known && { allocation: known }),
    }, undefined);
  }

  private async allocate(
    owner: Owner, request: AddressRangeRequest, { clientToken }: AddressRangeRecord,
  ): Promise<Allocation> {
    const { prefixLength, cidr, name, spaceId } = request;
    try {
      return await this.context.pools.allocate({
        ...poolOf(request), prefixLength, clientToken, description: owner.id, ...(cidr !== undefined && { cidr }),
      });
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      throw new Error(
        `pool '${spaceId}' of VPC IPAM gives no ${cidr ?? `range of /${prefixLength}`} to '${name}': ${error.message}; `
          + 'a range that was released can be given again after 20 to 35 minutes',
      );
    }
  }
}

function poolOf({ spaceId: poolId, region }: AddressRangeRequest) {
  return { poolId, region };
}
