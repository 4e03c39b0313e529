import { executionOf } from './fake-control';
import { ANNA, World, accountOf } from './world';
import type { DriftRecord } from '../../lambda/registry/drift';
import { driftKey } from '../../lambda/registry/drift';
import { environmentKey } from '../../lambda/registry/environment';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { releaseKey } from '../../lambda/registry/release';
import type { CurrentRelease, ReleaseRecord } from '../../lambda/registry/release';
import { RepositoryNotFoundError } from '../../lambda/sources/source';

const FIRST = accountOf(1);

async function statusOf(world: World) {
  return (await world.operations.status()).pipelines;
}

test('status reports the account, the state and the last execution of each pipeline', async () => {
  const world = new World();
  await world.environment(1);
  world.control.put(FIRST, { executions: [executionOf('new', 'Succeeded'), executionOf('old', 'Failed')] });
  world.authors.set('shop/c0ffee0123456789', 'Anna');
  expect(await statusOf(world)).toEqual([
    {
      environmentName: 'e1',
      accountId: FIRST,
      region: 'eu-central-1',
      pipelineName: 'e1',
      branchName: 'env/e1',
      state: 'enabled',
      lastExecution: {
        status: 'Succeeded',
        startedAt: '2026-01-01T10:00:00.000Z',
        durationSeconds: 240,
        commitId: 'c0ffee0123456789',
        author: 'Anna',
      },
    },
  ]);
});

test('status lists what differs in each environment, and in what no environment uses', async () => {
  const world = new World();
  await world.environment(1);
  const drift = (what: string) => ({ what, remedy: 'it is repaired', isRepairable: true });
  for (const [ownerId, environmentName] of [['Dev', 'e1'], ['Unit', undefined]] as const) {
    await world.registry.write<DriftRecord>(driftKey(ownerId), {
      ownerId,
      resourceType: 'Custom::Some',
      logicalId: ownerId,
      checkedAt: 0,
      drifts: [drift(`${ownerId} was moved`)],
      ...environmentName && { environmentName },
    }, undefined);
  }
  expect(await world.operations.status()).toMatchObject({
    pipelines: [{ environmentName: 'e1', drifts: [{ what: 'Dev was moved' }] }],
    drifts: [{ what: 'Unit was moved' }],
  });
});

test('a running execution has no duration, and a commit that does not exist no author', async () => {
  const world = new World();
  await world.running(1);
  const [{ lastExecution }] = await statusOf(world);
  expect(lastExecution).toEqual({
    status: 'InProgress',
    startedAt: '2026-01-01T10:00:00.000Z',
    commitId: 'c0ffee0123456789',
  });
});

test('reports a commit as waiting at a disabled transition, but not at an enabled one', async () => {
  const world = new World();
  await world.environment(1, { state: 'disabled' });
  await world.environment(2);
  world.control.put(FIRST, {
    disabledReason: 'disabled',
    executions: [executionOf('new'), executionOf('old')],
    waiting: ['new'],
  });
  world.control.put(accountOf(2), { executions: [executionOf('new')], waiting: ['new'] });
  const [disabled, enabled] = await statusOf(world);
  expect(disabled).toMatchObject({ state: 'disabled', lastExecution: { status: 'InProgress', isWaiting: true } });
  expect(enabled.lastExecution).not.toHaveProperty('isWaiting');
  world.control.put(FIRST, {
    disabledReason: 'disabled',
    executions: [executionOf('before'), executionOf('new')],
    waiting: ['new'],
  });
  expect((await statusOf(world))[0].lastExecution).not.toHaveProperty('isWaiting');
});

test('reports that the last execution waits for approval, but not that an older one does', async () => {
  const world = new World();
  await world.environment(1);
  const running = world.control.put(FIRST, {
    executions: [executionOf('new'), executionOf('old')], awaitingApproval: ['new'],
  });
  const [{ lastExecution }] = await statusOf(world);
  expect(lastExecution).toMatchObject({ status: 'WaitsForApproval', commitId: 'c0ffee0123456789' });
  expect(lastExecution).not.toHaveProperty('durationSeconds');
  running.awaitingApproval = ['old'];
  expect(await statusOf(world)).toMatchObject([{ lastExecution: { status: 'InProgress' } }]);
});

