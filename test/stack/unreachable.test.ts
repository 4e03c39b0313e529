import type { Wanted } from './world';
import { ONE, World, dieEverywhere, environment, owner, pipeline, request } from './world';
import type { AccountStackRequest } from '../../src/stack/contract';
import { awsError } from '../fixtures/aws-error';

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
        reason: expect.stringMatching(
          /^cannot assume role '.*' to deploy stack 'net': .*run: org-environments reconcile --all/,
        ),
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

  async function withoutRecord(before: Wanted, wanted: Wanted, key: string): Promise<World> {
    const world = new World();
    await world.create(before);
    await world.lose(key);
    world.accounts.closed.add(ONE);
    await world.lifecycle.requestUpdate(owner, wanted, before);
    // without a record, a role that cannot be assumed may be new
    world.time += 5 * MINUTE;
    return world;
  }

  test('succeeds for a pipeline whose record was lost, and is made when the account can be reached', async () => {
    const key = `pipeline#${ONE}#eu-central-1#test1`;
    const world = await withoutRecord(pipeline, changedPipeline, key);
    expect(await world.finish(changedPipeline)).toEqual({});
    expect(await world.registry.read(key)).toMatchObject({ isRecordLost: true, deferral: { at: 5 * MINUTE } });
    world.accounts.closed.clear();
    await world.update(pipeline, changedPipeline);
    expect(await world.registry.read(key)).toMatchObject({ complete: true });
    expect(await world.registry.read(key)).not.toHaveProperty('isRecordLost');
  });

  test('succeeds for a stack whose record was lost, and of which the app reads nothing', async () => {
    const key = `stack#${ONE}#eu-central-1#net`;
    const world = await withoutRecord(request, changed, key);
    expect(await world.finish(changed)).toEqual({});
    expect(await world.registry.read(key)).toMatchObject({ isRecordLost: true, deferral: { at: 5 * MINUTE } });
    world.accounts.closed.clear();
    await world.update({ ...changed, tags: {} }, changed);
    expect(world.accounts.of(ONE).definition('net')).toMatchObject({ parameters: { Size: '2' } });
    expect(await world.registry.read(key)).not.toHaveProperty('isRecordLost');
  });

  test.each<[string, Partial<AccountStackRequest>]>([
    ['the id of the stack', { stackIdIsRead: 'yes' }],
    ['an output', { outputs: ['Url'] }],
  ])('fails for a stack whose record was lost, if the app reads %s, but is rolled back', async (_, reads) => {
    const [before, wanted] = [{ ...request, ...reads }, { ...changed, ...reads }];
    const world = new World();
    world.accounts.of(ONE).outputs.set('net', { Url: 'https://example.com' });
    await world.create(before);
    const key = `stack#${ONE}#eu-central-1#net`;
    await world.lose(key);
    world.accounts.closed.add(ONE);
    await world.lifecycle.requestUpdate(owner, wanted, before);
    world.time += 5 * MINUTE;
    await expect(world.finish(wanted)).rejects.toThrow('cannot assume role');

    world.accounts.rollingBack = true;
    await world.lifecycle.requestUpdate(owner, before, wanted);
    world.time += 5 * MINUTE;
    expect(await world.finish(before)).toEqual({});
    expect(await world.registry.read(key)).toMatchObject({
      isRecordLost: true,
      deferral: { reason: expect.stringContaining('cannot assume role'), at: 10 * MINUTE },
    });
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
      createdAt: 0,
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

describe('update of a stack whose assets cannot be copied to its account', () => {
  const files = { ...request, files: ['a.zip'] };
  const images = { ...request, images: { repository: 'images', tags: ['app'] } };

  /** Creates a stack with its assets. */
  async function create(wanted: Wanted): Promise<World> {
    const world = new World();
    const assets = world.accounts.assetsOf(ONE);
    assets.publishFile('a.zip', 'a');
    assets.publishImage([Buffer.from('a layer')], 'app');
    await world.create(wanted);
    return world;
  }

  /** Updates a stack after the permissions of new roles must have been propagated. */
  async function update(world: World, wanted: Wanted, before: Wanted): Promise<unknown> {
    await world.lifecycle.requestUpdate(owner, wanted, before);
    world.time += MINUTE;
    return world.finish(wanted);
  }

  test.each([
    ['the role that writes files is denied access', files, 'AccessDenied'],
    ['the bucket of the bootstrap does not exist', files, 'NoSuchBucket'],
    ['the role that writes images is denied access', images, 'AccessDeniedException'],
    ['the repository of the bootstrap does not exist', images, 'RepositoryNotFoundException'],
  ])('is deferred and can be rolled back if %s', async (_, wanted, errorName) => {
    const world = await create(wanted);
    world.accounts.assetsOf(ONE).failure = awsError(errorName, 'no');
    const next = { ...wanted, parameters: { Size: '2' } };

    await expect(update(world, next, wanted)).resolves.toHaveProperty('stackId');
    expect(world.accounts.of(ONE).definition('net')?.parameters).toEqual({ Size: '1' });
    expect(await world.registry.read(`stack#${ONE}#eu-central-1#net`)).toMatchObject({
      deferral: { reason: expect.stringContaining(`of account ${ONE} through`), at: MINUTE },
    });
    await expect(update(world, wanted, next)).resolves.toHaveProperty('stackId');

    world.accounts.assetsOf(ONE).failure = undefined;
    await update(world, next, wanted);
    expect(world.accounts.of(ONE).definition('net')?.parameters).toEqual({ Size: '2' });
    expect(await world.registry.read(`stack#${ONE}#eu-central-1#net`)).not.toHaveProperty('deferral');
  });

  test.each([
    ['a file', { ...files, parameters: {}, files: ['missing.zip'] }, files, "file asset 'missing.zip'"],
    [
      'an image',
      { ...images, parameters: {}, images: { ...images.images, tags: ['missing'] } },
      images,
      "image asset 'missing'",
    ],
  ])('fails if the CICD account does not have %s', async (_, wanted, before, asset) => {
    await expect(update(await create(before), wanted, before)).rejects.toThrow(
      `${asset} of stack 'net' cannot be read from`,
    );
  });

  test('fails if the account rejects an asset for another reason', async () => {
    const world = await create(files);
    world.accounts.assetsOf(ONE).failure = awsError('InvalidRequest', 'no');
    await expect(update(world, { ...files, parameters: { Size: '2' } }, files)).rejects.toThrow(
      "file asset 'a.zip' of stack 'net' cannot be copied to",
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
