import { FakeEvents } from './fake-events';
import { RegistryHistory } from '../../lambda/history/history';
import { readHistory } from '../../lambda/registry/history';
import type { HistoryEntry } from '../../src/history/contract';
import { CHANGES } from '../../src/history/contract';
import { FakeRegistry } from '../registry/fake-registry';

function entry(minute: number, changes: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    at: new Date(Date.parse('2026-01-01T12:00:00Z') + minute * 60_000).toISOString(),
    change: CHANGES.pipelineUpdate,
    outcome: 'succeeded',
    by: 'stack',
    requestId: `request-${minute}`,
    ...changes,
  };
}

async function recorded(...entries: readonly HistoryEntry[]): Promise<FakeRegistry> {
  const registry = new FakeRegistry();
  await new RegistryHistory(registry, new FakeEvents()).record(...entries);
  return registry;
}

const idsOf = (entries: readonly HistoryEntry[]) => entries.map(({ requestId }) => requestId);

test('the history lists the last changes, oldest first', async () => {
  const registry = await recorded(...[3, 1, 4, 2].map(minute => entry(minute, { environmentName: 'dev' })));
  expect(idsOf(await readHistory(registry, 3))).toEqual(['request-2', 'request-3', 'request-4']);
});

test('the history of an environment has the changes of its accounts, and none of other environments', async () => {
  const registry = await recorded(
    entry(1, { change: CHANGES.accountCreation, accountId: '111111111111' }),
    entry(2, { change: CHANGES.accountCreation, accountId: '222222222222' }),
    entry(3, { environmentName: 'dev', accountId: '111111111111' }),
    entry(4, { environmentName: 'test', accountId: '111111111111' }),
  );
  expect(idsOf(await readHistory(registry, 10, 'dev'))).toEqual(['request-1', 'request-3']);
});

test('an entry that is recorded twice is kept once, as it was first', async () => {
  const registry = await recorded(entry(1, { reason: 'first' }), entry(1, { reason: 'second' }));
  expect(await readHistory(registry, 10)).toEqual([entry(1, { reason: 'first' })]);
});

test('changes of two environments by one request are two entries', async () => {
  const registry = await recorded(entry(1, { environmentName: 'dev' }), entry(1, { environmentName: 'test' }));
  expect(await readHistory(registry, 10)).toHaveLength(2);
});

test('an entry expires after 400 days', async () => {
  const registry = await recorded(entry(0));
  const record = await registry.read<{ deleteAfter: number }>(registry.keys[0]);
  expect(new Date((record?.deleteAfter ?? 0) * 1000).toISOString()).toBe('2027-02-05T12:00:00.000Z');
});

test('each change is an event on the bus of the organization, also when it is recorded already', async () => {
  const [registry, events] = [new FakeRegistry(), new FakeEvents()];
  const history = new RegistryHistory(registry, events);
  await history.record(entry(1), entry(2));
  await history.record(entry(1));
  expect(idsOf(events.published)).toEqual(['request-1', 'request-2', 'request-1']);
});

test('neither a history that cannot be written nor an event that cannot be put fails the change', async () => {
  const deny = async () => {
    throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
  };
  const history = new RegistryHistory({ write: deny }, { put: deny });
  await expect(history.record(entry(1))).resolves.toBeUndefined();
  const [registry, events] = [new FakeRegistry(), new FakeEvents()];
  await new RegistryHistory({ write: deny }, events).record(entry(1));
  await new RegistryHistory(registry, { put: deny }).record(entry(1));
  expect([registry.keys.length, events.published.length]).toEqual([1, 1]);
});

test.each([
  ['UnreachableAccounts', { outcome: 'deferred' }],
  ['DriftedEnvironments', { change: CHANGES.drift, outcome: 'failed' }],
] as const)('the metric %s counts a change with %j', async (name, changes) => {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await recorded(entry(1), entry(2, changes));
    const lines = write.mock.calls.map(([line]) => String(line)).filter(line => line.includes('_aws'));
    expect(lines.map(line => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'OrgEnvironments',
              Dimensions: [['service']],
              Metrics: [{ Name: name, Unit: 'Count' }],
            },
          ],
        },
        service: 'org-environments',
        [name]: 1,
      },
    ]);
  } finally {
    write.mockRestore();
  }
});
