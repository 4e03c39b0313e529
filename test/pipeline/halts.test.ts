import { haltKey } from '../../lambda/registry/halt';
import { ONE, TWO, World, dieEverywhere, environment, owner, ownerOf, pipeline } from '../stack/world';

const MOVED = { ...pipeline, accountId: TWO };

/** The same pipeline with a definition that enables or disables it. */
function stated(state: 'enabled' | 'disabled', size = '1') {
  return { ...pipeline, parameters: { Size: size, State: state }, environment: { ...environment, state } };
}

async function halted(world: World): Promise<void> {
  await world.registry.write(
    haltKey('test1'),
    { environmentName: 'test1', by: 'anna', at: '2026-01-01T00:00:00Z', reason: 'the till' },
    undefined,
  );
}

function parameters(world: World): unknown {
  return world.accounts.of(ONE).definition('pipe')?.parameters;
}

test('an environment that is halted during a deployment is disabled at its end', async () => {
  const world = new World();
  await world.lifecycle.requestCreate(owner, stated('enabled'));
  expect(await world.lifecycle.reconcile(owner, stated('enabled'))).toMatchObject({ done: false });
  expect(parameters(world)).toEqual({ Size: '1', State: 'enabled' });
  await halted(world);
  await world.finish(stated('enabled'));
  expect(parameters(world)).toEqual({ Size: '1', State: 'disabled' });
});

test('an environment that is resumed during a deployment is enabled at its end', async () => {
  const world = new World();
  await halted(world);
  await world.lifecycle.requestCreate(owner, stated('enabled'));
  await world.lifecycle.reconcile(owner, stated('enabled'));
  await world.registry.remove(haltKey('test1'), 1);
  await world.finish(stated('enabled'));
  expect(parameters(world)).toEqual({ Size: '1', State: 'enabled' });
});

test('an environment that is halted while it moves stays halted when the move is rolled back', async () => {
  const world = new World();
  await world.create(pipeline);
  await world.lifecycle.requestUpdate(owner, MOVED, pipeline);
  await world.lifecycle.reconcile(owner, MOVED);
  expect(world.pipelines.active).toEqual([TWO]);
  await halted(world);
  await world.update(pipeline, MOVED);
  expect(world.pipelines.active).toEqual([]);
});

describe('an execution that AWS has cancelled because its pipeline was updated', () => {
  async function cancelled(): Promise<World> {
    const world = new World();
    await world.create(stated('enabled'));
    world.pipelines.cancelled.add(ONE);
    return world;
  }

  test('is restarted', async () => {
    const world = await cancelled();
    await world.update(stated('enabled', '2'), stated('enabled'));
    expect(world.pipelines.started).toEqual([expect.stringMatching(new RegExp(`^${ONE} attempt-\\d$`))]);
  });

  test.each(['before', 'after'] as const)('is restarted once, killed at any call %s its effect', async when => {
    await dieEverywhere(
      when,
      world => [
        () => world.create(stated('enabled')),
        async () => {
          if (world.pipelines.started.length === 0) world.pipelines.cancelled.add(ONE);
          await world.update(stated('enabled', '2'), stated('enabled'));
        },
      ],
      async (world, death) => expect({ death, started: world.pipelines.started.length }).toEqual({ death, started: 1 }),
    );
  });

  test('is restarted when the pipeline is enabled, and not before', async () => {
    const world = await cancelled();
    await world.update(stated('disabled'), stated('enabled'));
    expect(world.pipelines.started).toEqual([]);
    await world.update(stated('enabled'), stated('disabled'));
    expect(world.pipelines.started).toHaveLength(1);
  });

  test('is not restarted while the environment is halted', async () => {
    const world = await cancelled();
    await halted(world);
    await world.update(stated('enabled', '2'), stated('enabled'));
    expect(world.pipelines.started).toEqual([]);
  });

  test('is restarted, but not one that was stopped by hand', async () => {
    const world = new World();
    await world.create(stated('enabled'));
    await world.pipelines.abandon({ accountId: ONE, region: '', pipelineName: '', gate: '' });
    await world.update(stated('enabled', '2'), stated('enabled'));
    expect(world.pipelines.started).toEqual([]);
  });

  test('is not looked up if the pipeline was not updated', async () => {
    const world = await cancelled();
    await world.create(stated('enabled'), ownerOf('Renamed'));
    expect(world.pipelines.started).toEqual([]);
  });
});

test('an execution that AWS dropped after 30 days is restarted when its pipeline is enabled', async () => {
  const world = new World();
  await world.create(stated('disabled'));
  world.time = 30 * 24 * 60 * 60_000;
  await world.update(stated('enabled'), stated('disabled'));
  expect(world.pipelines.started).toHaveLength(1);
});
