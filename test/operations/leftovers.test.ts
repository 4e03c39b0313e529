import { executionOf } from './fake-control';
import { ANNA, World, accountOf } from './world';
import { leaseKey } from '../../lambda/registry/lease';
import { leftoverKey } from '../../lambda/registry/leftover';
import type { LeftoverRecord } from '../../lambda/registry/leftover';
import type { PipelineRecord } from '../../lambda/registry/pipeline';
import type { StackRecord } from '../../lambda/registry/stack';
import { Killed } from '../shared/fate';

const [FIRST, SECOND] = [accountOf(1), accountOf(2)];
const PIPELINE_KEY = `pipeline#${FIRST}#eu-central-1#e1`;
const STACK_KEY = `stack#${FIRST}#eu-central-1#net`;
const STACK_NAME = `${FIRST}/eu-central-1/net`;
const RECORD: StackRecord = { owners: [], attempt: 'a', requestedAt: 0, deletedBy: 'owner', isLeftover: true };
const FORGET = { operation: 'forget', by: ANNA, mode: 'forget' } as const;

/** The environment `e1`, which could not be deleted, and `e2`, which is in use. */
async function withLeftover(teardown?: PipelineRecord['teardown']): Promise<World> {
  const world = new World();
  await world.environment(1, { isLeftover: true, suspendedFor: PIPELINE_KEY });
  await world.environment(2);
  world.control.put(SECOND);
  await put(world, PIPELINE_KEY, { ...RECORD, ...(teardown && { teardown }) }, { name: 'e1', stackName: 'pipe' });
  return world;
}

async function put(
  world: World,
  recordKey: string,
  record: object,
  { name, stackName }: Pick<LeftoverRecord, 'name' | 'stackName'>,
): Promise<void> {
  await world.registry.write(recordKey, record, undefined);
  await world.registry.write<LeftoverRecord>(
    leftoverKey(recordKey),
    {
      name,
      recordKey,
      accountId: FIRST,
      region: 'eu-central-1',
      stackName,
      stackId: 'stack',
      reason: 'no role',
      at: Date.parse('2026-01-01T10:00:00Z'),
    },
    undefined,
  );
}

const unreachable = (world: World) =>
  world.control.errors.set(FIRST, Object.assign(new Error('no'), { name: 'AccessDenied' }));
const forget = async (world: World, name: string, mode: 'preview' | 'forget' = 'forget') =>
  (await world.operations.run({ ...FORGET, name, mode }, 'request-1')).leftovers;

describe('status', () => {
  test('lists what could not be deleted apart from the pipelines', async () => {
    const world = await withLeftover();
    unreachable(world);
    await put(world, STACK_KEY, RECORD, { name: STACK_NAME, stackName: 'net' });
    const { pipelines, leftovers } = await world.operations.status();
    expect(pipelines.map(({ environmentName }) => environmentName)).toEqual(['e2']);
    const place = { accountId: FIRST, region: 'eu-central-1' };
    expect(leftovers).toEqual([
      { name: STACK_NAME, ...place, stackName: 'net', reason: 'no role', since: '2026-01-01T10:00:00.000Z' },
      {
        name: 'e1',
        ...place,
        stackName: 'pipe',
        reason: 'no role',
        since: '2026-01-01T10:00:00.000Z',
        pipeline: 'unknown',
      },
    ]);
  });

  test('disables the pipeline of a removed environment when its account can be reached again', async () => {
    const world = await withLeftover();
    const pipeline = world.control.put(FIRST, { executions: [executionOf('new')] });
    expect((await world.operations.status()).leftovers).toMatchObject([{ name: 'e1', pipeline: 'disabled' }]);
    expect(pipeline).toMatchObject({
      disabledReason: 'Its environment was removed', executions: [{ status: 'Stopped' }],
    });
    world.control.calls.length = 0;
    await world.operations.status();
    const calls = world.control.calls.filter(({ accountId }) => accountId === FIRST);
    expect(calls.map(({ name }) => name)).toEqual(['state']);
  });

  test('says that the pipeline of a removed environment does not exist', async () => {
    const world = await withLeftover();
    world.control.errors.set(FIRST, Object.assign(new Error('no'), { name: 'PipelineNotFoundException' }));
    expect((await world.operations.status()).leftovers).toMatchObject([{ name: 'e1', pipeline: 'absent' }]);
  });
});

test('halt stops the pipeline of a removed environment', async () => {
  const world = await withLeftover();
  world.control.putRunning(FIRST);
  const halted = await world.operations.halt(['e1'], { by: ANNA, requestId: 'request-1', reason: 'stop' });
  expect(halted.pipelines).toMatchObject([{ environmentName: 'e1', accountId: FIRST, stopped: 1 }]);
});

