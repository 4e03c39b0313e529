import { FakeEc2, GATEWAY, HUB } from './fake-ec2';
import { KEY, World, owner, ownerOf, request, routed } from './world';
import type { TransitRecord } from '../../lambda/registry/transit';
import { DefaultGroupLifecycle } from '../../lambda/transit/default-group';
import type { When } from '../shared/fate';

test('a network is attached, accepted, associated and propagated, and gets routes to the hub', async () => {
  const world = new World();
  expect(await world.create()).toBe('tgw-attach-1');
  const { ec2 } = world;
  expect(ec2.present).toEqual({
    attachmentId: 'tgw-attach-1', state: 'available', subnetIds: request.subnetIds, owner: KEY,
  });
  expect(ec2.associated).toEqual({ tableId: 'acme', state: 'associated' });
  expect([...ec2.propagated].sort()).toEqual(['acme', 'shared']);
  expect(routed(ec2)).toEqual(['rtb-1 10.0.0.0/8', 'rtb-2 10.0.0.0/8']);
});

test('a repeated request changes nothing', async () => {
  const world = new World();
  await world.create();
  const stateOf = ({ present, associated, table, propagated }: FakeEc2) =>
    JSON.stringify([present, associated, table, [...propagated]]);
  const before = stateOf(world.ec2);
  const record = await world.registry.read<TransitRecord>(KEY);
  await world.create();
  expect(stateOf(world.ec2)).toBe(before);
  expect((await world.registry.read<TransitRecord>(KEY))?.routes).toEqual(record?.routes);
});

test('a network in another segment is associated with its table, and removed from the others', async () => {
  const world = new World();
  await world.create();
  const cidrs = ['10.0.0.0/8', '172.16.0.0/12'];
  const other = { ...request, tableId: 'globex', propagatedTableIds: ['globex'], cidrs };
  await world.update(other);
  expect(world.ec2.associated).toEqual({ tableId: 'globex', state: 'associated' });
  expect([...world.ec2.propagated]).toEqual(['globex']);
  expect(routed(world.ec2)).toHaveLength(4);
  await world.update(request, other);
  expect(routed(world.ec2)).toEqual(['rtb-1 10.0.0.0/8', 'rtb-2 10.0.0.0/8']);
});

test('an attachment gets the subnets of further availability zones, and keeps the others', async () => {
  const world = new World();
  await world.create();
  await world.update({ ...request, subnetIds: ['subnet-2', 'subnet-3'] });
  expect(world.ec2.present).toMatchObject({ state: 'available', subnetIds: ['subnet-2', 'subnet-3'] });
});

test('a removed network is detached after its routes, which never lead nowhere', async () => {
  const world = new World();
  const foreign = { routeTableId: 'rtb-1', cidr: '192.168.0.0/16', transitGatewayId: GATEWAY, isBlackhole: false };
  world.ec2.table = [foreign];
  await world.create();
  await world.delete();
  expect(world.ec2.present).toBeUndefined();
  expect(world.registry.keys).toEqual([]);
  // of the network's own template
  expect(world.ec2.table).toEqual([foreign]);
  world.ec2.table = [];
  await world.create();
  await world.delete();
  expect(world.ec2.table).toEqual([]);
});

test('no route leads nowhere while a network is detached', async () => {
  const world = new World();
  await world.create();
  await world.delete();
  expect(world.ec2.wasBlackhole).toBe(false);
});

test.each<When>(['before', 'after'])('a handler that dies %s any call still attaches and detaches', async when => {
  for (let call = 1, died = true; died; call++) {
    const world = new World();
    died = false;
    world.fate.dieAt(call, when);
    for (const step of [async () => world.create(), async () => world.delete()]) {
      await step().catch(async (error: unknown) => {
        if (!world.fate.revive()) throw error;
        died = true;
        return step();
      });
      if (step.toString().includes('create')) expect(routed(world.ec2)).toHaveLength(2);
    }
    const death = `${when} call ${call}: ${world.fate.calls[call - 1]}`;
    expect([death, world.ec2.present, world.ec2.table, world.registry.keys, world.ec2.wasBlackhole])
      .toEqual([death, undefined, [], [], false]);
  }
});

