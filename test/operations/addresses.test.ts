import { AddressOperations } from '../../lambda/operations/addresses';
import { addressRangeKey } from '../../lambda/registry/address-range';
import type { AddressRangeRecord } from '../../lambda/registry/address-range';
import { addressSpaceKey } from '../../lambda/registry/address-space';
import type { AddressSpaceRecord } from '../../lambda/registry/address-space';
import { AddressWorld, owner } from '../addresses/world';

async function world() {
  const addresses = new AddressWorld();
  const networks = { accountId: '333333333333', region: 'eu-west-1' };
  await addresses.deploySpace({
    cidr: '10.0.0.0/20', reserved: [{ cidr: '10.0.12.0/22', reason: 'office' }], compared: [networks],
  });
  addresses.networks.cidrs.set('333333333333', ['10.0.0.0/23', '10.9.0.0/16']);
  return { addresses, operations: new AddressOperations(addresses.registry, addresses.tables) };
}

test('a table has its ranges, what is reserved and seen, and what is free, in the order of the addresses', async () => {
  const { addresses, operations } = await world();
  await addresses.give('Old', { cidr: '10.0.2.0/23', prefixLength: '23' });
  await addresses.give('A', { prefixLength: '22' });
  const [space] = await operations.list();
  expect(space).toMatchObject({ spaceName: 'customers', stackName: 'Customer', cidr: '10.0.0.0/20' });
  expect(space?.ranges.map(({ cidr, state, name }) => [cidr, state, name])).toEqual([
    ['10.0.0.0/23', 'seen', '333333333333/eu-west-1/vpcs'],
    ['10.0.2.0/23', 'adopted', 'Old'],
    ['10.0.4.0/22', 'in use', 'A'],
    ['10.0.12.0/22', 'reserved', 'office'],
  ]);
  expect(space?.ranges[2]).toMatchObject({ region: 'eu-west-1', stackName: 'Customer', since: expect.any(String) });
  expect(space?.free).toEqual(['10.0.8.0/22']);
});

test('a table that cannot be read does not hide the others', async () => {
  const { addresses } = await world();
  const read = async () => { throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }); };
  expect(await new AddressOperations(addresses.registry, { read }).list()).toMatchObject([
    { spaceName: 'customers', ranges: [], problem: 'AccessDeniedException: not authorized' },
  ]);
});

test('a pool of IPAM has the ranges of the registry', async () => {
  const { addresses, operations } = await world();
  const request = { kind: 'ipam', spaceName: 'ipam', poolId: 'ipam-pool-1', region: 'eu-west-1' } as const;
  await addresses.registry.write<AddressSpaceRecord>(
    addressSpaceKey('ipam-pool-1'), { owners: [{ ...owner('Ipam'), request }], declaredAt: 0 }, undefined,
  );
  const record = {
    clientToken: 't',
    name: 'A',
    stackName: 'Customer',
    region: 'eu-west-1',
    since: '2026-01-01T00:00:00.000Z',
    allocation: { id: 'ipam-pool-alloc-1', cidr: '10.8.0.0/20' },
  };
  for (const [id, poolId] of [['A', 'ipam-pool-1'], ['B', 'ipam-pool-2']] as const) {
    await addresses.registry.write<AddressRangeRecord>(addressRangeKey({ id }), { ...record, poolId }, undefined);
  }
  const spaces = await operations.list();
  expect(spaces.map(({ spaceName }) => spaceName)).toEqual(['customers', 'ipam']);
  expect(spaces[1]).toEqual({
    spaceName: 'ipam',
    spaceId: 'ipam-pool-1',
    stackName: 'Customer',
    ranges: [{
      cidr: '10.8.0.0/20',
      state: 'in use',
      name: 'A',
      region: 'eu-west-1',
      stackName: 'Customer',
      since: '2026-01-01T00:00:00.000Z',
    }],
  });
});
