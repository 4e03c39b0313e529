import { FakeRepositories } from './fake-repositories';
import { BranchLifecycle } from '../../lambda/branch/lifecycle';
import { DONE } from '../../lambda/shared/lifecycle';
import type { Owner } from '../../lambda/shared/lifecycle';
import { RepositoryLockedError, SourceAccessDeniedError, SourceError } from '../../lambda/sources/source';
import type { BranchRequest, BranchResult } from '../../src/branch/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate, Killed } from '../shared/fate';

const DESCRIBED = 'chore(environment): describe test1';
const request: BranchRequest = {
  host: 'codecommit',
  repositoryName: 'shop',
  repositoryArn: 'arn:aws:codecommit:eu-central-1:222222222222:shop',
  branchName: 'env/test1',
  parentName: 'main',
  environmentName: 'test1',
  accountId: '111111111111',
  region: 'eu-central-1',
};
const descriptor = {
  name: 'test1',
  accountId: '111111111111',
  region: 'eu-central-1',
  parent: 'main',
  branch: 'env/test1',
};
const owner = ownerOf('Branch');

function ownerOf(logicalId: string, stack = 'Cicd'): Owner {
  return {
    id: `${logicalId}-${stack}`,
    logicalId,
    stackId: `arn:aws:cloudformation:eu-central-1:222222222222:stack/${stack}/uuid`,
  };
}

function world() {
  const registry = new FakeRegistry();
  const repositories = new FakeRepositories();
  const fate = new Fate();
  repositories.push('main', { 'README.md': 'hello' }, 'first');
  const host = fate.over(repositories);
  const lifecycle = new BranchLifecycle(fate.over(registry), () => host, {
    accountId: '222222222222',
    region: 'eu-central-1',
  });
  return { registry, repositories, fate, lifecycle };
}

async function finish(lifecycle: BranchLifecycle, of: Owner, wanted: BranchRequest): Promise<BranchResult> {
  for (let polls = 0; polls < 20; polls++) {
    const progress = await lifecycle.reconcile(of, wanted);
    if (progress.done) return progress.result;
  }
  throw new Error('never done');
}

async function make(
  lifecycle: BranchLifecycle,
  wanted: BranchRequest = request,
  of: Owner = owner,
): Promise<BranchResult> {
  await lifecycle.requestCreate(of, wanted);
  return finish(lifecycle, of, wanted);
}

async function change(
  lifecycle: BranchLifecycle,
  wanted: BranchRequest,
  before: BranchRequest = request,
): Promise<BranchResult> {
  await lifecycle.requestUpdate(owner, wanted, before);
  return finish(lifecycle, owner, wanted);
}

