import { ReleaseOperations } from '../../lambda/operations/releases/operations';
import type { BlueGreenRecord } from '../../lambda/registry/blue-green';
import { blueGreenKey } from '../../lambda/registry/blue-green';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { environmentKey } from '../../lambda/registry/environment';
import type { ReleaseStatus } from '../../src/blue-green/release/contract';
import type { HistoryEntry } from '../../src/history/contract';
import type { ReleaseRequest } from '../../src/operations/contract';
import { ANNA, ENVIRONMENT, ReleaseWorld } from '../release/world';

const OF_PROD = { environmentName: ENVIRONMENT, by: ANNA };

/** The operations of releases in a world, and what they have written into the history. */
async function start(config: Parameters<typeof ReleaseWorld.start>[0] = {}) {
  const world = await ReleaseWorld.start(config);
  const entries: HistoryEntry[] = [];
  const history = { record: async (...records: HistoryEntry[]) => void entries.push(...records) };
  const operations = () => new ReleaseOperations(world.registry, world.releases, history, world.now);
  const run = async (request: ReleaseRequest): Promise<ReleaseStatus | undefined> =>
    (await operations().run(request, 'request-1')).release;
  const step = async () => {
    const { current } = (await world.record()) ?? {};
    await world.run(current?.releaseId ?? '');
  };
  return { world, entries, run, step };
}

test('a release is recorded with its commit, and described with its steps', async () => {
  const { entries, run, step } = await start({ approvalSeconds: 60, bakeSeconds: 10 });
  expect(await run({ operation: 'describeRelease', environmentName: ENVIRONMENT })).toEqual({
    environmentName: ENVIRONMENT, active: 'blue', inEffectSeconds: 5,
  });
  expect(await run({ operation: 'release', ...OF_PROD, reference: 'main' })).toEqual({
    environmentName: ENVIRONMENT,
    active: 'blue',
    inEffectSeconds: 5,
    current: {
      releaseId: 'release-1',
      kind: 'release',
      by: ANNA,
      startedAt: '2026-01-01T10:00:00.000Z',
      requested: 'main',
      commitId: 'c1',
      from: 'blue',
      to: 'green',
      step: 'repair',
      since: '2026-01-01T10:00:00.000Z',
      steps: ['repair', 'merge', 'deploy', 'approve', 'shift', 'bake', 'commit'],
    },
  });
  expect(entries).toEqual([
    expect.objectContaining({
      change: 'Release Start',
      subject: 'side green',
      outcome: 'succeeded',
      by: ANNA,
      requestId: 'request-1',
      environmentName: ENVIRONMENT,
      commitId: 'c1',
    }),
  ]);
  await step();
  const { last, current } = (await run({ operation: 'describeRelease', environmentName: ENVIRONMENT })) ?? {};
  expect(current).toBeUndefined();
  expect(last).toMatchObject({
    outcome: 'returned', failure: expect.stringContaining('was not approved within 1 minute'), canRollBack: false,
  });
});

test('an abort and an approval are recorded with reason and decision', async () => {
  const { entries, run, step } = await start();
  await run({ operation: 'release', ...OF_PROD, reference: 'main' });
  const aborted = await run({ operation: 'abort', ...OF_PROD, reason: 'wrong prices' });
  expect(aborted?.current?.failure).toBe(`aborted by ${ANNA}: wrong prices`);
  expect(entries[1]).toMatchObject({ change: 'Abort', reason: 'wrong prices', commitId: 'c1' });
  await expect(run({ operation: 'approve', ...OF_PROD, decision: 'approved' })).rejects.toThrow(
    "release release-1 of environment 'prod' does not wait for approval: it returns the traffic (aborted by",
  );
  await step();
  await expect(run({ operation: 'abort', ...OF_PROD, reason: 'again' })).rejects.toThrow(
    "no release of environment 'prod' is in progress: the last one, release-1, ended at",
  );
  expect(entries).toHaveLength(2);
});

test('a release that does not wait for approval cannot be approved', async () => {
  const { run } = await start({ approvalSeconds: 60 });
  await run({ operation: 'release', ...OF_PROD, reference: 'main' });
  await expect(run({ operation: 'approve', ...OF_PROD, decision: 'approved' })).rejects.toThrow(
    "release release-1 of environment 'prod' does not wait for approval: it is at step repair",
  );
});

test('a rollback needs a former side', async () => {
  const { world, entries, run, step } = await start();
  const rollback = async () => run({ operation: 'rollback', ...OF_PROD });
  await expect(rollback()).rejects.toThrow(
    "environment 'prod' cannot be rolled back, because no release has ended yet: release a commit first",
  );
  await world.release('main');
  await expect(rollback()).rejects.toThrow(
    "environment 'prod' cannot be rolled back, because its first release was the last one: no other side has served; "
    + 'release the commit that you want',
  );
  world.source.references.set('main', 'c2');
  await world.release('main');
  const status = await rollback();
  expect(status).toMatchObject({
    active: 'blue', shares: { blue: 100, green: 0 }, current: { kind: 'rollback', to: 'green' },
  });
  expect(entries).toEqual([expect.objectContaining({ change: 'Rollback', commitId: 'c1' })]);
  await step();
});

test('an environment without sides and one that does not exist cannot be released', async () => {
  const { world, run } = await start();
  const key = blueGreenKey(ENVIRONMENT);
  await world.registry.remove(key, (await world.registry.read<BlueGreenRecord>(key))?.version ?? 0);
  await expect(run({ operation: 'release', ...OF_PROD, reference: 'main' })).rejects.toThrow(
    "environment 'prod' cannot be released, because it does not have a blue and a green side: declare it as a "
    + 'BlueGreenEnvironment and deploy',
  );
  for (const operation of ['describeRelease', 'rollback'] as const) {
    await expect(run({ operation, environmentName: 'dev', by: 'anna' })).rejects.toThrow(
      "there is no blue/green environment 'dev': use one of prod; nothing was done",
    );
  }
  const environment = environmentKey(ENVIRONMENT);
  await world.registry.remove(environment, (await world.registry.read<EnvironmentRecord>(environment))?.version ?? 0);
  await expect(run({ operation: 'rollback', environmentName: 'dev', by: 'anna' })).rejects.toThrow(
    "there is no blue/green environment 'dev': no blue/green environment exists; nothing was done",
  );
});
