import { haltKey } from '../../lambda/registry/halt';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { ONE, TWO, World, dieEverywhere, environment, owner, ownerOf, pipeline } from '../stack/world';

const HALT = { environmentName: 'test1', by: 'a developer', at: '', reason: 'fire drill' };
const THREE = '444444444444';
const renamed = ownerOf('Renamed');

/** A construct that was renamed and moved at once is created there before the old one goes. */
async function replaced(moved = { ...pipeline, accountId: TWO }): Promise<World> {
  const world = new World();
  await world.create(pipeline);
  await world.create(moved, renamed);
  return world;
}

async function beginToMove(world: World, moved: PipelineRequest): Promise<void> {
  await world.lifecycle.requestUpdate(owner, moved, pipeline);
  await world.lifecycle.reconcile(owner, moved);
}

describe.each([
  ['the same branch', 'env/test1'],
  ['another branch', 'env/qa'],
])('an environment that moves to another account with its pipeline on %s', (_, branchName) => {
  const moved = { ...pipeline, accountId: TWO, environment: { ...environment, branchName } };
  const moving = (world: World) => [() => world.create(pipeline), () => world.update(moved, pipeline)];
  const renaming = (world: World) => [() => world.create(pipeline), () => world.create(moved, renamed)];

  test('has one enabled pipeline at a time, killed at any call', async () => {
    const oneAtATime = async (world: World, death: string) => {
      expect({ death, clashes: world.pipelines.clashes, active: world.pipelines.active }).toEqual({
        death,
        clashes: [],
        active: [TWO],
      });
    };
    for (const when of ['before', 'after'] as const) {
      await dieEverywhere(when, moving, oneAtATime);
      await dieEverywhere(when, world => [...renaming(world), () => world.delete(pipeline)], oneAtATime);
    }
  });

  test('resumes the former pipeline after a rollback, at the head of the branch, killed at any call', async () => {
    const former = async (world: World, death: string) => {
      const { clashes, active } = world.pipelines;
      // an event that comes once more is another attempt, which may start the pipeline once more
      const started = [...new Set(world.pipelines.started.map(start => start.split(' ')[0]))];
      expect({ death, clashes, active, started }).toEqual({ death, clashes: [], active: [ONE], started: [ONE] });
    };
    for (const when of ['before', 'after'] as const) {
      await dieEverywhere(
        when,
        world => [() => world.create(pipeline), () => beginToMove(world, moved), () => world.update(pipeline, moved)],
        former,
      );
      await dieEverywhere(
        when,
        world => [
          ...renaming(world),
          async () => {
            world.accounts.rollingBack = true;
          },
          () => world.delete(moved, renamed),
        ],
        former,
      );
    }
  });

  test('resumes only the second pipeline when the move to a third one is rolled back', async () => {
    const world = await replaced(moved);
    await world.create({ ...moved, accountId: THREE }, ownerOf('Third'));
    world.accounts.rollingBack = true;
    await world.delete({ ...moved, accountId: THREE }, ownerOf('Third'));
    expect(world.pipelines.active).toEqual([TWO]);
  });

  test('resumes the former pipeline even if the one that took its place cannot be deleted', async () => {
    const world = await replaced(moved);
    world.accounts.rollingBack = true;
    world.accounts.of(TWO).failures.set('pipe', 'role pipe cannot be deleted');
    await expect(world.delete(moved, renamed)).rejects.toThrow('role pipe cannot be deleted');
    expect(world.pipelines.active).toEqual([ONE]);
  });

  test('keeps the former pipeline suspended if it is being removed, too', async () => {
    const world = await replaced(moved);
    world.accounts.rollingBack = true;
    await world.lifecycle.requestDelete(owner, pipeline);
    await world.delete(moved, renamed);
    expect(world.pipelines.active).toEqual([]);
  });

  test('a removal that is not a rollback neither resumes the former pipeline nor keeps the applications', async () => {
    const world = await replaced(moved);
    world.time = 1000;
    const roleArn = `arn:aws:iam::${TWO}:role/cdk-hnb659fds-cfn-exec-role-${TWO}-eu-central-1`;
    world.accounts.of(TWO).put('web', 'CREATE_COMPLETE', {}, 'pipeline', { roleArn });
    await world.delete(moved, renamed);
    expect(world.pipelines.active).toEqual([]);
    expect(world.accounts.of(TWO).begun).toContain('delete web');
  });

  test('resumes the former pipeline, and does not enable the one that was still being created', async () => {
    const world = new World();
    await world.create(pipeline);
    await world.lifecycle.requestCreate(renamed, moved);
    await world.lifecycle.reconcile(renamed, moved);
    world.time = 1000;
    await world.update({ ...pipeline, tags: { team: 'other' } }, pipeline);
    await world.finish(moved, renamed);
    expect(world.pipelines.clashes).toEqual([]);
    expect(world.pipelines.active).toEqual([ONE]);
  });

  test('resumes the former pipeline, and disables one that is created concurrently', async () => {
    const world = new World();
    world.pipelines.late.add(TWO);
    await world.create(pipeline);
    await world.lifecycle.requestCreate(renamed, moved);
    await world.lifecycle.reconcile(renamed, moved);
    // roles that were just made are waited for
    world.time = 61_000;
    await world.update({ ...pipeline, tags: { team: 'other' } }, pipeline);
    expect(world.pipelines.active).toEqual([ONE]);
    expect(world.pipelines.clashes).toEqual([]);
  });
});

test('a resumed pipeline is started even if it was idle, because pushes have started the other pipeline', async () => {
  const world = await replaced();
  world.pipelines.idle.add(ONE);
  world.accounts.rollingBack = true;
  await world.delete({ ...pipeline, accountId: TWO }, renamed);
  expect(world.pipelines.started).toEqual([expect.stringContaining(ONE)]);
});

test('a pipeline that was resumed is disabled again if its environment is halted at that moment', async () => {
  const world = await replaced();
  world.accounts.rollingBack = true;
  world.pipelines.onEnable = async () => {
    await world.registry.write(haltKey('test1'), HALT, undefined);
  };
  await world.delete({ ...pipeline, accountId: TWO }, renamed);
  expect(world.pipelines.active).toEqual([]);
  expect(world.pipelines.started).toEqual([]);
});

test('an environment moves away from an account where a policy of the organization denies all calls', async () => {
  const world = new World();
  await world.create(pipeline);
  world.accounts.of(ONE).denied = true;
  await world.update({ ...pipeline, accountId: TWO }, pipeline);
  expect(world.pipelines.active).toContain(TWO);
  expect(world.accounts.of(ONE).begun).toEqual(['create pipe']);
});
