import type { Wanted } from './world';
import { ONE, World, dieEverywhere, environment, owner, pipeline, request } from './world';

const MINUTE = 60_000;
const changed = { ...request, parameters: { Size: '2' } };
const changedPipeline = { ...pipeline, parameters: { ...pipeline.parameters, Size: '2' } };

/** Updates a stack in an account that can no longer be entered. */
async function updateUnreachable(world: World, wanted: Wanted = changed, before: Wanted = request): Promise<unknown> {
  await world.create(before);
  world.accounts.closed.add(ONE);
  await world.lifecycle.requestUpdate(owner, wanted, before);
  expect(await world.lifecycle.reconcile(owner, wanted)).toMatchObject({ done: false });
  world.time += MINUTE;
  return world.finish(wanted);
}

describe('update of a stack in an account that cannot be reached', () => {
  test('succeeds with the attributes of the last deployment, and records why nothing was changed', async () => {
    const world = new World();
    const result = await world.create();
    expect(await updateUnreachable(new World())).toEqual(result);

    await updateUnreachable(world);
    expect(world.accounts.of(ONE).definition('net')?.parameters).toEqual({ Size: '1' });
    expect(await world.registry.read(`stack#${ONE}#eu-central-1#net`)).toMatchObject({
      deferral: {
        reason: expect.stringMatching(/^cannot assume role '.*' to deploy stack 'net': .*deploy again/),
        at: MINUTE,
      },
    });
  });

  test('is made by the next update after the account can be reached again', async () => {
    const world = new World();
    await updateUnreachable(world);
    world.accounts.closed.clear();
    await world.update({ ...changed, tags: { team: 'shop', cost: '7' } }, changed);
    expect(world.accounts.of(ONE).definition('net')).toMatchObject({ parameters: { Size: '2' }, tags: { cost: '7' } });
    expect(await world.registry.read(`stack#${ONE}#eu-central-1#net`)).not.toHaveProperty('deferral');
  });

  test('can be rolled back while the account cannot be reached', async () => {
    const world = new World();
    await updateUnreachable(world);
    await world.lifecycle.requestUpdate(owner, request, changed);
    world.time += MINUTE;
    await expect(world.finish(request)).resolves.toHaveProperty('stackId');
    world.accounts.closed.clear();
    await world.update(changed, request);
    expect(world.accounts.of(ONE).definition('net')?.parameters).toEqual({ Size: '2' });
  });

  test('fails if it reads an output that the last deployment did not return', async () => {
    await expect(updateUnreachable(new World(), { ...changed, outputs: ['Url'] })).rejects.toThrow(
      'cannot assume role',
    );
  });

  test('shows the pending update in the environment of a pipeline, until it is made', async () => {
    const world = new World();
    await updateUnreachable(world, changedPipeline, pipeline);
    const pending = { deferral: { reason: expect.stringContaining("deploy stack 'pipe'"), at: MINUTE } };
    expect(await world.environment()).toMatchObject({ sides: { only: { pipelines: [pending] } } });
    expect((await world.leaseOf(ONE))?.holder).toEqual({
      environmentName: environment.environmentName,
      pipelineKey: expect.any(String),
      stackId: owner.stackId,
    });

    world.accounts.closed.clear();
    await world.update(pipeline, changedPipeline);
    const sides = (await world.environment())?.sides;
    expect(sides?.only.pipelines).toHaveLength(1);
    expect(sides?.only.pipelines[0]).not.toHaveProperty('deferral');
  });

  test.each(['before', 'after'] as const)('ends the same when it is killed at any call %s its effect', async when => {
    await dieEverywhere(
      when,
      world => [
        async () => {
          world.accounts.closed.delete(ONE);
          if (world.registry.keys.length === 0) await world.create(pipeline);
          await world.finish(pipeline);
          world.accounts.closed.add(ONE);
        },
        async () => {
          await world.lifecycle.requestUpdate(owner, changedPipeline, pipeline);
          world.time += MINUTE;
          await world.finish(changedPipeline);
        },
      ],
      async (world, death) => {
        const [{ deferral } = {}] = (await world.environment())?.sides.only.pipelines ?? [];
        expect({ death, deferral }).toMatchObject({ death, deferral: { at: expect.any(Number) } });
        expect(world.accounts.of(ONE).begun).toEqual(['create pipe']);
      },
    );
  });
});

test('creation of a stack in an account that cannot be reached fails', async () => {
  const world = new World();
  world.accounts.closed.add(ONE);
  await world.lifecycle.requestCreate(owner, request);
  world.time = 3 * MINUTE;
  await expect(world.finish(request)).rejects.toThrow('cannot assume role');
});
