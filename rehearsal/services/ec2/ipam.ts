import * as v from 'valibot';
import { contains, formatCidr, overlaps, parseCidr, sizeOf } from '../../core/cidr';
import type { Cidr } from '../../core/cidr';
import type { Clock } from '../../core/clock';
import { Identifiers } from '../../core/identifiers';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Operation } from '../../core/service';

interface Allocation {
  readonly id: string;
  readonly cidr: Cidr;
  readonly token: string;
  readonly description: string;
}

/** A released range stays in its pool for 20 to 35 minutes: https://github.com/hashicorp/terraform-provider-aws/pull/34859 */
const RELEASE_SECONDS = [20 * 60, 35 * 60] as const;

/** Pools are not created by the apps that use them, so every pool exists, with these addresses. */
const POOL: Cidr = { first: 10 * 2 ** 24, length: 8 };

const POOL_ID = /^ipam-pool-[0-9a-z-]+$/;

const AllocateInput = v.object({
  IpamPoolId: v.string(),
  NetmaskLength: v.optional(v.string()),
  Cidr: v.optional(v.string()),
  ClientToken: v.optional(v.string(), ''),
  Description: v.optional(v.string(), ''),
});
const ReleaseInput = v.object({ IpamPoolId: v.string(), IpamPoolAllocationId: v.string(), Cidr: v.string() });
const ListInput = v.object({
  IpamPoolId: v.string(), MaxResults: v.optional(v.string(), '1000'), NextToken: v.optional(v.string(), '0'),
});

class Pool {
  private readonly living = new Map<string, Allocation>();
  private readonly released: { readonly cidr: Cidr; readonly freeAt: number }[] = [];

  public constructor(private readonly clock: Pick<Clock, 'now'>) {}

  public get allocations(): readonly Allocation[] {
    return [...this.living.values()];
  }

  public ofToken(token: string): Allocation | undefined {
    return token === '' ? undefined : this.allocations.find(one => one.token === token);
  }

  public add(allocation: Allocation): void {
    this.living.set(allocation.id, allocation);
  }

  /** The range is given again only after a while, which grows with the number of releases. */
  public release(id: string): boolean {
    const found = this.living.get(id);
    if (!found) return false;
    this.living.delete(id);
    const [shortest, longest] = RELEASE_SECONDS;
    const seconds = shortest + (this.released.length * 97) % (longest - shortest);
    this.released.push({ cidr: found.cidr, freeAt: this.clock.now() + seconds * 1000 });
    return true;
  }

  public isFree(cidr: Cidr): boolean {
    return contains(POOL, cidr) && !this.taken().some(one => overlaps(one, cidr));
  }

  /** The first free range of a size. */
  public firstFree(length: number): Cidr | undefined {
    const taken = this.taken();
    const end = POOL.first + sizeOf(POOL.length);
    for (let first = POOL.first; first < end;) {
      const cidr = { first, length };
      const other = taken.find(one => overlaps(one, cidr));
      if (!other) return contains(POOL, cidr) ? cidr : undefined;
      const next = Math.max(first + sizeOf(length), other.first + sizeOf(other.length));
      first = Math.ceil(next / sizeOf(length)) * sizeOf(length);
    }
    return undefined;
  }

  private taken(): readonly Cidr[] {
    const now = this.clock.now();
    return [...this.allocations, ...this.released.filter(({ freeAt }) => freeAt > now)].map(({ cidr }) => cidr);
  }
}

/** The pools of VPC IPAM: allocations of ranges, which are released slowly. */
export function ipamOperations(clock: Pick<Clock, 'now'>): Record<string, Operation> {
  const pools = new Map<string, Pool>();
  const identifiers = new Identifiers('ipam');
  const poolOf = (id: string): Pool => {
    if (!POOL_ID.test(id)) throw new AwsError('InvalidIpamPoolId.Malformed', `The ipam-pool ID '${id}' is malformed`);
    const known = pools.get(id) ?? new Pool(clock);
    pools.set(id, known);
    return known;
  };
  return {
    AllocateIpamPoolCidr: async ({ input }) => {
      const { IpamPoolId: id, NetmaskLength: length, Cidr: given, ClientToken: token, Description: description } =
        read(AllocateInput, input);
      const pool = poolOf(id);
      const known = pool.ofToken(token);
      if (known) return { ipamPoolAllocation: described(known) };
      const allocation = {
        id: `ipam-pool-alloc-${identifiers.next(32)}`, cidr: chosen(pool, length, given), token, description,
      };
      pool.add(allocation);
      return { ipamPoolAllocation: described(allocation) };
    },
    ReleaseIpamPoolAllocation: async ({ input }) => {
      const { IpamPoolId: id, IpamPoolAllocationId: allocationId } = read(ReleaseInput, input);
      if (poolOf(id).release(allocationId)) return { success: true };
      throw new AwsError(
        'InvalidIpamPoolAllocationId.NotFound', `The IPAM pool allocation (${allocationId}) does not exist.`,
      );
    },
    GetIpamPoolAllocations: async ({ input }) => {
      const { IpamPoolId: id, MaxResults: maximum, NextToken: from } = read(ListInput, input);
      const { allocations } = poolOf(id);
      const next = Number(from) + Number(maximum);
      return {
        ipamPoolAllocationSet: allocations.slice(Number(from), next).map(described),
        ...next < allocations.length && { nextToken: String(next) },
      };
    },
  };
}

function chosen(pool: Pool, length: string | undefined, given: string | undefined): Cidr {
  const wanted = given === undefined ? undefined : parseCidr(given);
  const found = given === undefined ? pool.firstFree(Number(length)) : wanted;
  if (!found || (given !== undefined && !pool.isFree(found))) {
    throw new AwsError('InvalidParameterValue', given === undefined
      ? 'The allocation size is too big for the pool.'
      : `The CIDR ${given} is not available in the pool.`);
  }
  return found;
}

function described({ id, cidr, description }: Allocation) {
  return {
    ipamPoolAllocationId: id, cidr: formatCidr(cidr), description, resourceType: 'custom',
  };
}
