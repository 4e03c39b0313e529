import { driftKey } from '../../lambda/registry/drift';
import type { DriftRecord } from '../../lambda/registry/drift';
import { recordRequest } from '../../lambda/registry/request';
import { done, IN_PROGRESS } from '../../lambda/shared/lifecycle';
import type { Lifecycle, Owner, Progress } from '../../lambda/shared/lifecycle';
import { serve } from '../../lambda/shared/serve';
import type { Outcome, ReconcileRequest, ResourceRequest } from '../../src/kinds/contract';
import type { Drift } from '../../src/operations/contract';
import { FakeRegistry } from '../registry/fake-registry';

const MOVED: Drift = { what: 'it was moved', remedy: 'it is moved back', isRepairable: true };
const DONE_RESULT = done({});

/** A thing that is as declared, or was moved. */
class Thing implements Lifecycle<object, object> {
  public readonly calls: string[] = [];
  public isMoved = false;
  public isTaken = false;
  public progress: Progress<object> = DONE_RESULT;
  public error?: Error;

  public async requestCreate(): Promise<void> {
    this.calls.push('requestCreate');
  }

  public async requestUpdate(): Promise<void> {
    this.calls.push('requestUpdate');
  }

  public async requestDelete(): Promise<void> {
    this.calls.push('requestDelete');
  }

  public async recover(): Promise<void> {
    this.calls.push('recover');
  }

  public async requestRepair({ formerOwners = [] }: Owner): Promise<void> {
    this.calls.push(['requestRepair', ...formerOwners].join(' '));
    if (this.isTaken && formerOwners.length === 0) throw new Error("it belongs to 'Gone'");
  }

  public async reconcile(): Promise<Progress<object>> {
    this.calls.push('reconcile');
    if (this.error) throw this.error;
    if (this.progress.done) this.isMoved = false;
    return this.progress;
  }

  public async reconcileDelete(): Promise<Progress<void>> {
    this.calls.push('reconcileDelete');
    return { done: true, result: undefined };
  }

  public async check(): Promise<readonly Drift[]> {
    this.calls.push('check');
    return this.isMoved ? [MOVED] : [];
  }
}

const create: ResourceRequest = {
  requestId: 'request-1',
  requestType: 'Create',
  resourceType: 'Custom::Thing',
  stackId: 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c',
  logicalId: 'Dev',
  physicalId: 'Dev-1',
  ownerId: 'Dev-1',
  properties: {},
};

class World {
  public readonly thing = new Thing();
  public readonly registry = new FakeRegistry();
  public time = 1000;
  public inProgress = true;
  public isRemoved = false;
  public readonly removed: string[] = [];
  private readonly handler = serve(
    this.thing,
    this.registry,
    {
      isInProgress: async () => this.inProgress,
      stateOf: async ({ id }) => {
        if (this.isRemoved || this.removed.includes(id)) return 'removed';
        return this.inProgress ? 'in progress' : 'stable';
      },
    },
    () => this.time,
  );

  public async deploy(request: ResourceRequest): Promise<void> {
    this.inProgress = true;
    await this.arrive(request);
    await this.handler(request);
    this.inProgress = false;
  }

  public async arrive(request: ResourceRequest): Promise<void> {
    await recordRequest(this.registry, { ...request, responseUrl: 'https://response.example' }, this.time);
  }

  public async check(): Promise<Outcome> {
    return this.handler(this.request('Check', 'check-1'));
  }

  /** Requests a repair as the operations function does. */
  public async requestRepair(requestId: string): Promise<void> {
    const record = await this.drift();
    const { version, ...rest } = record ?? { version: undefined, ...this.request('Repair', requestId), drifts: [] };
    const repair = { requestId, since: this.time };
    await this.registry.write(driftKey('Dev-1'), { ...rest, repair }, version);
  }

  public async repair(requestId = 'repair-1'): Promise<Outcome> {
    return this.handler(this.request('Repair', requestId));
  }

  public async drift() {
    return this.registry.read<DriftRecord>(driftKey('Dev-1'));
  }

  private request(requestType: 'Check' | 'Repair', requestId: string): ReconcileRequest {
    const { requestType: _type, physicalId, oldProperties, resourceType = '', ...resource } = create;
    return {
      ...resource,
      resourceType,
      requestId,
      requestType,
      basedOn: 'request-1',
      requestedAt: 1000,
      environmentName: 'dev',
    };
  }
}

let world: World;
beforeEach(async () => {
  world = new World();
  for (const stream of [process.stdout, process.stderr]) jest.spyOn(stream, 'write').mockImplementation(() => true);
  await world.deploy(create);
  world.thing.calls.length = 0;
});
afterEach(() => jest.restoreAllMocks());

test('a check returns and records what differs', async () => {
  world.thing.isMoved = true;
  expect(await world.check()).toEqual({ state: 'complete', data: { drifts: [MOVED] } });
  expect(await world.drift()).toMatchObject({ environmentName: 'dev', logicalId: 'Dev', drifts: [MOVED] });
  expect(world.thing.calls).toEqual(['check']);
});

test('a repair takes the place of an owner that CloudFormation does not have any more', async () => {
  world.thing.isMoved = true;
  world.thing.isTaken = true;
  world.removed.push('Gone-1');
  Object.assign(world.thing, { recordKeys: () => ['thing'] });
  const gone = { id: 'Gone-1', logicalId: 'Gone', stackId: create.stackId.replace('0f3c', '0e11') };
  await world.registry.write('thing', { owners: [gone] }, undefined);
  await world.check();
  await world.requestRepair('repair-1');
  expect(await world.repair()).toEqual({ state: 'complete', data: { drifts: [] } });
  expect(world.thing.calls).toEqual(['check', 'requestRepair', 'requestRepair Gone-1', 'reconcile', 'check']);
});