test('reports everything but the author if the repository does not exist', async () => {
  const world = new World();
  await world.running(1);
  world.refusal = new RepositoryNotFoundError('shop does not exist');
  expect((await statusOf(world))[0]).toMatchObject({
    state: 'enabled',
    lastExecution: { status: 'InProgress', commitId: 'c0ffee0123456789' },
  });
});

test('reports no last execution for a pipeline that never ran', async () => {
  const world = new World();
  await world.environment(1);
  world.control.put(FIRST);
  expect((await statusOf(world))[0]).not.toHaveProperty('lastExecution');
});

test('status distinguishes pipelines that are halted, disabled by definition and disabled by hand', async () => {
  const world = new World();
  await world.running(1);
  await world.environment(2, { state: 'disabled' });
  await world.environment(3, { suspendedFor: 'pipeline#1' });
  await world.environment(4);
  [2, 3].forEach(n => world.control.put(accountOf(n), { disabledReason: 'disabled' }));
  world.control.put(accountOf(4), { disabledReason: 'fire drill' });
  await world.operations.halt(['e1'], { by: ANNA, requestId: 'request-1', reason: 'the till is wrong' });
  const outcomes = await statusOf(world);
  expect(outcomes.map(({ state }) => state)).toEqual(['halted', 'disabled', 'suspended', 'disabled']);
  expect(outcomes[0]).toMatchObject({
    halt: { by: ANNA, at: '2026-01-01T12:00:00.000Z', reason: 'the till is wrong' },
    lastExecution: { status: 'Stopped' },
  });
  expect(outcomes[1]).not.toHaveProperty('disabledByHand');
  expect(outcomes[3]).toMatchObject({ disabledByHand: 'fire drill' });
});

test('a side of an environment is reserved unless a release deploys it; the active one is marked', async () => {
  const world = new World();
  const pipeline = await world.environment(1, { side: 'blue' });
  const key = environmentKey('e1');
  const read = async () => (await world.registry.read<EnvironmentRecord>(key))?.version;
  const environment = { environmentName: 'e1', stackId: 'stack', sides: { blue: { pipelines: [pipeline] } } };
  await world.registry.write<EnvironmentRecord>(key, { ...environment, active: 'green' }, await read());
  const [idle] = await statusOf(world);
  expect(idle).toMatchObject({ side: 'blue', state: 'reserved' });
  expect(idle).not.toHaveProperty('isActive');
  await world.registry.write<EnvironmentRecord>(key, { ...environment, active: 'blue' }, await read());
  expect(await statusOf(world)).toMatchObject([{ side: 'blue', state: 'reserved', isActive: true }]);
  const current = { step: 'deploy', to: 'blue' } as CurrentRelease;
  await world.registry.write<ReleaseRecord>(releaseKey('e1'), { environmentName: 'e1', fence: 1, current }, undefined);
  expect(await statusOf(world)).toMatchObject([{ state: 'enabled' }]);
});

test('reports an update that waits until the account of the pipeline can be reached', async () => {
  const world = new World();
  await world.environment(1, { deferral: { reason: 'cannot assume role', at: Date.parse('2026-01-01T11:00:00Z') } });
  world.control.put(FIRST);
  expect((await statusOf(world))[0]).toMatchObject({
    state: 'enabled', pendingUpdate: { reason: 'cannot assume role', since: '2026-01-01T11:00:00.000Z' },
  });
});

test('reports an account that cannot be accessed, with what the registry knows, and all other accounts', async () => {
  const world = new World();
  await world.running(2);
  world.control.errors.set(FIRST, Object.assign(new Error('no'), { name: 'AccessDenied' }));
  const [one, other] = await statusOf(world);
  expect(one).toMatchObject({ state: 'enabled', problem: expect.stringContaining('cannot be accessed') });
  expect(other).toMatchObject({ lastExecution: { status: 'InProgress' } });
});