function descriptorAt(repositories: FakeRepositories, commitId: string): unknown {
  return JSON.parse(repositories.text(commitId, 'environment.json') ?? 'null');
}

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
    expect(repositories.log('env/test1')).toEqual(['somebody', DESCRIBED, 'first']);
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
    repositories.deleteBranch('env/test1');
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
    expect(repositories.log('env/test1')).toEqual(['somebody', 'first']);
  });

  test('is adopted with a new descriptor if its account has changed, and keeps the keys of users', async () => {
    const { lifecycle, repositories } = world();
    repositories.push('env/test1', {
      'environment.json': JSON.stringify({ ...descriptor, accountId: '999999999999', team: 'checkout' }),
    });
    const { commitId } = await make(lifecycle);
    expect(descriptorAt(repositories, commitId)).toEqual({ ...descriptor, team: 'checkout' });
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'somebody']);
  });

  test('is rejected if its descriptor names another parent', async () => {
    const { lifecycle, repositories } = world();
    repositories.push('env/test1', { 'environment.json': JSON.stringify({ ...descriptor, parent: 'env/prod' }) });
    await expect(make(lifecycle)).rejects.toThrow(
      "branch 'env/test1' of repository 'shop' exists already with parent 'env/prod', "
        + "but environment 'test1' declares parent 'main': declare parent 'env/prod', "
        + "or change 'parent' in its 'environment.json', or use another branch",
    );
    expect(repositories.log('env/test1')).toEqual(['somebody']);
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
    expect(repositories.log('env/test1')).toEqual(['somebody']);
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
    repositories.deleteBranch('main');
    expect(descriptorAt(repositories, (await change(lifecycle, request, wanted)).commitId)).toEqual(descriptor);
  });

  test('to a parent that does not exist is rejected and changes nothing', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    await expect(change(lifecycle, { ...request, parentName: 'mian' })).rejects.toThrow(
      "it has 'main', 'env/test1'; push 'mian' or",
    );
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'first']);
  });

  test('to another branch name creates that branch, and releases the former one', async () => {
    const { lifecycle, repositories, registry } = world();
    await make(lifecycle);
    await change(lifecycle, { ...request, branchName: 'env/qa' });
    expect(registry.keys).toEqual(['branch#shop#env/qa']);
    expect(repositories.headOf('env/test1')).toBeDefined();
    await make(lifecycle, request, ownerOf('Other', 'Elsewhere'));
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

describe('owners', () => {
  const renamed = ownerOf('Renamed');

  test('a renamed construct owns the branch, and the deletion of the former construct changes nothing', async () => {
    const { lifecycle, registry } = world();
    const before = await make(lifecycle);
    expect(await make(lifecycle, request, renamed)).toEqual(before);
    await lifecycle.requestDelete(owner, request);
    expect(registry.keys).toEqual(['branch#shop#env/test1']);
    expect(await lifecycle.reconcile(renamed, request)).toEqual({ done: true, result: before });
    await lifecycle.requestDelete(renamed, request);
    expect(registry.keys).toEqual([]);
  });

  test('the rollback of a rename writes the descriptor of the former construct', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    await make(lifecycle, { ...request, region: 'us-east-1' }, renamed);
    await lifecycle.requestDelete(renamed, request);
    expect(await lifecycle.reconcileDelete(renamed, request)).toMatchObject({ done: true });
    expect(descriptorAt(repositories, repositories.headOf('env/test1') ?? '')).toMatchObject({
      region: request.region,
    });
  });

  test('the rollback of a rename leaves the branch to the former construct', async () => {
    const { lifecycle } = world();
    const before = await make(lifecycle);
    await make(lifecycle, request, renamed);
    await lifecycle.requestDelete(renamed, request);
    expect(await lifecycle.reconcile(owner, request)).toEqual({ done: true, result: before });
  });

  test('a branch of another stack is rejected', async () => {
    const { lifecycle } = world();
    await make(lifecycle, request, ownerOf('Branch', 'Elsewhere'));
    await expect(make(lifecycle, { ...request, environmentName: 'mine' })).rejects.toThrow(
      "branch 'env/test1' of repository 'shop' belongs to environment 'test1' of stack 'Elsewhere', "
        + "so environment 'mine' cannot use it: remove it there first, or use another branch",
    );
  });

  test('the deletion of a rejected declaration does not change the branch of the other stack', async () => {
    const { lifecycle, repositories, fate } = world();
    await make(lifecycle, request, ownerOf('Branch', 'Elsewhere'));
    repositories.deleteBranch('env/test1');
    const before = fate.calls.length;
    await lifecycle.requestDelete(owner, request);
    expect(await lifecycle.reconcileDelete(owner, request)).toEqual(DONE);
    expect(repositories.headOf('env/test1')).toBeUndefined();
    expect(fate.calls.slice(before)).not.toContain('head');
  });

  test('a deletion keeps the branch, and that of an unknown branch succeeds', async () => {
    const { lifecycle, repositories } = world();
    await lifecycle.requestDelete(owner, request);
    await make(lifecycle);
    await lifecycle.requestDelete(owner, request);
    await lifecycle.requestDelete(owner, request);
    expect(await lifecycle.reconcileDelete(owner, request)).toMatchObject({ done: true });
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'first']);
    await expect(lifecycle.reconcile(owner, request)).rejects.toThrow(
      "was removed from environment 'test1' during its creation: deploy again",
    );
  });
});

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
    repositories.deleteBranch('main');
    await expect(make(lifecycle)).rejects.toThrow(
      "repository 'shop' in account 222222222222 has no commit yet, so branch 'env/test1' of environment "
        + "'test1' cannot be created: push one to 'main' first, then deploy again",
    );
    await lifecycle.requestDelete(owner, request);
    repositories.push('main');
    await make(lifecycle);
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'somebody']);
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
      repositories.deleteBranch(name);
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
