import { RegistryHistory } from '../../lambda/history/history';
import type { Kinds } from '../../lambda/operations/reconciler';
import { Reconciler } from '../../lambda/operations/reconciler';
import { driftKey, driftsByEnvironment } from '../../lambda/registry/drift';
import type { DriftRecord } from '../../lambda/registry/drift';
import { resourceKey } from '../../lambda/registry/resource';
import type { ResourceRecord } from '../../lambda/registry/resource';
import { RESOURCE_TYPES } from '../../src/private/contract';
import { FakeEvents } from '../history/fake-events';
import { FakeRegistry } from '../registry/fake-registry';

const RESOURCE: ResourceRecord = {
  requestId: 'request-1',
  resourceType: RESOURCE_TYPES.branch,
  stackId: 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c',
  logicalId: 'Dev',
  ownerId: 'Dev-1',
  properties: { environmentName: 'dev' },
};
const MOVED = { what: 'it was moved', remedy: 'it is moved back', isRepairable: true };

test('a repair whose waiter does not start can be requested again', async () => {
  const registry = new FakeRegistry();
  await registry.write<ResourceRecord>(resourceKey('Dev-1'), RESOURCE, undefined);
  await registry.write<DriftRecord>(driftKey('Dev-1'), { ...RESOURCE, drifts: [MOVED], checkedAt: 0 }, undefined);
  const started: string[] = [];
  let isThrottled = true;
  const kinds: Kinds = {
    serves: () => true,
    check: async () => ({ state: 'complete', data: { drifts: [MOVED] } }),
    startRepair: async ({ requestId }) => {
      if (isThrottled) throw new Error('Rate exceeded');
      started.push(requestId);
    },
  };
  const reconciler = new Reconciler({
    registry,
    kinds,
    history: new RegistryHistory(registry, new FakeEvents()),
    logMetric: () => {},
    now: () => 1000,
    newId: () => 'repair-1',
  });
  const repair = async () => reconciler.run(
    { operation: 'reconcile', environmentNames: ['dev'], mode: 'repair', by: 'Anna' }, 'request-2',
  );
  expect((await repair()).resources).toMatchObject([{ problem: 'could not be repaired: Rate exceeded' }]);
  isThrottled = false;
  expect((await repair()).resources).toMatchObject([{ state: 'repairing' }]);
  expect(started).toEqual(['repair-1']);
});

test('a repair right after a check starts although the index that lists the records is older', async () => {
  const registry = new FakeRegistry();
  await registry.write<ResourceRecord>(resourceKey('Dev-1'), RESOURCE, undefined);
  await registry.write<DriftRecord>(driftKey('Dev-1'), { ...RESOURCE, drifts: [MOVED], checkedAt: 0 }, undefined);
  const [known] = await registry.list<DriftRecord>('drift');
  if (!known) throw new Error('there is no record');
  const { version, ...record } = known;
  await registry.write<DriftRecord>(driftKey('Dev-1'), { ...record, reported: [MOVED.what] }, version);
  const list = registry.list.bind(registry);
  registry.list = async <T extends object>(kind: string) => (kind === 'drift' ? [known as never] : list<T>(kind));
  const reconciler = new Reconciler({
    registry,
    kinds: {
      serves: () => true,
      check: async () => ({ state: 'complete', data: { drifts: [MOVED] } }),
      startRepair: async () => undefined,
    },
    history: new RegistryHistory(registry, new FakeEvents()),
    logMetric: () => {},
  });
  const repair = async () => (await reconciler.run(
    { operation: 'reconcile', environmentNames: ['dev'], mode: 'repair', by: 'Anna' }, 'request-2',
  )).resources;
  expect(await repair()).toMatchObject([{ state: 'repairing' }]);
  expect(await registry.read(driftKey('Dev-1'))).toMatchObject({ reported: [MOVED.what] });
  expect(await repair()).toMatchObject([{ problem: 'could not be repaired: it is being repaired, or was removed' }]);
});

test('the daily check records what differs in resources that no environment uses as that of the organization',
  async () => {
    const registry = new FakeRegistry();
    const unit: ResourceRecord = {
      ...RESOURCE,
      resourceType: RESOURCE_TYPES.organizationalUnit,
      ownerId: 'Unit-1',
      logicalId: 'Unit',
      properties: {},
    };
    for (const record of [RESOURCE, unit]) {
      await registry.write<ResourceRecord>(resourceKey(record.ownerId), record, undefined);
    }
    let drifts = [MOVED];
    const events = new FakeEvents();
    const metrics: [string, number][] = [];
    const reconciler = new Reconciler({
      registry,
      kinds: {
        serves: () => true,
        check: async ({ ownerId }) => {
          const found = ownerId === 'Unit-1' ? drifts : [];
          const record = await registry.read<DriftRecord>(driftKey(ownerId));
          await registry.write<DriftRecord>(
            driftKey(ownerId), { ...unit, ownerId, drifts: found, checkedAt: 0 }, record?.version,
          );
          return { state: 'complete', data: { drifts: found } };
        },
        startRepair: async () => { throw new Error('nothing is repaired'); },
      },
      history: new RegistryHistory(registry, events),
      logMetric: (name, count) => metrics.push([name, count]),
      now: () => 1000,
      newId: () => 'check-1',
    });
    const check = async () => reconciler.run(
      { operation: 'reconcile', environmentNames: 'all', mode: 'schedule', by: 'schedule' }, 'request-2',
    );
    await check();
    expect(metrics.sort()).toEqual([['dev', 0], ['organization', 1]]);
    expect(events.published).toEqual([{
      at: '1970-01-01T00:00:01.000Z',
      by: 'schedule',
      requestId: 'request-2',
      change: 'Drift',
      outcome: 'failed',
      subject: 'organization',
      reason: 'it was moved',
    }]);
    drifts = [];
    await check();
    expect(events.published.slice(1)).toMatchObject([
      { outcome: 'succeeded', subject: 'organization', reason: 'the organization is as declared' },
    ]);
  });

