import { change, DESCRIBED, descriptor, descriptorAt, make, owner, ownerOf, request, world } from './lifecycle-world';
import { Killed } from '../shared/fate';

describe('a new branch', () => {
  test('is created at the head of its parent with its descriptor in one step', async () => {
    const { lifecycle, repositories } = world();
    await lifecycle.requestCreate(owner, request);
    const progress = await lifecycle.reconcile(owner, request);

    expect(progress).toEqual({
      done: true,
      result: { branchName: 'env/test1', commitId: repositories.headOf('env/test1') },
    });
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'first']);
    expect(repositories.text(repositories.headOf('env/test1') ?? '', 'environment.json')).toBe(
      `${JSON.stringify(descriptor, undefined, 2)}\n`,
    );
  });

  test('returns the same commit later, whatever was pushed since', async () => {
    const { lifecycle, repositories } = world();
    const { commitId } = await make(lifecycle);
    repositories.push('env/test1', { 'index.ts': 'work' });
    expect(await make(lifecycle)).toEqual({ branchName: 'env/test1', commitId });
    expect(repositories.log('env/test1')).toEqual(['a developer', DESCRIBED, 'first']);
  });

  test('ignores the descriptor of its parent', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    const child = { ...request, branchName: 'env/dev', parentName: 'env/test1', environmentName: 'dev' };
    const { commitId } = await make(lifecycle, child, ownerOf('Dev'));
    expect(descriptorAt(repositories, commitId)).toEqual({
      ...descriptor,
      name: 'dev',
      parent: 'env/test1',
      branch: 'env/dev',
    });
  });

  test('is created again with another parent after it was merged there and deleted', async () => {
    const { lifecycle, repositories } = world();
    const { commitId } = await make(lifecycle);
    repositories.push('trunk', { 'environment.json': repositories.text(commitId, 'environment.json') ?? '' }, 'merge');
    repositories.deleteByHand('env/test1');
    await lifecycle.requestDelete(owner, request);
    const again = await make(lifecycle, { ...request, parentName: 'trunk' });
    expect(descriptorAt(repositories, again.commitId)).toEqual({ ...descriptor, parent: 'trunk' });
  });
});

describe('killed at any call and run again', () => {
  const deaths = Array.from({ length: 11 }, (_, index) => index + 1).flatMap(n =>
    (['before', 'after'] as const).map(when => ({ n, when })),
  );

  test.each(deaths)('creates one branch with one descriptor (call $n, $when its effect)', async ({ n, when }) => {
    const { lifecycle, repositories, fate } = world();
    fate.dieAt(n, when);
    const run = () => make(lifecycle);
    const result = await run().catch((error: unknown) => {
      if (error instanceof Killed && fate.revive()) return run();
      throw error;
    });
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'first']);
    expect(result.commitId).toBe(repositories.headOf('env/test1'));
  });

  test.each(deaths)(
    'an update commits one descriptor, and its deletion removes the record (call $n, $when its effect)',
    async ({ n, when }) => {
      const { lifecycle, repositories, registry, fate } = world();
      await make(lifecycle);
      repositories.push('trunk');
      const wanted = { ...request, parentName: 'trunk' };
      fate.dieAt(n, when);
      const run = async () => {
        const { commitId } = await change(lifecycle, wanted);
        expect(commitId).toBe(repositories.headOf('env/test1'));
        await lifecycle.requestDelete(owner, wanted);
      };
      await run().catch((error: unknown) => {
        if (error instanceof Killed && fate.revive()) return run();
        throw error;
      });
      await lifecycle.requestDelete(owner, wanted);
      expect(repositories.log('env/test1')).toEqual([DESCRIBED, DESCRIBED, 'first']);
      expect(registry.keys).toEqual([]);
    },
  );

  test('commits one descriptor for two concurrent deliveries of an event', async () => {
    const { lifecycle, repositories } = world();
    await lifecycle.requestCreate(owner, request);
    const both = [0, 1].map(async () => {
      for (;;) {
        const progress = await lifecycle.reconcile(owner, request).catch((error: Error) => {
          expect(error.name).toBe('RecordChangedError');
          return undefined;
        });
        if (progress?.done) return progress.result;
      }
    });
    const [one, other] = await Promise.all(both);
    expect(one).toEqual(other);
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'first']);
  });
});

