import { RegistryHistory } from '../../lambda/history/history';
import type { Kinds } from '../../lambda/operations/reconciler';
import { Reconciler } from '../../lambda/operations/reconciler';
import { driftKey } from '../../lambda/registry/drift';
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
