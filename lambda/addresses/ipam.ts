import type { Api } from '../shared/api/api';
import { itemsAt, textAt, valueAt } from '../shared/api/protocols';
import { isNamed } from '../shared/errors';

export interface Allocation {
  readonly id: string;
  readonly cidr: string;
}

interface Pool {
  readonly poolId: string;
  /** Locale of the pool: allocations are made there. */
  readonly region: string;
}

export interface AllocationRequest extends Pool {
  readonly prefixLength: string;
  /** Exactly this range. @default - a free one */
  readonly cidr?: string;
  /** The same token gives the same allocation. */
  readonly clientToken: string;
  /** Identifies the owner, if the registry is lost. */
  readonly description: string;
}

/** The pools of VPC IPAM. */
export interface IpamPools {
  allocate(request: AllocationRequest): Promise<Allocation>;
  /** Releases an allocation, if it exists. */
  release(pool: Pool, allocation: Allocation): Promise<void>;
  /** The allocation with a description; one call for each 1,000 allocations. */
  find(pool: Pool, description: string): Promise<Allocation | undefined>;
}

const MAX_RESULTS = 1000;

/** Calls EC2 with the permissions of the function: a pool of another account must be shared with the CICD account. */
export class AwsIpamPools implements IpamPools {
  public constructor(private readonly api: Api) {}

  public async allocate(request: AllocationRequest): Promise<Allocation> {
    const { poolId, region, cidr, prefixLength, clientToken, description } = request;
    const answer = await this.api.call({
      service: 'ec2',
      region,
      operation: 'AllocateIpamPoolCidr',
      input: {
        IpamPoolId: poolId,
        ...(cidr === undefined ? { NetmaskLength: prefixLength } : { Cidr: cidr }),
        ClientToken: clientToken,
        Description: description,
      },
    });
    return allocationOf(valueAt(answer, 'ipamPoolAllocation'));
  }

  public async release({ poolId, region }: Pool, { id, cidr }: Allocation): Promise<void> {
    try {
      await this.api.call({
        service: 'ec2',
        region,
        operation: 'ReleaseIpamPoolAllocation',
        input: { IpamPoolId: poolId, IpamPoolAllocationId: id, Cidr: cidr },
      });
    } catch (error) {
      if (!isNamed(error, 'InvalidIpamPoolAllocationId.NotFound', 'InvalidIpamPoolId.NotFound')) throw error;
    }
  }

  public async find({ poolId, region }: Pool, description: string): Promise<Allocation | undefined> {
    for (let token: string | undefined, isLast = false; !isLast;) {
      const page = await this.api.call({
        service: 'ec2',
        region,
        operation: 'GetIpamPoolAllocations',
        input: { IpamPoolId: poolId, MaxResults: MAX_RESULTS, NextToken: token },
      });
      const found = itemsAt(page, 'ipamPoolAllocationSet.item')
        .find(allocation => textAt(allocation, 'description') === description);
      if (found !== undefined) return allocationOf(found);
      token = textAt(page, 'nextToken') || undefined;
      isLast = token === undefined;
    }
    return undefined;
  }
}

function allocationOf(value: unknown): Allocation {
  return { id: textAt(value, 'ipamPoolAllocationId') ?? '', cidr: textAt(value, 'cidr') ?? '' };
}