const DAILY = { operation: 'reconcile', environmentNames: 'all', mode: 'schedule', by: 'schedule' } as const;

/** Resources of environment `dev` on some days. */
class Days {
  public readonly registry = new FakeRegistry();
  public readonly events = new FakeEvents();
  public readonly metrics: number[] = [];
  public readonly drifting = new Set<string>();
  public readonly failing = new Set<string>();
  /** How long a check takes. */
  public milliseconds = 0;
  private now = 1000;
  private readonly reconciler = new Reconciler({
    registry: this.registry,
    kinds: {
      serves: () => true,
      check: async ({ ownerId, properties: _, ...resource }) => {
        this.now += this.milliseconds;
        if (this.failing.has(ownerId)) throw new Error(`the token of the host has expired (request ${this.now})`);
        const drifts = this.drifting.has(ownerId) ? [MOVED] : [];
        const record = await this.registry.read<DriftRecord>(driftKey(ownerId));
        const { reported } = record ?? {};
        await this.registry.write<DriftRecord>(
          driftKey(ownerId), { ...resource, ownerId, drifts, reported, checkedAt: this.now }, record?.version);
        return { state: 'complete', data: { drifts } };
      },
      startRepair: async () => { throw new Error('nothing is repaired'); },
    },
    history: new RegistryHistory(this.registry, this.events),
    logMetric: (_, count) => this.metrics.push(count),
    now: () => this.now,
  });

  public async declare(count: number): Promise<void> {
    for (let index = 1; index <= count; index++) {
      const record = { ...RESOURCE, ownerId: `Dev-${index}`, logicalId: `Dev${index}` };
      await this.registry.write<ResourceRecord>(resourceKey(record.ownerId), record, undefined);
    }
  }

  public async check() {
    this.now += 24 * 60 * 60_000;
    return this.reconciler.run(DAILY, `day-${this.now}`);
  }
}

test('a difference is reported once when the check of its environment does not fit into one day', async () => {
  const days = new Days();
  await days.declare(30);
  days.drifting.add('Dev-1');
  days.milliseconds = 15_000;
  expect((await days.check()).unchecked).toBeGreaterThan(0);
  expect((await days.check()).unchecked).toBeGreaterThan(0);
  days.milliseconds = 0;
  expect((await days.check()).unchecked).toBe(0);
  await days.check();
  expect(days.events.published).toMatchObject([{ change: 'Drift', outcome: 'failed', reason: 'it was moved' }]);
  expect(days.metrics).toEqual([1, 1, 1, 1]);
});

test('a difference that was recorded but not reported when the function died is reported by the next check',
  async () => {
    const days = new Days();
    await days.declare(1);
    await days.registry.write<DriftRecord>(
      driftKey('Dev-1'), { ...RESOURCE, environmentName: 'dev', drifts: [MOVED], checkedAt: 0 }, undefined);
    days.drifting.add('Dev-1');
    await days.check();
    await days.check();
    expect(days.events.published).toMatchObject([{ outcome: 'failed', reason: 'it was moved' }]);
  });

test('a check that always fails is reported once, as a difference, until it succeeds', async () => {
  const days = new Days();
  await days.declare(2);
  days.failing.add('Dev-1');
  await days.check();
  await days.check();
  expect(days.events.published).toMatchObject([{
    change: 'Drift',
    outcome: 'failed',
    environmentName: 'dev',
    reason: expect.stringMatching(/^'Dev1' could not be checked: the token of the host has expired/),
  }]);
  expect(days.metrics).toEqual([1, 1]);
  const unchecked = (await driftsByEnvironment(days.registry)).get('dev');
  expect(unchecked).toMatchObject([{ isRepairable: false, isUnchecked: true }]);
  expect(unchecked?.[0].what).toContain("'Dev1' could not be checked");
  days.failing.clear();
  await days.check();
  await days.check();
  expect(days.events.published.slice(1)).toMatchObject([{ outcome: 'succeeded' }]);
  expect(days.metrics.slice(2)).toEqual([0, 0]);
  expect(await driftsByEnvironment(days.registry)).toEqual(new Map());
});

test('a failing check keeps what the check before has found', async () => {
  const days = new Days();
  await days.declare(1);
  days.drifting.add('Dev-1');
  await days.check();
  days.failing.add('Dev-1');
  await days.check();
  days.failing.clear();
  await days.check();
  expect(days.metrics).toEqual([1, 2, 1]);
  expect(days.events.published.map(({ reason }) => reason?.replace(/ \(request.*/, ''))).toEqual([
    'it was moved',
    "it was moved; 'Dev1' could not be checked: the token of the host has expired",
    'it was moved',
  ]);
});
