import { DESCRIBED, finishDelete, make, ownerOf, remove, request, world } from './lifecycle-world';
import { archiveName } from '../../lambda/registry/branch';
import { SourceError } from '../../lambda/sources/source';
import type { BranchRequest } from '../../src/branch/contract';
import { Killed } from '../shared/fate';

const ARCHIVED = 'archive/env/test1/2026-11-29T12-00-00Z';
const archived: BranchRequest = { ...request, removal: 'archive' };

describe('a branch with removal ARCHIVE', () => {
  test('is kept as an archive if its parent lacks its commits', async () => {
    const { lifecycle, repositories, registry } = world();
    await make(lifecycle, archived);
    await remove(lifecycle, archived);
    expect(repositories.names).toEqual(['main', ARCHIVED]);
    expect(repositories.log(ARCHIVED)).toEqual([DESCRIBED, 'first']);
    expect(registry.keys).toEqual([]);
  });

  test('is deleted if its parent has all its commits', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, archived);
    repositories.forcePush('main', repositories.headOf('env/test1') ?? '');
    await remove(lifecycle, archived);
    expect(repositories.names).toEqual(['main']);
    expect(repositories.lost()).toEqual([]);
  });

  test('is archived if its parent was deleted', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, archived);
    repositories.deleteByHand('main');
    await remove(lifecycle, archived);
    expect(repositories.names).toEqual([ARCHIVED]);
  });

  test('stays if it existed before the environment', async () => {
    const { lifecycle, repositories, registry } = world();
    repositories.fork('env/test1', 'main');
    await make(lifecycle, archived);
    await remove(lifecycle, archived);
    expect(repositories.names).toEqual(['main', 'env/test1']);
    expect(registry.keys).toEqual([]);
  });

  test('is not removed while a pull request is open', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, archived);
    repositories.pullRequests.push(
      { id: '8', title: 'Port tea', sourceBranch: 'env/test1', targetBranch: 'main', state: 'open' },
    );
    await expect(remove(lifecycle, archived)).rejects.toThrow("from or to it are open: 8 ('Port tea')");
    expect(repositories.names).toEqual(['main', 'env/test1']);
    repositories.pullRequests.length = 0;
    await finishDelete(lifecycle, archived);
    expect(repositories.names).toEqual(['main', ARCHIVED]);
  });

  test('is not removed while it is the parent of another branch', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, archived);
    const child = { ...archived, branchName: 'env/dev', parentName: 'env/test1', environmentName: 'dev' };
    await make(lifecycle, child, ownerOf('Dev'));
    await expect(remove(lifecycle, archived)).rejects.toThrow(
      "branch 'env/test1' of environment 'test1' in repository 'shop' cannot be removed, because it is the parent of "
        + "'env/dev': declare another parent for them, then delete it again: deploy again, or, if the stack has no "
        + 'such resource any more, declare it as before (or with BranchRemoval.KEEP), deploy, and remove it',
    );
    await remove(lifecycle, child, ownerOf('Dev'));
    await finishDelete(lifecycle, archived);
    expect(repositories.names).toEqual(['main', 'archive/env/dev/2026-11-29T12-00-00Z', ARCHIVED]);
  });

  test('says why the host refuses the removal', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, archived);
    const refusal = new SourceError('DefaultBranchCannotBeDeletedException: it is the default');
    repositories.errors.set('deleteBranch', refusal);
    await expect(remove(lifecycle, archived)).rejects.toThrow(
      'cannot be removed: DefaultBranchCannotBeDeletedException: it is the default: remove the cause, then delete '
        + 'it again: deploy again, or, if the stack has no such resource any more, declare it as before (or with '
        + 'BranchRemoval.KEEP), deploy, and remove it',
    );
    // the stack has forgotten the resource: it is declared again, and then removed
    repositories.errors.clear();
    await make(lifecycle, request, ownerOf('Again'));
    await remove(lifecycle, request, ownerOf('Again'));
    expect(repositories.names).toContain('env/test1');
  });

  test('keeps a commit that is pushed at the last moment', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, archived);
    repositories.beforeDeletion = () => void repositories.push('env/test1', {}, 'late');
    await remove(lifecycle, archived);
    expect(repositories.names).toEqual(['main', ARCHIVED, `${ARCHIVED}-2`]);
    expect(repositories.lost()).toEqual([]);
  });

  const deaths = Array.from({ length: 16 }, (_, index) => index + 1).flatMap(n =>
    (['before', 'after'] as const).map(when => ({ n, when })),
  );

  test.each(deaths)('has one archive after a crash at call $n, $when its effect', async ({ n, when }) => {
    const { lifecycle, repositories, registry, fate } = world();
    await make(lifecycle, archived);
    fate.dieAt(n, when);
    const run = () => remove(lifecycle, archived);
    await run().catch((error: unknown) => {
      if (error instanceof Killed && fate.revive()) return run();
      throw error;
    });
    expect(repositories.names).toEqual(['main', ARCHIVED]);
    expect(registry.keys).toEqual([]);
  });
});

test('the name of an archive has at most 256 characters and no empty part', () => {
  for (const length of [1, 200, 223, 224, 256]) {
    expect(archiveName('a'.repeat(length), 0).length).toBeLessThanOrEqual(254);
  }
  const longest = 'a'.repeat(256 - 'archive/'.length - '/1970-01-01T00-00-00Z-2'.length - 1);
  expect(archiveName(`${longest}/b`, 0)).toBe(`archive/${longest}/1970-01-01T00-00-00Z`);
});
