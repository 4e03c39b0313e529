import { FakeEc2, GATEWAY, HUB } from './fake-ec2';
import type { TransitRecord } from '../../lambda/registry/transit';
import { isTransient } from '../../lambda/shared/errors';
import { IN_PROGRESS } from '../../lambda/shared/lifecycle';
import type { Owner, Progress } from '../../lambda/shared/lifecycle';
import { DefaultGroupLifecycle } from '../../lambda/transit/default-group';
import { TransitLifecycle } from '../../lambda/transit/lifecycle';
import type { TransitAttachmentRequest } from '../../src/transit/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate } from '../shared/fate';
import type { When } from '../shared/fate';

const KEY = `transit#${GATEWAY}/vpc-1`;

const request: TransitAttachmentRequest = {
  networkName: 'Cicd/Network',
  region: 'eu-west-1',
  transitGatewayId: GATEWAY,
  hubRoleArn: HUB.roleArn,
  vpcId: 'vpc-1',
  roleArn: 'arn:aws:iam::222222222222:role/network',
  subnetIds: ['subnet-1', 'subnet-2'],
  routeTableIds: ['rtb-1', 'rtb-2'],
  cidrs: ['10.0.0.0/8'],
  tableId: 'acme',
  propagatedTableIds: ['acme', 'shared'],
};

function ownerOf(logicalId: string, stack = 'Cicd'): Owner {
  return { id: `${logicalId}-${stack}`, logicalId, stackId: `arn:aws:cloudformation:eu-west-1:1:stack/${stack}/uuid` };
}
const owner = ownerOf('Attachment');

class World {
  public readonly ec2 = new FakeEc2();
  public readonly registry = new FakeRegistry();
  public readonly fate = new Fate();
  public readonly lifecycle: TransitLifecycle;

  public constructor() {
    const ec2 = this.fate.over(this.ec2);
    this.lifecycle = new TransitLifecycle({
      registry: this.fate.over<FakeRegistry>(this.registry), networks: ec2, hubs: ec2,
    });
  }

  public async create(wanted = request, by = owner): Promise<string> {
    await this.lifecycle.requestCreate(by, wanted);
    return this.finish(wanted, by);
  }

  public async update(wanted: TransitAttachmentRequest, before = request): Promise<string> {
    await this.lifecycle.requestUpdate(owner, wanted, before);
    return this.finish(wanted);
  }

  public async finish(wanted = request, by = owner): Promise<string> {
    const { attachmentId } = await this.poll(async () => this.lifecycle.reconcile(by, wanted));
    return attachmentId;
  }

  /** Returns the note for the history. */
  public async delete(wanted = request, by = owner): Promise<string | undefined> {
    await this.lifecycle.requestDelete(by, wanted);
    let note: string | undefined;
    await this.poll(async () => {
      const progress = await this.lifecycle.reconcileDelete(by, wanted);
      if (progress.done) ({ note } = progress);
      return progress;
    });
    return note;
  }

  public async record(): Promise<TransitRecord> {
    const record = await this.registry.read<TransitRecord>(KEY);
    if (!record) throw new Error('there is no record');
    return record;
  }

  public async loseRecord(): Promise<void> {
    const record = await this.registry.read<TransitRecord>(KEY);
    await this.registry.remove(KEY, record?.version ?? 0);
  }

  public async restore(older: TransitRecord): Promise<void> {
    const record = await this.registry.read<TransitRecord>(KEY);
    await this.registry.write<TransitRecord>(KEY, older, record?.version);
  }

  private async poll<Result>(step: () => Promise<Progress<Result>>): Promise<Result> {
    for (let polls = 0; polls < 60; polls++) {
      const progress = await step().catch((error: unknown): Progress<Result> => {
        if (!isTransient(error)) throw error;
        return IN_PROGRESS;
      });
      if (progress.done) return progress.result;
    }
    throw new Error('never done');
  }
}

const routed = (ec2: FakeEc2): string[] =>
  ec2.table.filter(({ transitGatewayId }) => transitGatewayId === GATEWAY)
    .map(({ routeTableId, cidr }) => `${routeTableId} ${cidr}`).sort();

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