test.each<When>(['before', 'after'])('a handler that dies %s any call detaches after the share', async when => {
  for (let call = 1, died = true; died; call++) {
    const world = new World();
    await world.create();
    world.ec2.isShared = false;
    world.fate.dieAt(call, when);
    died = false;
    await world.delete().catch(async (error: unknown) => {
      if (!world.fate.revive()) throw error;
      died = true;
      return world.delete();
    });
    const { present, table, wasBlackhole } = world.ec2;
    expect([call, present, table, world.registry.keys, wasBlackhole]).toEqual([call, undefined, [], [], false]);
  }
});

test('an attachment that was not accepted is rejected by the account of the hub', async () => {
  const world = new World();
  await world.lifecycle.requestCreate(owner, request);
  for (let step = 0; !world.ec2.present; step++) await world.lifecycle.reconcile(owner, request);
  const { present } = world.ec2;
  world.ec2.detach = async () => { throw new Error('an attachment that waits is not deleted'); };
  await world.delete();
  expect([present?.state, world.ec2.present, world.registry.keys]).toEqual(['pendingAcceptance', undefined, []]);
});

test('a network whose stack was deleted by hand is detached by the account of the hub', async () => {
  const world = new World();
  await world.create();
  world.ec2.table = [];
  world.ec2.missing.add(request.roleArn);
  expect(await world.delete()).toBe(
    "the routes of network 'Cicd/Network' to tgw-1 could not be removed, because the role "
      + "'arn:aws:iam::222222222222:role/network' does not exist: if the VPC still exists, delete them",
  );
  expect([world.ec2.present, world.registry.keys]).toEqual([undefined, []]);
});

test('a network whose hub was deleted by hand is detached by its own account', async () => {
  const world = new World();
  await world.create();
  world.ec2.missing.add(HUB.roleArn);
  expect(await world.delete()).toBeUndefined();
  expect([world.ec2.present, world.ec2.table, world.registry.keys]).toEqual([undefined, [], []]);
});

test('a network whose stack and hub were deleted by hand does not block its removal', async () => {
  const world = new World();
  await world.create();
  world.ec2.missing.add(HUB.roleArn).add(request.roleArn);
  expect(await world.delete()).toContain('could not be removed');
  expect(world.registry.keys).toEqual([]);
});

test('a renamed construct keeps the attachment', async () => {
  const world = new World();
  await world.create();
  await world.create(request, ownerOf('Renamed'));
  await world.delete(request, owner);
  expect(world.ec2.present).toMatchObject({ state: 'available' });
  await world.delete(request, ownerOf('Renamed'));
  expect(world.ec2.present).toBeUndefined();
});

test('an attachment of another stack is rejected', async () => {
  const world = new World();
  await world.create();
  await expect(world.create(request, ownerOf('Attachment', 'Other'))).rejects.toThrow(
    "the attachment of network 'Cicd/Network' to tgw-1 is declared by stack 'Cicd' already: remove one of the two "
      + 'hub.attach()',
  );
});

test('an attachment that was created by hand is rejected, and kept when the app is removed', async () => {
  const world = new World();
  const { owner: _, ...foreign } = { attachmentId: 'tgw-attach-9', state: 'available', subnetIds: [], owner: '' };
  world.ec2.present = foreign;
  await expect(world.create()).rejects.toThrow(
    "VPC vpc-1 of network 'Cicd/Network' is attached to tgw-1 already (tgw-attach-9), but not by this app: delete that "
      + 'attachment, then deploy again',
  );
  await world.delete();
  expect(world.ec2.present).toEqual(foreign);
});

