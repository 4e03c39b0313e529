import { AddressWorld } from './world';
import { AwsIpamPools } from '../../lambda/addresses/ipam';
import type { ApiCall } from '../../lambda/shared/api/api';

const POOL = { spaceId: 'ipam-pool-1' };

describe('a range of a pool of IPAM', () => {
  test('is allocated once, stays the same, and is released', async () => {
    const addresses = new AddressWorld();
    const first = await addresses.give('A', POOL);
    expect(await addresses.give('B', POOL)).not.toBe(first);
    expect(await addresses.give('A', POOL)).toBe(first);
    expect(await addresses.check('A', POOL)).toEqual([]);
    await addresses.release('A', POOL);
    expect(addresses.pools.allocations.map(({ description }) => description)).toEqual(['B-Customer']);
    expect(await addresses.check('A', POOL)).toMatchObject([{ isRepairable: false }]);
  });

  test('is adopted as it is', async () => {
    const addresses = new AddressWorld();
    expect(await addresses.give('Old', { ...POOL, cidr: '10.9.0.0/20' })).toBe('10.9.0.0/20');
  });

  test('is allocated once and leaves nothing, if the function dies at any call', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let call = 1; call <= 9; call++) {
        const addresses = new AddressWorld();
        addresses.fate.dieAt(call, when, [2, 'after']);
        await addresses.give('A', POOL);
        expect(addresses.pools.allocations).toHaveLength(1);
        await addresses.release('A', POOL);
        await addresses.give('B', POOL);
        expect(addresses.pools.allocations.map(({ description }) => description)).toEqual(['B-Customer']);
      }
    }
  });

  test('is found again by its description if the registry is lost', async () => {
    const addresses = new AddressWorld();
    const first = await addresses.give('A', POOL);
    const key = 'range#A-Customer';
    const record = await addresses.registry.read(key);
    await addresses.registry.remove(key, record?.version ?? 0);
    expect(await addresses.give('A', POOL)).toBe(first);
  });

  test('is not given by a pool that is full, and the error says when another attempt may succeed', async () => {
    const addresses = new AddressWorld();
    for (let index = 0; index < 16; index++) await addresses.give(`R${index}`, POOL);
    await expect(addresses.give('A', POOL)).rejects.toThrow(
      "pool 'ipam-pool-1' of VPC IPAM gives no range of /20 to 'A': The pool is full.; a range that was released "
        + 'can be given again after 20 to 35 minutes',
    );
  });
});

describe('a pool of IPAM', () => {
  const world = (answers: readonly (Readonly<Record<string, unknown>> | Error)[]) => {
    const calls: ApiCall[] = [];
    const pools = new AwsIpamPools({
      call: async call => {
        calls.push(call);
        const answer = answers[calls.length - 1] ?? {};
        if (answer instanceof Error) throw answer;
        return answer;
      },
    });
    return { pools, calls };
  };
  const pool = { poolId: 'ipam-pool-1', region: 'eu-west-1' };
  const allocation = { ipamPoolAllocationId: 'alloc-1', cidr: '10.8.0.0/20', description: 'A' };

  test('is called with the size, or with the range', async () => {
    const { pools, calls } = world([{ ipamPoolAllocation: allocation }, { ipamPoolAllocation: allocation }]);
    const request = { ...pool, prefixLength: '20', clientToken: 't', description: 'A' };
    expect(await pools.allocate(request)).toEqual({ id: 'alloc-1', cidr: '10.8.0.0/20' });
    await pools.allocate({ ...request, cidr: '10.8.0.0/20' });
    expect(calls.map(({ input }) => [input.NetmaskLength, input.Cidr])).toEqual([
      ['20', undefined], [undefined, '10.8.0.0/20'],
    ]);
  });

  test('is searched page by page', async () => {
    const { pools } = world([
      { ipamPoolAllocationSet: { item: [{ ...allocation, description: 'B' }] }, nextToken: 'next' },
      { ipamPoolAllocationSet: { item: allocation } },
      {},
    ]);
    expect(await pools.find(pool, 'A')).toEqual({ id: 'alloc-1', cidr: '10.8.0.0/20' });
    expect(await pools.find(pool, 'A')).toBeUndefined();
  });

  test('may have lost an allocation that is released', async () => {
    const lost = Object.assign(new Error('x'), { name: 'InvalidIpamPoolAllocationId.NotFound' });
    const denied = Object.assign(new Error('denied'), { name: 'UnauthorizedOperation' });
    const { pools, calls } = world([lost, denied]);
    const released = { id: 'alloc-1', cidr: '10.8.0.0/20' };
    await pools.release(pool, released);
    expect(calls[0]?.operation).toBe('ReleaseIpamPoolAllocation');
    await expect(pools.release(pool, released)).rejects.toThrow('denied');
  });
});