test('nothing is checked or repaired while CloudFormation changes the resource', async () => {
  world.thing.isMoved = true;
  await world.check();
  world.inProgress = true;
  expect(await world.check()).toEqual({ state: 'complete', data: { drifts: [], isBusy: true } });
  await world.requestRepair('repair-1');
  expect(await world.repair()).toEqual({
    state: 'failed', reason: 'a deployment is in progress: try again when it is complete',
  });
  expect(world.thing.calls).toEqual(['check']);
});

test('a repair is requested once, continues until it is done, and records what differs then', async () => {
  world.thing.isMoved = true;
  await world.check();
  await world.requestRepair('repair-1');
  world.thing.progress = IN_PROGRESS;
  expect(await world.repair()).toMatchObject({ state: 'waiting' });
  expect(await world.repair()).toMatchObject({ state: 'waiting' });
  world.thing.progress = DONE_RESULT;
  expect(await world.repair()).toEqual({ state: 'complete', data: { drifts: [] } });
  expect(world.thing.calls).toEqual(['check', 'requestRepair', 'reconcile', 'reconcile', 'reconcile', 'check']);
  expect(await world.drift()).toMatchObject({ drifts: [] });
  expect(await world.drift()).not.toHaveProperty('repair');
});

test('a request of CloudFormation that has arrived supersedes a repair, and is never superseded by one', async () => {
  world.thing.isMoved = true;
  await world.check();
  await world.requestRepair('repair-1');
  world.thing.progress = IN_PROGRESS;
  await world.repair();
  const update: ResourceRequest = { ...create, requestId: 'request-2', requestType: 'Update', oldProperties: {} };
  await world.arrive(update);
  expect(await world.repair()).toEqual({ state: 'failed', reason: 'superseded by a deployment' });
  await world.deploy(update);
  expect(world.thing.calls.filter(call => call.startsWith('request'))).toEqual(['requestRepair', 'requestUpdate']);
});

test('a newer repair supersedes an older one', async () => {
  world.thing.isMoved = true;
  await world.check();
  await world.requestRepair('repair-1');
  await world.requestRepair('repair-2');
  expect(await world.repair('repair-1')).toEqual({ state: 'failed', reason: 'superseded by another repair' });
  expect(await world.repair('repair-2')).toMatchObject({ state: 'complete' });
});

test('a repair that fails records why, and names the command that repeats it', async () => {
  world.thing.isMoved = true;
  await world.check();
  await world.requestRepair('repair-1');
  world.thing.error = new Error('the bucket exists: remove it, then deploy again');
  const reason = 'the bucket exists: remove it, then run: org-environments reconcile --environment dev';
  expect(await world.repair()).toEqual({ state: 'failed', reason });
  expect(await world.drift()).toMatchObject({ drifts: [MOVED], failure: reason });
});

test('a check keeps what the history says, and a repair only what is still found', async () => {
  world.thing.isMoved = true;
  await world.check();
  const { version = 0, ...record } = { ...await world.drift() };
  const reported = [MOVED.what, 'it was renamed', 'could not be checked'];
  await world.registry.write(driftKey('Dev-1'), { ...record, reported, problem: 'throttled' }, version);
  await world.check();
  expect(await world.drift()).toMatchObject({ reported });
  expect(await world.drift()).not.toHaveProperty('problem');
  await world.requestRepair('repair-1');
  world.thing.error = new Error('denied');
  await world.repair();
  expect(await world.drift()).toMatchObject({ reported, failure: 'denied' });
  world.thing.error = undefined;
  await world.requestRepair('repair-2');
  await world.repair('repair-2');
  expect(await world.drift()).toMatchObject({ drifts: [], reported: [] });
});

test('a repair that does not end fails before its mark expires', async () => {
  world.thing.isMoved = true;
  await world.check();
  await world.requestRepair('repair-1');
  world.thing.progress = IN_PROGRESS;
  world.time += 56 * 60_000;
  expect(await world.repair()).toMatchObject({
    state: 'failed', reason: "'Dev' is not repaired after 55 minutes: it waits for a concurrent step",
  });
});

test('the record of the last request and of its check are removed when a deletion starts', async () => {
  await world.check();
  expect(world.registry.keys).toEqual(expect.arrayContaining(['drift#Dev-1', 'resource#Dev-1']));
  await world.deploy({ ...create, requestId: 'request-3', requestType: 'Delete' });
  expect(world.registry.keys.filter(key => /^(drift|resource)#/.test(key))).toEqual([]);
});

test('the removal of a resource that CloudFormation does not have any more is completed with consent', async () => {
  world.isRemoved = true;
  expect(await world.check()).toMatchObject({
    data: { drifts: [{ what: "'Dev' was removed from stack 'environments', but the registry still has it" }] },
  });
  await world.requestRepair('repair-1');
  expect(await world.repair()).toEqual({ state: 'complete', data: { drifts: [] } });
  expect(world.thing.calls).toEqual(['recover', 'requestDelete', 'reconcileDelete']);
  expect(world.registry.keys.filter(key => /^(drift|resource)#/.test(key))).toEqual([]);
});

test('a resource that was removed after its last check is not deleted by a repair', async () => {
  world.thing.isMoved = true;
  await world.check();
  world.isRemoved = true;
  await world.requestRepair('repair-1');
  const reason = "'Dev' was removed from its stack since the last check: check it again";
  expect(await world.repair()).toEqual({ state: 'failed', reason });
  expect(world.thing.calls).toEqual(['check']);
  expect(await world.drift()).toMatchObject({ failure: reason });
});
