import { GATEWAY } from './fake-ec2';
import { KEY, World, owner, request, routed } from './world';
import type { TransitRecord } from '../../lambda/registry/transit';

test('a lost record is restored before the attachment is removed', async () => {
  const world = new World();
  await world.create();
  await world.loseRecord();
  await world.lifecycle.recover(owner, request);
  await world.delete();
  expect(world.ec2.present).toBeUndefined();
  expect(world.ec2.table).toEqual([]);
});

test('a lost record is not given up when the attachment cannot be read for a moment', async () => {
  const world = new World();
  await world.create();
  await world.loseRecord();
  const look = world.ec2.attachment.bind(world.ec2);
  world.ec2.attachment = async () => { throw Object.assign(new Error('slow down'), { name: 'Throttling' }); };
  await expect(world.lifecycle.recover(owner, request)).rejects.toThrow('slow down');
  world.ec2.attachment = look;
  await world.lifecycle.recover(owner, request);
  await world.delete();
  expect(world.ec2.present).toBeUndefined();
});

test('a lost record does not block the deletion when the role of the network is gone', async () => {
  const world = new World();
  await world.create();
  await world.loseRecord();
  world.ec2.attachment = async () => { throw Object.assign(new Error('denied'), { name: 'AccessDenied' }); };
  await world.lifecycle.recover(owner, request);
  await world.delete();
  expect(await world.registry.read<TransitRecord>(KEY)).toBeUndefined();
});

test('an attachment whose record was lost and repaired is removed with its routes', async () => {
  const world = new World();
  await world.create();
  await world.loseRecord();
  expect((await world.lifecycle.check(owner, request)).map(({ remedy }) => remedy)).toEqual(['it is recorded again']);
  await world.lifecycle.requestRepair(owner, request);
  await world.finish();
  expect(await world.lifecycle.check(owner, request)).toEqual([]);
  await world.delete();
  expect([world.ec2.present, world.ec2.table, world.registry.keys]).toEqual([undefined, [], []]);
});

test('a repair without a record waits until the attachment can be read, and takes no foreign routes', async () => {
  const world = new World();
  const foreign = { routeTableId: 'rtb-1', cidr: '10.0.0.0/8', transitGatewayId: GATEWAY, isBlackhole: true };
  world.ec2.table = [foreign];
  const look = world.ec2.attachment.bind(world.ec2);
  world.ec2.attachment = async () => { throw Object.assign(new Error('slow down'), { name: 'Throttling' }); };
  await expect(world.lifecycle.requestRepair(owner, request)).rejects.toThrow('slow down');
  expect(world.registry.keys).toEqual([]);
  world.ec2.attachment = look;
  await world.lifecycle.requestRepair(owner, request);
  await world.finish();
  await world.delete();
  expect(world.ec2.table).toEqual([foreign]);
});

const WIDER = { ...request, cidrs: ['10.0.0.0/8', '172.16.0.0/12'] };

test('an attachment whose record is older than its last change is removed with all its routes', async () => {
  const world = new World();
  await world.create();
  const older = await world.record();
  await world.update(WIDER);
  await world.restore(older);
  expect(routed(world.ec2)).toHaveLength(4);
  await world.delete(WIDER);
  expect([world.ec2.present, world.ec2.table, world.registry.keys]).toEqual([undefined, [], []]);
});

test('an attachment whose record is older than its last change loses the routes that another change removes',
  async () => {
    const world = new World();
    await world.create();
    const older = await world.record();
    await world.update(WIDER);
    await world.restore(older);
    const other = { ...request, cidrs: ['192.168.0.0/16'] };
    await world.update(other, WIDER);
    expect(routed(world.ec2)).toEqual(['rtb-1 192.168.0.0/16', 'rtb-2 192.168.0.0/16']);
    await world.delete(other);
    expect(world.ec2.table).toEqual([]);
  });

test('the rollback of a change that was not recorded takes no routes of others', async () => {
  const world = new World();
  await world.create();
  const byHand = { routeTableId: 'rtb-1', cidr: '172.16.0.0/12', transitGatewayId: GATEWAY, isBlackhole: false };
  world.ec2.table = [...world.ec2.table, byHand];
  await world.update(request, WIDER);
  await world.delete();
  expect(world.ec2.table).toEqual([byHand]);
});