describe('forget', () => {
  const STACK = "stack 'pipe' with the pipeline; delete it before another environment uses the account";
  const BUCKET = `the artifacts in bucket 'org-environments-artifacts-${FIRST}-eu-central-1'`;
  const APPLICATIONS =
    'the stacks that the pipeline has deployed, and those deployed by hand with the bootstrap roles';

  test.each([
    ['nothing was deleted', undefined, [STACK, APPLICATIONS, BUCKET]],
    ['the pipeline was stopped', 'stopped', [STACK, APPLICATIONS, BUCKET]],
    ['the applications were deleted', 'applications deleted', [STACK, BUCKET]],
    ['the artifacts were deleted', 'artifacts deleted', [STACK]],
  ] as const)('shows first what stays in the account, and changes no record: %s', async (_, teardown, remains) => {
    const world = await withLeftover(teardown);
    const before = world.registry.keys;
    expect(await forget(world, 'e1', 'preview')).toMatchObject([{ name: 'e1', reason: 'no role', remains }]);
    expect(world.registry.keys).toEqual(before);
  });

  test.each(['can', 'cannot'])('frees the account, which %s be reached, and keeps other environments', async is => {
    const world = await withLeftover();
    const pipeline = world.control.put(FIRST);
    if (is === 'cannot') unreachable(world);
    expect(await forget(world, 'e1')).toMatchObject([{ name: 'e1', accountId: FIRST }]);
    expect(world.registry.keys.filter(key => !key.startsWith('history#'))).toEqual([
      'environment#e2', leaseKey(FIRST), leaseKey(SECOND),
    ]);
    expect(await world.registry.read(leaseKey(FIRST))).toEqual({ fence: 1, version: 2 });
    expect(pipeline.disabledReason).toBe(is === 'can' ? 'Its environment was removed' : undefined);
  });

  test('forgets a stack without a pipeline', async () => {
    const world = new World();
    await put(world, STACK_KEY, RECORD, { name: STACK_NAME, stackName: 'net' });
    expect(await forget(world, STACK_NAME)).toMatchObject([{ name: STACK_NAME, remains: ["stack 'net'"] }]);
    expect(world.registry.keys.filter(key => !key.startsWith('history#'))).toEqual([]);
  });

  test('forgets several stacks of one environment', async () => {
    const world = await withLeftover();
    await put(world, STACK_KEY, RECORD, { name: 'e1', stackName: 'net' });
    expect(await forget(world, 'e1')).toHaveLength(2);
    expect(world.registry.keys.filter(key => /^(leftover|pipeline|stack)#/.test(key))).toEqual([]);
  });

  test('keeps an environment that exists in another account now', async () => {
    const world = await withLeftover();
    const [former, present] = [
      await world.environment(1, { isLeftover: true, suspendedFor: 'present' }),
      { ...(await world.environment(3)), environmentName: 'e1', pipelineKey: 'present' },
    ];
    const environment = await world.registry.read<{ version: number }>('environment#e1');
    await world.registry.write(
      'environment#e1',
      { ...environment, sides: { only: { pipelines: [former, present] } } },
      environment?.version,
    );
    await forget(world, 'e1');
    expect(await world.registry.read('environment#e1')).toMatchObject({ sides: { only: { pipelines: [present] } } });
  });

  test.each(['preview', 'forget'] as const)('rejects an environment that is in use (%s)', async mode => {
    const world = await withLeftover();
    const before = world.registry.keys;
    await expect(forget(world, 'e2', mode)).rejects.toThrow(
      `environment 'e2' in account ${SECOND} is in use, so it cannot be forgotten: to remove it, remove it from the `
        + 'app and deploy (its applications are deleted with it, unless it was deployed with keepApplication: true); '
        + 'nothing was done',
    );
    expect(world.registry.keys).toEqual(before);
  });

  test('rejects a name that nothing has, and names what remains', async () => {
    await expect(forget(await withLeftover(), 'e9')).rejects.toThrow(
      "there is no leftover 'e9': use one of e1; nothing was done",
    );
    await expect(forget(new World(), 'e9')).rejects.toThrow(
      "there is no leftover 'e9': nothing remains in any account; nothing was done",
    );
  });

  test('changes nothing if the environment is deployed again at the same time', async () => {
    const world = await withLeftover();
    const read = world.registry.read.bind(world.registry);
    let isDeployedAgain = false;
    jest.spyOn(world.registry, 'read').mockImplementation(async key => {
      if (key === leftoverKey(PIPELINE_KEY) && !isDeployedAgain) {
        isDeployedAgain = true;
        await world.registry.remove(key, 1);
      }
      return read(key);
    });
    expect(await forget(world, 'e1')).toEqual([]);
    expect(world.registry.keys).toContain(PIPELINE_KEY);
  });

  test('is kept in the history with the caller and the reason', async () => {
    const world = await withLeftover();
    await world.operations.run({ ...FORGET, name: 'e1', reason: 'the account was closed' }, 'request-1');
    const { history } = await world.operations.run({ operation: 'history', limit: 10 }, 'request-2');
    expect(history).toEqual([
      {
        at: '2026-01-01T12:00:00.000Z',
        change: 'Forget',
        outcome: 'succeeded',
        by: ANNA,
        requestId: 'request-1',
        environmentName: 'e1',
        accountId: FIRST,
        subject: 'pipe',
        reason: 'the account was closed',
      },
    ]);
  });

  test.each(['before', 'after'] as const)('can be repeated, killed at any call %s its effect', async when => {
    for (let call = 1, died = true; died; call++) {
      const world = await withLeftover();
      world.control.put(FIRST);
      world.fate.dieAt(call, when);
      await forget(world, 'e1').catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      died = world.fate.revive();
      if (died) {
        await forget(world, 'e1').catch((error: unknown) => expect(String(error)).toContain('there is no leftover'));
      }
      const left = world.registry.keys.filter(key => key.includes(FIRST) && !key.startsWith('history#'));
      expect({ call, left }).toEqual({ call, left: [leaseKey(FIRST)] });
    }
  });
});
