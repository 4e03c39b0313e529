import { DESCRIBED, make, owner, request, world } from './lifecycle-world';
import { RepositoryLockedError, SourceAccessDeniedError, SourceError } from '../../lambda/sources/source';

describe('the creation of a branch', () => {
  test('fails for a repository that does not exist, with advice', async () => {
    const { lifecycle } = world();
    await expect(make(lifecycle, { ...request, repositoryName: 'shp' })).rejects.toThrow(
      "repository 'shp' does not exist in account 222222222222 in "
        + "eu-central-1 (branch 'env/test1' of environment 'test1'): create it there and push a first commit, or name "
        + 'one that exists, then deploy again',
    );
  });

  test('fails for an empty repository with advice, and succeeds after a push', async () => {
    const { lifecycle, repositories } = world();
    repositories.deleteByHand('main');
    await expect(make(lifecycle)).rejects.toThrow(
      "repository 'shop' in account 222222222222 has no commit yet, so branch 'env/test1' of environment "
        + "'test1' cannot be created: push one to 'main' first, then deploy again",
    );
    await lifecycle.requestDelete(owner, request);
    repositories.push('main');
    await make(lifecycle);
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'a developer']);
  });

  test('fails for a parent that does not exist, with the names of ten branches', async () => {
    const { lifecycle, repositories } = world();
    for (let n = 1; n <= 10; n++) repositories.push(`b${n}`);
    await expect(make(lifecycle, { ...request, parentName: 'trunk' })).rejects.toThrow(
      "branch 'env/test1' of environment 'test1' has parent 'trunk', which does not "
        + "exist in repository 'shop': it has 'main', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8', 'b9' and more; "
        + "push 'trunk' or use one of these",
    );
  });

  test.each(['env', 'env/test1/hotfix'])(
    'fails if the repository has branch %s, which git cannot have with it',
    async name => {
      const { lifecycle, repositories } = world();
      repositories.fork(name, 'main');
      await expect(make(lifecycle)).rejects.toThrow(
        `branch 'env/test1' of environment 'test1' cannot be created, because repository 'shop' has branch '${name}': `
          + 'git cannot have both, because one name begins with the other and a slash; '
          + 'rename one of them, then deploy again',
      );
      repositories.deleteByHand(name);
      await make(lifecycle);
      expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'first']);
    },
  );

  test.each([
    [
      new SourceAccessDeniedError('because'),
      "the role 'org-environments-branch-provider' of account 222222222222 was denied access to repository 'shop'",
    ],
    [
      new SourceAccessDeniedError('because'),
      "remove what denies it (a service control policy, a permissions boundary, 'repositoryNames' of the Organization)",
    ],
    [new RepositoryLockedError('because'), 'cannot be read, because its encryption key cannot be used'],
    [
      new SourceError('InvalidBranchNameException: because'),
      "branch 'env/test1' of repository 'shop' in account 222222222222 in eu-central-1 cannot be created for "
        + "environment 'test1': InvalidBranchNameException: because",
    ],
  ])('fails with advice for %p of the host', async (error, message) => {
    const { lifecycle, repositories } = world();
    repositories.errors.set('createBranch', error);
    await expect(make(lifecycle)).rejects.toThrow(message);
  });

  test('rethrows a transient error of the host, which is retried', async () => {
    const { lifecycle, repositories } = world();
    repositories.errors.set(
      'head',
      Object.assign(new Error('slow down'), { name: 'ThrottlingException', $metadata: {} }),
    );
    await expect(make(lifecycle)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
