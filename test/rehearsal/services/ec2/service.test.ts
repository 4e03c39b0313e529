import { REGION, VirtualWorld } from '../virtual-world';

let world: VirtualWorld;
beforeEach(async () => { world = await VirtualWorld.start(); });
afterEach(async () => world.stop());

const call = async (operation: string, input: object = {}, region = REGION) =>
  world.call({ service: 'ec2', operation, input: { ...input }, region });

const DEFAULT = { Filter: [{ Name: 'is-default', Value: ['true'] }] };

test('the regions of an account are those that are enabled by default', async () => {
  const { regionInfo } = await call('DescribeRegions') as { regionInfo: { item: { regionName: string }[] } };
  expect(regionInfo.item).toHaveLength(17);
  expect(regionInfo.item).toContainEqual({ regionName: 'us-east-1', optInStatus: 'opt-in-not-required' });
});

test('each region has a default network, besides those of stacks', async () => {
  await world.deploy('app', { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } } });
  const vpcs = async (input: object, region?: string) =>
    (await call('DescribeVpcs', input, region)).vpcSet as { item: unknown };
  expect((await vpcs({})).item).toHaveLength(2);
  const here = (await vpcs(DEFAULT)).item;
  expect(here).toMatchObject({ vpcId: expect.stringMatching(/^vpc-[0-9a-f]{17}$/), dhcpOptionsId: expect.any(String) });
  expect((await vpcs(DEFAULT, 'us-east-1')).item).not.toEqual(here);
  expect(await call('DescribeSubnets', { Filter: [{ Name: 'default-for-az', Value: ['true'] }] }))
    .toMatchObject({ subnetSet: { item: [{}, {}, {}] } });
});

test.each([
  ['CreateSnapshot', { VolumeId: 'vol-1' }, 'DescribeSnapshots', 'snapshotSet', 'snapshotId', 'DeleteSnapshot'],
  ['RegisterImage', { Name: 'golden' }, 'DescribeImages', 'imagesSet', 'imageId', 'DeregisterImage'],
])('%s creates what %s does not know as a type', async (create, input, describe, set, member, remove) => {
  const created = await call(create, input);
  expect(await call(describe, { Owner: ['self'] })).toMatchObject({ [set]: { item: { [member]: created[member] } } });
  const named = { [member.charAt(0).toUpperCase() + member.slice(1)]: created[member] };
  await call(remove, named);
  expect(await call(describe)).toMatchObject({ [set]: '' });
  await expect(call(remove, named)).rejects.toMatchObject({ name: expect.stringContaining('.NotFound') });
});

test('the interfaces of a stack are listed, and can be deleted', async () => {
  await world.deploy('app', {
    Interface: { Type: 'AWS::EC2::NetworkInterface', DeletionPolicy: 'Retain', Properties: { SubnetId: 's' } },
  });
  const { networkInterfaceSet } = await call('DescribeNetworkInterfaces');
  const { item } = networkInterfaceSet as { item: { networkInterfaceId: string; status: string } };
  expect(item.status).toBe('available');
  await call('DeleteNetworkInterface', { NetworkInterfaceId: item.networkInterfaceId });
  expect(await call('DescribeNetworkInterfaces')).toMatchObject({ networkInterfaceSet: '' });
});

test('an operation that is not simulated is an error', async () => {
  const message = 'the rehearsal does not support ec2:CreateFleet';
  await expect(call('CreateFleet')).rejects.toMatchObject({ message });
});