describe('a branch that exists', () => {
  test('is adopted unchanged if its descriptor names the same parent', async () => {
    const { lifecycle, repositories } = world();
    repositories.fork('env/test1', 'main');
    const commitId = repositories.push('env/test1', { 'environment.json': JSON.stringify(descriptor) });
    expect(await make(lifecycle)).toEqual({ branchName: 'env/test1', commitId });
    expect(repositories.log('env/test1')).toEqual(['a developer', 'first']);
  });

  test('is adopted with a new descriptor if its account has changed, and keeps the keys of users', async () => {
    const { lifecycle, repositories } = world();
    repositories.push('env/test1', {
      'environment.json': JSON.stringify({ ...descriptor, accountId: '999999999999', team: 'checkout' }),
    });
    const { commitId } = await make(lifecycle);
    expect(descriptorAt(repositories, commitId)).toEqual({ ...descriptor, team: 'checkout' });
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'a developer']);
  });

  test('is rejected if its descriptor names another parent', async () => {
    const { lifecycle, repositories } = world();
    repositories.push('env/test1', { 'environment.json': JSON.stringify({ ...descriptor, parent: 'env/prod' }) });
    await expect(make(lifecycle)).rejects.toThrow(
      "branch 'env/test1' of repository 'shop' exists already with parent 'env/prod', "
        + "but environment 'test1' declares parent 'main': declare parent 'env/prod', "
        + "or change 'parent' in its 'environment.json', or use another branch",
    );
    expect(repositories.log('env/test1')).toEqual(['a developer']);
  });

  test('is adopted with all its commits if it has no descriptor of its own', async () => {
    const { lifecycle, repositories } = world();
    repositories.fork('env/test1', 'main');
    repositories.push('env/test1', { 'index.ts': 'work' }, 'work');
    await make(lifecycle);
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'work', 'first']);
  });

  test('is rejected if its environment.json is not a JSON object', async () => {
    const { lifecycle, repositories } = world();
    repositories.push('env/test1', { 'environment.json': '[1]' });
    await expect(make(lifecycle)).rejects.toThrow(
      "'environment.json' on branch 'env/test1' of repository 'shop' is not a JSON object",
    );
    expect(repositories.log('env/test1')).toEqual(['a developer']);
  });
});

describe('an update', () => {
  test('changes the parent, and its rollback restores it even if the new parent was deleted', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    repositories.push('trunk');
    const wanted = { ...request, parentName: 'trunk' };
    expect(descriptorAt(repositories, (await change(lifecycle, wanted)).commitId)).toEqual({
      ...descriptor,
      parent: 'trunk',
    });
    repositories.deleteByHand('main');
    expect(descriptorAt(repositories, (await change(lifecycle, request, wanted)).commitId)).toEqual(descriptor);
  });

  test('changes the parent although the record of the branch was lost', async () => {
    const { lifecycle, repositories, registry } = world();
    await make(lifecycle);
    repositories.push('trunk');
    const key = 'branch#shop#env/test1';
    const record = await registry.read(key);
    await registry.remove(key, record?.version ?? 0);
    const wanted = { ...request, parentName: 'trunk' };
    const { commitId } = await change(lifecycle, wanted);
    expect(descriptorAt(repositories, commitId)).toEqual({ ...descriptor, parent: 'trunk' });
    expect(descriptorAt(repositories, (await change(lifecycle, request, wanted)).commitId)).toEqual(descriptor);
  });

  test('to a parent that does not exist is rejected and changes nothing', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    await expect(change(lifecycle, { ...request, parentName: 'mian' })).rejects.toThrow(
      "it has 'main', 'env/test1': did you mean 'main'? Otherwise push 'mian' or",
    );
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'first']);
  });

  test('restores a descriptor that a merge has overwritten', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    repositories.push(
      'env/test1',
      { 'environment.json': JSON.stringify({ ...descriptor, branch: 'env/prod', parent: 'release' }) },
      'merge',
    );
    const { commitId } = await change(lifecycle, request);
    expect(descriptorAt(repositories, commitId)).toEqual(descriptor);
  });
});
