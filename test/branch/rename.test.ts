import { branchRecord, change, DESCRIBED, descriptorAt, make, owner, ownerOf, request, world } from './lifecycle-world';
import { RepositoryNotFoundError } from '../../lambda/sources/source';
import type { BranchRequest } from '../../src/branch/contract';
import { Killed } from '../shared/fate';

const renamed: BranchRequest = { ...request, branchName: 'env/qa' };
const reviewed: BranchRequest = { ...request, review: { approvals: '2' } };

describe('a renamed branch', () => {
  test('keeps its history, and the former name is removed', async () => {
    const { lifecycle, repositories, registry } = world();
    await make(lifecycle);
    repositories.push('env/test1', {}, 'feature');
    const { commitId } = await change(lifecycle, renamed);
    expect(repositories.log('env/qa')).toEqual([DESCRIBED, 'feature', DESCRIBED, 'first']);
    expect(descriptorAt(repositories, commitId)).toMatchObject({ branch: 'env/qa', parent: 'main' });
    expect(repositories.names).toEqual(['main', 'env/qa']);
    expect(registry.keys).toEqual(['branch#shop#env/qa']);
    expect(await branchRecord(registry, 'env/qa')).toMatchObject({ formerNames: ['env/test1'] });
    await make(lifecycle, request, ownerOf('Other', 'Elsewhere'));
  });

  /** A registry that was restored to a time before the rename. */
  async function restored() {
    const all = world();
    const { lifecycle, registry } = all;
    await make(lifecycle);
    const before = await branchRecord(registry, 'env/test1');
    await change(lifecycle, renamed);
    await registry.remove('branch#shop#env/qa', (await registry.read('branch#shop#env/qa'))?.version ?? 0);
    await registry.write('branch#shop#env/test1', before ?? {}, undefined);
    return all;
  }

  test('leaves no record of its former name in a restored registry, killed at any call', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let n = 1, died = true; died; n++) {
        const { lifecycle, registry, fate } = await restored();
        fate.dieAt(n, when);
        const run = async () => {
          await lifecycle.requestFormer(owner, renamed, request, false);
          await change(lifecycle, renamed, renamed);
        };
        died = await run().then(() => false, () => fate.revive());
        if (died) await run();
        expect([when, n, registry.keys]).toEqual([when, n, ['branch#shop#env/qa']]);
      }
    }
  });

  test('leaves no record of its former name in a registry that was restored to a time before', async () => {
    const { lifecycle, registry } = await restored();
    await lifecycle.requestFormer(owner, renamed, renamed, false);
    await lifecycle.requestFormer(ownerOf('Other'), renamed, request, false);
    expect(registry.keys).toEqual(['branch#shop#env/test1']);
    await lifecycle.requestFormer(owner, renamed, request, false);
    await change(lifecycle, renamed, renamed);
    expect(registry.keys).toEqual(['branch#shop#env/qa']);
  });

  test('keeps its commits if the rollback of its rename was skipped: the next update renames it', async () => {
    const { lifecycle, registry, repositories } = world();
    await make(lifecycle);
    await change(lifecycle, renamed);
    repositories.push('env/qa', {}, 'feature');
    await lifecycle.requestFormer(owner, request, renamed, false);
    await change(lifecycle, request, request);
    expect(repositories.names).toEqual(['main', 'env/test1']);
    expect(repositories.log('env/test1')).toContain('feature');
    expect(registry.keys).toEqual(['branch#shop#env/test1']);
  });

  test.each([true, false])('releases another branch, which stays, created again: %s', async isCreation => {
    const { lifecycle, registry, repositories } = world();
    await make(lifecycle, reviewed);
    repositories.fork('env/qa', 'main');
    await lifecycle.requestFormer(owner, renamed, request, isCreation);
    expect([registry.keys, [...repositories.reviews]]).toEqual([[], []]);
    await change(lifecycle, renamed, renamed);
    expect(repositories.names).toEqual(['main', 'env/test1', 'env/qa']);
    expect(registry.keys).toEqual(['branch#shop#env/qa']);
  });

  test('is created again beside another branch, which stays', async () => {
    const { lifecycle, registry, repositories } = world();
    await make(lifecycle);
    repositories.push('env/test1', {}, 'feature');
    await lifecycle.requestFormer(owner, renamed, request, true);
    await make(lifecycle, renamed);
    expect(repositories.log('env/qa')).not.toContain('feature');
    expect(repositories.names).toEqual(['main', 'env/test1', 'env/qa']);
    expect(registry.keys).toEqual(['branch#shop#env/qa']);
  });

  test('releases a branch in a repository that does not exist any more', async () => {
    const { lifecycle, repositories, registry } = world();
    await make(lifecycle, reviewed);
    repositories.fork('env/qa', 'main');
    repositories.protect = async () => { throw new RepositoryNotFoundError('repository shop does not exist'); };
    await lifecycle.requestFormer(owner, renamed, request, false);
    expect(registry.keys).toEqual([]);
  });

  test('keeps its former name while a pull request needs it, and says which', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    repositories.pullRequests.push(
      { id: '7', title: 'Add tea', sourceBranch: 'tea', targetBranch: 'env/test1', state: 'open' },
    );
    await expect(change(lifecycle, renamed)).rejects.toThrow(
      "branch 'env/test1' of environment 'test1' in repository 'shop' cannot be removed, because pull requests from or "
        + "to it are open: 7 ('Add tea'): merge or close them, then deploy again",
    );
    expect(repositories.names).toEqual(['main', 'env/test1']);
    // CloudFormation rolls back
    await change(lifecycle, request, renamed);
    expect(repositories.names).toEqual(['main', 'env/test1']);
  });

  test('gets its name back when the update is rolled back', async () => {
    const { lifecycle, repositories, registry } = world();
    await make(lifecycle);
    await change(lifecycle, renamed);
    repositories.push('env/qa', {}, 'feature');
    await change(lifecycle, request, renamed);
    expect(repositories.names).toEqual(['main', 'env/test1']);
    expect(repositories.log('env/test1').slice(1)).toEqual(['feature', DESCRIBED, DESCRIBED, 'first']);
    expect(registry.keys).toEqual(['branch#shop#env/test1']);
  });

  test('that is rolled back before it ended loses no commit', async () => {
    const { lifecycle, repositories, registry } = world();
    await make(lifecycle);
    await lifecycle.requestUpdate(owner, renamed, request);
    await change(lifecycle, request, renamed);
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'first']);
    expect(registry.keys).toEqual(['branch#shop#env/test1']);
  });

  test('is not made for a branch that exists: it is adopted, and the former one stays', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    repositories.fork('env/qa', 'main');
    await change(lifecycle, renamed);
    expect(repositories.log('env/qa')).toEqual([DESCRIBED, 'first']);
    expect(repositories.names).toEqual(['main', 'env/test1', 'env/qa']);
    await change(lifecycle, request, renamed);
    expect(repositories.names).toEqual(['main', 'env/test1', 'env/qa']);
  });

  test('keeps what is pushed to the former name at the last moment', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    repositories.beforeDeletion = () => void repositories.push('env/test1', {}, 'late');
    await change(lifecycle, renamed);
    expect(repositories.names).toEqual(['main', 'env/qa', 'archive/env/test1/2026-11-29T12-00-00Z']);
    expect(repositories.log('archive/env/test1/2026-11-29T12-00-00Z')).toEqual(['late', DESCRIBED, 'first']);
    expect(repositories.lost()).toEqual([]);
  });

  const deaths = Array.from({ length: 26 }, (_, index) => index + 1).flatMap(n =>
    (['before', 'after'] as const).map(when => ({ n, when })),
  );

  test.each(deaths)('is complete after a crash at call $n, $when its effect', async ({ n, when }) => {
    const { lifecycle, repositories, registry, fate } = world();
    await make(lifecycle);
    repositories.push('env/test1', {}, 'feature');
    fate.dieAt(n, when);
    const run = () => change(lifecycle, renamed);
    await run().catch((error: unknown) => {
      if (error instanceof Killed && fate.revive()) return run();
      throw error;
    });
    expect(repositories.log('env/qa')).toEqual([DESCRIBED, 'feature', DESCRIBED, 'first']);
    expect(repositories.names).toEqual(['main', 'env/qa']);
    expect(registry.keys).toEqual(['branch#shop#env/qa']);
  });
});

describe('a branch with a start point', () => {
  test('begins there, and not at the head of its parent', async () => {
    const { lifecycle, repositories } = world();
    const template = repositories.push('template', {}, 'template');
    await make(lifecycle, { ...request, startPoint: template });
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'template']);
  });

  test('that does not exist is rejected with advice', async () => {
    const { lifecycle, repositories } = world();
    await expect(make(lifecycle, { ...request, startPoint: 'v1' })).rejects.toThrow(
      "branch 'env/test1' of environment 'test1' in repository 'shop' begins at 'v1', which is no commit, tag or "
        + 'branch of the repository: push it, or name one that exists, then deploy again',
    );
    expect(repositories.names).toEqual(['main']);
  });
});