test('a route that leads elsewhere is rejected and kept', async () => {
  const world = new World();
  const elsewhere = { routeTableId: 'rtb-2', cidr: '10.0.0.0/8', isBlackhole: false };
  world.ec2.table = [elsewhere];
  await expect(world.create()).rejects.toThrow(
    "route table rtb-2 of network 'Cicd/Network' has a route for 10.0.0.0/8 that does not lead to tgw-1: remove it, or "
      + "choose other 'cidrs' of the hub, then deploy again",
  );
  await world.delete();
  expect(world.ec2.table).toEqual([elsewhere]);
});

test('a network cannot move to another VPC, and the rollback of that is no change', async () => {
  const world = new World();
  await world.create();
  const moved = { ...request, vpcId: 'vpc-2' };
  await expect(world.update(moved)).rejects.toThrow(
    "the attachment of network 'Cicd/Network' cannot move from vpc-1 and tgw-1 to vpc-2 and tgw-1: define another "
      + 'Network and attach it, and remove this one afterwards',
  );
  await world.update(request, moved);
  expect(routed(world.ec2)).toHaveLength(2);
});

test('a check reports what was changed by hand, and a repair restores it', async () => {
  const world = new World();
  await world.create();
  expect(await world.lifecycle.check(owner, request)).toEqual([]);
  world.ec2.propagated.clear();
  world.ec2.table = world.ec2.table.slice(1);
  expect((await world.lifecycle.check(owner, request)).map(({ what }) => what)).toEqual([
    "the hub does not route network 'Cicd/Network' as its segment says",
    "route table rtb-1 of network 'Cicd/Network' has no route to the hub for 10.0.0.0/8",
  ]);
  await world.lifecycle.requestRepair(owner, request);
  await world.finish();
  expect(await world.lifecycle.check(owner, request)).toEqual([]);
  await world.ec2.detach();
  expect((await world.lifecycle.check(owner, request)).map(({ what }) => what)).toEqual([
    "network 'Cicd/Network' is not attached to tgw-1",
  ]);
});

test('a check reports an attachment with other subnets, which a repair restores', async () => {
  const world = new World();
  await world.create();
  await world.ec2.changeSubnets(HUB, '', [], ['subnet-2']);
  await world.ec2.attachment(HUB);
  expect((await world.lifecycle.check(owner, request)).map(({ what }) => what)).toEqual([
    "the attachment of network 'Cicd/Network' to tgw-1 has the subnets subnet-1 instead of subnet-1, subnet-2",
  ]);
  await world.lifecycle.requestRepair(owner, request);
  await world.finish();
  expect(await world.lifecycle.check(owner, request)).toEqual([]);
});

test('a check reports an attachment that another has created, and says what to do', async () => {
  const world = new World();
  await world.create();
  world.ec2.present = { attachmentId: 'tgw-attach-9', state: 'available', subnetIds: request.subnetIds };
  expect(await world.lifecycle.check(owner, request)).toEqual([{
    what: "VPC vpc-1 of network 'Cicd/Network' is attached to tgw-1 already (tgw-attach-9), but not by this app",
    remedy: 'delete that attachment',
    isRepairable: false,
  }]);
});

test('a check reports a missing record', async () => {
  const world = new World();
  expect(await world.lifecycle.check(owner, request)).toEqual([
    {
      what: "the registry has no record of the attachment of network 'Cicd/Network' to tgw-1",
      remedy: 'it is recorded again',
      isRepairable: true,
    },
  ]);
});

test('the default security group loses its rules, and a check reports new ones', async () => {
  const ec2 = new FakeEc2();
  const groups = new DefaultGroupLifecycle(ec2);
  const { networkName, region, roleArn, vpcId } = request;
  const network = { networkName, region, roleArn, vpcId, securityGroupId: 'sg-1' };
  expect((await groups.check(owner, network)).map(({ what }) => what)).toEqual([
    "the default security group sg-1 of network 'Cicd/Network' has rules",
  ]);
  expect(await groups.reconcile(owner, network)).toEqual({ done: true, result: { securityGroupId: 'sg-1' } });
  expect(ec2.groupRules).toEqual({ ingress: [], egress: [] });
  expect(await groups.check(owner, network)).toEqual([]);
});
