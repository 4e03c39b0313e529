import { executionOf } from './fake-control';
import { ANNA, World, accountOf } from './world';
import { haltKey } from '../../lambda/registry/halt';
import { Killed } from '../shared/fate';

const BY = { by: ANNA, requestId: 'request-1' };
const HALT = { ...BY, reason: 'the till is wrong' };
/** The error of CodePipeline while it updates the pipeline. */
const BUSY = Object.assign(new Error('busy'), { name: 'ConflictException' });
const [FIRST, SECOND] = [accountOf(1), accountOf(2)];

describe('halt', () => {
  test('stops 50 pipelines in three rounds, with at most one call of a kind per account and round', async () => {
    const world = new World();
    await world.running(50);
    const { pipelines } = await world.operations.halt('all', HALT);
    expect(pipelines).toHaveLength(50);
    for (const outcome of pipelines) expect(outcome).toMatchObject({ stopped: 1, interrupted: ['Deploy/Deploy'] });
    expect(world.control.roundCount).toBeLessThanOrEqual(3);
    expect(world.control.mostAtOnce).toBe(1);
    expect(world.control.pipelines.size).toBe(50);
    for (const pipeline of world.control.pipelines.values()) {
      expect(pipeline).toMatchObject({ disabledReason: `Halted by ${ANNA}: the till is wrong`, builds: new Set() });
      expect(pipeline.executions.map(({ status }) => status)).toEqual(['Stopped', 'Succeeded']);
    }
  });

  test('also stops executions that pass while the transition is being disabled, in three rounds', async () => {
    const world = new World();
    await world.running(1);
    const pipeline = world.control.pipelines.get(FIRST);
    let done = false;
    world.control.onRound = round => {
      if (done || round === 0) return;
      done = true;
      pipeline?.executions.unshift(executionOf('late'));
    };
    const { pipelines } = await world.operations.halt('all', HALT);
    expect(pipelines).toMatchObject([{ stopped: 2 }]);
    expect(pipeline?.executions.map(({ executionId, status }) => `${executionId} ${status}`)).toEqual([
      'late Stopped',
      'new Stopped',
      'old Succeeded',
    ]);
    expect(world.control.roundCount).toBe(3);
  });

  test('records operator, time and reason before it changes a pipeline', async () => {
    const world = new World();
    await world.running(1);
    const disable = jest.spyOn(world.control, 'disable').mockImplementation(async () => {
      expect(await world.registry.read(haltKey('e1'))).toMatchObject({
        environmentName: 'e1',
        by: ANNA,
        reason: 'the till is wrong',
        at: '2026-01-01T12:00:00.000Z',
      });
    });
    await world.operations.halt('all', HALT);
    expect(disable).toHaveBeenCalledTimes(1);
  });

  test('stops only the pipelines of the named environments', async () => {
    const world = new World();
    await world.running(3);
    const { pipelines } = await world.operations.halt(['e2'], HALT);
    expect(pipelines.map(({ environmentName, accountId }) => [environmentName, accountId])).toEqual([['e2', SECOND]]);
    expect(new Set(world.control.calls.map(({ accountId }) => accountId))).toEqual(new Set([SECOND]));
    expect(world.registry.keys.filter(key => key.startsWith('halt#'))).toEqual(['halt#e2']);
  });

  test('rejects an environment that does not exist, names those that exist, and changes nothing', async () => {
    const world = new World();
    await expect(world.operations.halt(['e2'], HALT)).rejects.toThrow(
      "there is no environment 'e2': no environments exist; nothing was done",
    );
    await world.running(3);
    await expect(world.operations.halt(['e2', 'prod', 'qa'], HALT)).rejects.toThrow(
      "there is no environment 'prod', 'qa': use one of e1, e2, e3, or --all; nothing was done",
    );
    expect(world.control.calls).toEqual([]);
    expect(world.registry.keys.filter(key => key.startsWith('halt#'))).toEqual([]);
  });

  test('stops again what was started since the first halt, and keeps and reports the first halt', async () => {
    const world = new World();
    await world.running(1);
    expect((await world.operations.halt('all', HALT)).pipelines[0]).not.toHaveProperty('haltedAlready');
    const record = { by: 'arn:aws:iam::222222222222:user/ben', reason: 'still wrong' };
    const later = { ...record, requestId: 'request-2' };
    const haltedAlready = { by: ANNA, reason: HALT.reason, at: '2026-01-01T12:00:00.000Z' };
    expect((await world.operations.halt('all', later)).pipelines).toMatchObject([
      { stopped: 0, interrupted: [], haltedAlready },
    ]);
    world.control.pipelines.get(FIRST)?.executions.unshift(executionOf('by hand'));
    expect((await world.operations.halt('all', later)).pipelines).toMatchObject([{ stopped: 1, haltedAlready }]);
    expect(await world.registry.read(haltKey('e1'))).toMatchObject(haltedAlready);
    expect(world.control.pipelines.get(FIRST)).toMatchObject({
      disabledReason: `Halted by ${ANNA}: the till is wrong`,
    });
    await world.operations.resume('all', BY);
    expect((await world.operations.halt('all', later)).pipelines[0]).not.toHaveProperty('haltedAlready');
    expect(await world.registry.read(haltKey('e1'))).toMatchObject(record);
  });

  test('records one of several concurrent halts', async () => {
    const world = new World();
    await world.running(5);
    const answers = await Promise.all(
      ['one', 'two', 'three'].map(async reason => world.operations.halt('all', { ...BY, reason })),
    );
    for (let n = 1; n <= 5; n++) {
      expect(await world.registry.read(haltKey(`e${n}`))).toMatchObject({ by: ANNA });
      expect(answers.filter(({ pipelines }) => pipelines[n - 1].haltedAlready)).toHaveLength(2);
    }
  });

  test('halts the other pipelines if one account cannot be accessed, and reports it', async () => {
    const world = new World();
    await world.running(3);
    world.control.errors.set(
      SECOND,
      Object.assign(new Error('not authorized to perform: sts:AssumeRole'), { name: 'AccessDenied' }),
    );
    const { pipelines } = await world.operations.halt('all', HALT);
    expect(pipelines.map(({ stopped }) => stopped)).toEqual([1, 0, 1]);
    expect(pipelines[1].problem).toBe(
      `pipeline 'e2' in account ${SECOND} cannot be accessed: the role 'org-environments-pipeline-operate' there `
        + "must trust 'org-environments-operations': run: org-environments reconcile --environment e2 "
        + '(if only a part of its stack is missing, delete the stack first); if the account was closed, '
        + 'nothing runs there (AccessDenied: not authorized to perform: sts:AssumeRole)',
    );
    // the next deployment does not let commits through there either
    expect(await world.registry.read(haltKey('e2'))).toMatchObject({ by: ANNA, reason: HALT.reason });
  });

  test('stops executions and reports an error if the transition cannot be disabled', async () => {
    const world = new World();
    await world.running(1);
    jest.spyOn(world.control, 'disable').mockRejectedValue(BUSY);
    const { pipelines } = await world.operations.halt('all', HALT);
    expect(pipelines[0].problem).toBe(
      `pipeline 'e1' in account ${FIRST} returned an error: try again (ConflictException: busy)`,
    );
    expect(world.control.pipelines.get(FIRST)).toMatchObject({
      builds: new Set(),
      executions: [{ status: 'Stopped' }, { status: 'Succeeded' }],
    });
  });

  test('retries to stop an execution while the pipeline is busy, and then stops its builds', async () => {
    const world = new World();
    await world.running(1);
    jest.spyOn(world.control, 'abandon').mockRejectedValueOnce(BUSY);
    expect((await world.operations.halt('all', HALT)).pipelines).toMatchObject([
      { stopped: 1, interrupted: ['Deploy/Deploy'] },
    ]);
    expect(world.control.pipelines.get(FIRST)).toMatchObject({
      builds: new Set(),
      executions: [{ status: 'Stopped' }, { status: 'Succeeded' }],
    });
  });

  test('does not stop builds whose execution could not be stopped: the failed stage would roll back', async () => {
    const world = new World();
    await world.running(1);
    jest.spyOn(world.control, 'abandon').mockRejectedValue(BUSY);
    expect((await world.operations.halt('all', HALT)).pipelines[0].problem).toContain(
      'try again (ConflictException: busy)',
    );
    expect(world.control.calls.map(({ name }) => name)).not.toContain('stopBuild');
  });

  test('reports a pipeline that does not exist, and one that returns an error', async () => {
    const world = new World();
    await world.environment(1);
    await world.environment(2);
    world.control.errors.set(SECOND, Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
    const { pipelines } = await world.operations.halt('all', HALT);
    expect(pipelines.map(({ problem }) => problem)).toEqual([
      `pipeline 'e1' in account ${FIRST} does not exist: run: org-environments reconcile --environment e1 `
        + '(if only a part of its stack is missing, delete the stack first)',
      `pipeline 'e2' in account ${SECOND} returned an error: try again (ThrottlingException: Rate exceeded)`,
    ]);
  });

  test.each(['before', 'after'] as const)(
    'killed at any call %s its effect and repeated, leaves nothing running',
    async when => {
      for (let call = 1, died = true; died; call++) {
        const world = new World();
        await world.running(2);
        world.fate.dieAt(call, when);
        const attempt = await world.operations.halt('all', HALT).catch((error: unknown) => error);
        died = world.fate.revive();
        if (died) {
          // while a pipeline is being stopped, the kill is reported as its problem
          expect(attempt instanceof Killed || JSON.stringify(attempt).includes('Killed')).toBe(true);
          await world.operations.halt('all', HALT);
        }
        expect(world.control.pipelines.size).toBe(2);
        const death = `${when} call ${call}: ${world.fate.calls[call - 1]}`;
        for (const [accountId, { disabledReason, executions, builds }] of world.control.pipelines) {
          expect({ death, accountId, disabledReason, builds: builds.size }).toEqual({
            death,
            accountId,
            disabledReason: expect.stringContaining('Halted'),
            builds: 0,
          });
          expect(executions.map(({ status }) => status)).toEqual(['Stopped', 'Succeeded']);
        }
      }
    },
  );
});

describe('history', () => {
  const historyOf = async (world: World, environmentName?: string) => {
    const request = { operation: 'history', limit: 10, ...(environmentName && { environmentName }) } as const;
    return (await world.operations.run(request, 'request-9')).history;
  };

  test('has the halt of an environment and the resume that ended it', async () => {
    const world = new World();
    await world.running(2);
    await world.operations.halt(['e1'], HALT);
    await world.operations.resume(['e1'], { by: 'ben', requestId: 'request-2' });
    const common = { at: '2026-01-01T12:00:00.000Z', outcome: 'succeeded', environmentName: 'e1' };
    expect(await historyOf(world, 'e1')).toEqual([
      { ...common, change: 'Halt', ...HALT },
      { ...common, change: 'Resume', by: 'ben', requestId: 'request-2' },
    ]);
    expect(await historyOf(world, 'e2')).toEqual([]);
    expect(await historyOf(world)).toHaveLength(2);
  });

  test('of an environment that never existed is rejected with the names of those that exist', async () => {
    const world = new World();
    await expect(historyOf(world, 'prdo')).rejects.toThrow(
      "there is no environment 'prdo', and no change of it was recorded: no environments exist",
    );
    await world.running(2);
    await expect(historyOf(world, 'prdo')).rejects.toThrow(
      "there is no environment 'prdo', and no change of it was recorded: use one of e1, e2",
    );
  });

  test('has the resume of an environment that does not exist now', async () => {
    const world = new World();
    await world.environment(1);
    await world.operations.halt(['e1'], HALT);
    await world.remove('e1');
    await world.operations.resume('all', { by: 'ben', requestId: 'request-2' });
    expect(await historyOf(world, 'e1')).toMatchObject([{ change: 'Halt' }, { change: 'Resume' }]);
  });

  test('that cannot be written does not prevent a halt', async () => {
    const world = new World();
    await world.running(1);
    const write = world.registry.write.bind(world.registry);
    jest.spyOn(world.registry, 'write').mockImplementation(async (key, record, version) => {
      if (key.startsWith('history#')) throw Object.assign(new Error('denied'), { name: 'AccessDeniedException' });
      return write(key, record, version);
    });
    expect((await world.operations.halt('all', HALT)).pipelines).toMatchObject([{ stopped: 1 }]);
  });
});
