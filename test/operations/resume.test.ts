import { executionOf } from './fake-control';
import { ANNA, World, accountOf } from './world';
import { haltKey } from '../../lambda/registry/halt';
import { Killed } from '../shared/fate';

const BY = { by: ANNA, requestId: 'request-1' };
const HALT = { ...BY, reason: 'the till is wrong' };
const [FIRST, SECOND] = [accountOf(1), accountOf(2)];

describe('resume', () => {
  test('removes the halt, enables the pipelines, and starts those whose execution was stopped', async () => {
    const world = new World();
    await world.running(2);
    await world.operations.halt('all', HALT);
    const { pipelines } = await world.operations.resume('all', BY);
    expect(pipelines).toMatchObject([
      { state: 'enabled', started: true, wasHalted: true },
      { state: 'enabled', started: true, wasHalted: true },
    ]);
    expect(world.registry.keys.filter(key => key.startsWith('halt#'))).toEqual([]);
    expect(world.control.pipelines.get(FIRST)).not.toHaveProperty('disabledReason');
    expect(world.control.pipelines.get(FIRST)?.executions[0]).toMatchObject({ status: 'InProgress' });
  });

  test('does not start a pipeline where a newer commit waits at the transition', async () => {
    const world = new World();
    await world.running(1);
    await world.operations.halt('all', HALT);
    world.control.pipelines.get(FIRST)?.executions.unshift(executionOf('waits at the gate'));
    expect((await world.operations.resume('all', BY)).pipelines).toMatchObject([{ state: 'enabled', started: false }]);
    expect(world.control.calls.map(({ name }) => name)).not.toContain('start');
  });

  test.each([
    ['was cancelled, because its pipeline was updated', executionOf('cancelled', 'Cancelled')],
    [
      'has waited for more than 30 days, so that AWS dropped it',
      { ...executionOf('waits'), startedAt: new Date('2025-11-30T10:00:00Z') },
    ],
  ])('starts the head of the branch where the last run %s', async (_, execution) => {
    const world = new World();
    await world.running(1);
    await world.operations.halt('all', HALT);
    world.control.pipelines.get(FIRST)?.executions.unshift(execution);
    expect((await world.operations.resume('all', BY)).pipelines).toMatchObject([{ state: 'enabled', started: true }]);
  });

  test('removes the halt of disabled and suspended pipelines, and does not enable them', async () => {
    const world = new World();
    await world.environment(1, { state: 'disabled' });
    await world.environment(2, { suspendedFor: 'pipeline#1' });
    [FIRST, SECOND].forEach(accountId => world.control.put(accountId, { disabledReason: 'disabled' }));
    await world.operations.halt('all', HALT);
    world.control.calls.length = 0;
    const { pipelines } = await world.operations.resume('all', BY);
    expect(pipelines).toMatchObject([
      { state: 'disabled', started: false, wasHalted: true },
      { state: 'suspended', started: false },
    ]);
    expect(world.control.calls).toEqual([]);
    expect(world.registry.keys.filter(key => key.startsWith('halt#'))).toEqual([]);
  });

  test.each([
    [
      'is halted again',
      'Halted by ben: a fire',
      async (world: World) => {
        await world.registry.write(
          haltKey('e1'),
          { environmentName: 'e1', by: 'ben', at: '', reason: 'a fire' },
          undefined,
        );
      },
    ],
    [
      'starts to move',
      'Its environment moves, or is being removed',
      async (world: World) => {
        await world.environment(1, { suspendedFor: 'pipeline#1' });
      },
    ],
  ])('disables the pipeline again when the environment %s concurrently', async (_, disabledReason, meanwhile) => {
    const world = new World();
    await world.running(1);
    await world.operations.halt('all', HALT);
    world.control.onEnable = async () => meanwhile(world);
    const problem = `it was disabled again, because of a concurrent change: ${disabledReason}`;
    expect((await world.operations.resume('all', BY)).pipelines).toMatchObject([{ started: false, problem }]);
    expect(world.control.pipelines.get(FIRST)?.disabledReason).toBe(disabledReason);
    expect(world.control.calls.map(({ name }) => name)).not.toContain('start');
  });

  test('removes the halt of a deleted environment, and rejects a name that was never halted', async () => {
    const world = new World();
    await world.running(2);
    await world.operations.halt(['e2'], HALT);
    await world.remove('e2');
    await expect(world.operations.resume(['e2', 'e3'], BY)).rejects.toThrow(
      "there is no environment 'e3': use one of e1",
    );
    expect(await world.registry.read(haltKey('e2'))).toBeDefined();
    expect(await world.operations.resume(['e1', 'e2'], BY)).toMatchObject({
      pipelines: [{ environmentName: 'e1' }],
      removedHalts: ['e2'],
    });
    expect(await world.registry.read(haltKey('e2'))).toBeUndefined();
    await expect(world.operations.resume(['e2'], BY)).rejects.toThrow("there is no environment 'e2': use one of e1");
  });

  test('with `all` also removes the halts of deleted environments', async () => {
    const world = new World();
    await world.running(3);
    await world.operations.halt(['e2', 'e3'], HALT);
    await world.remove('e2');
    expect(await world.operations.resume('all', BY)).toMatchObject({
      pipelines: [{ environmentName: 'e1' }, { environmentName: 'e3', wasHalted: true }],
      removedHalts: ['e2'],
    });
    expect(await world.registry.read(haltKey('e2'))).toBeUndefined();
    expect(await world.operations.resume('all', BY)).toMatchObject({ removedHalts: [] });
    expect(await world.registry.list('halt')).toEqual([]);
  });

  test('changes nothing for an environment that is not halted', async () => {
    const world = new World();
    await world.environment(1);
    world.control.put(FIRST, { executions: [executionOf('old', 'Succeeded')] });
    expect((await world.operations.resume(['e1'], BY)).pipelines).toMatchObject([
      { state: 'enabled', started: false, wasHalted: false },
    ]);
  });

  test.each(['before', 'after'] as const)(
    'killed at any call %s its effect and repeated, leaves no pipeline disabled',
    async when => {
      for (let call = 1, died = true; died; call++) {
        const world = new World();
        await world.running(2);
        await world.operations.halt('all', HALT);
        world.fate.dieAt(call, when);
        await world.operations.resume('all', BY).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        died = world.fate.revive();
        if (died) await world.operations.resume('all', BY);
        expect(world.control.pipelines.size).toBe(2);
        for (const pipeline of world.control.pipelines.values()) {
          expect(pipeline).not.toHaveProperty('disabledReason');
          // never twice
          expect(pipeline.executions.map(({ status }) => status)).toEqual(['InProgress', 'Stopped', 'Succeeded']);
        }
      }
    },
  );
});
