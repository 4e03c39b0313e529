import { FakeRepositories } from './fake-repositories';
import { change, DESCRIBED, finish, make, owner, ownerOf, remove, request } from './lifecycle-world';
import { BranchLifecycle } from '../../lambda/branch/lifecycle';
import { RepositoryNotFoundError } from '../../lambda/sources/source';
import type { BranchRequest } from '../../src/branch/contract';
import type { SourceHostName } from '../../src/sources/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate, Killed } from '../shared/fate';

const onGitHub: BranchRequest = { ...request, host: 'github', review: { approvals: '2' } };
const onGitLab: BranchRequest = { ...onGitHub, host: 'gitlab' };

/** Two hosts, each with a repository of the same name. */
function twoHosts() {
  const registry = new FakeRegistry();
  const fate = new Fate();
  const repositories = { github: new FakeRepositories(), gitlab: new FakeRepositories() };
  for (const host of Object.values(repositories)) host.push('main', {}, 'first');
  const hosts = { github: fate.over(repositories.github), gitlab: fate.over(repositories.gitlab) };
  const hostOf = ({ host }: { readonly host: SourceHostName }) => host === 'gitlab' ? hosts.gitlab : hosts.github;
  const lifecycle = new BranchLifecycle(fate.over(registry), hostOf, { accountId: '222222222222', region: 'r' });
  return { ...repositories, registry, fate, lifecycle };
}

describe('an environment that moves to the repository of the same name on another host', () => {
  test('gets its branch and its review there', async () => {
    const { lifecycle, github, gitlab } = twoHosts();
    await make(lifecycle, onGitHub);
    await change(lifecycle, onGitLab, onGitHub);
    expect(gitlab.log('env/test1')).toEqual([DESCRIBED, 'first']);
    expect([...gitlab.reviews]).toEqual([['env/test1', '2']]);
    expect(github.names).toContain('env/test1');
  });

  test('leaves no review in the former repository, also after a crash at each call', async () => {
    for (let call = 1, killed = true; killed; call++) {
      const { lifecycle, github, gitlab, registry, fate } = twoHosts();
      await make(lifecycle, onGitHub);
      const before = fate.calls.length;
      fate.dieAt(call, 'after');
      const attempt = async (): Promise<unknown> => change(lifecycle, onGitLab, onGitHub);
      await attempt().catch(async (error: unknown) => {
        if (error instanceof Killed && fate.revive()) return attempt();
        throw error;
      });
      killed = fate.calls.length >= before + call;
      expect([call, [...github.reviews], [...gitlab.reviews]]).toEqual([call, [], [['env/test1', '2']]]);
      expect([call, registry.keys]).toEqual([call, ['branch#gitlab:shop#env/test1']]);
    }
  });

  test('has its review again after a rollback, and leaves none where it went', async () => {
    const { lifecycle, github, gitlab, registry } = twoHosts();
    await make(lifecycle, onGitHub);
    await lifecycle.requestUpdate(owner, onGitLab, onGitHub);
    gitlab.errors.set('commitFile', new RepositoryNotFoundError('it was deleted'));
    await expect(finish(lifecycle, owner, onGitLab)).rejects.toThrow("repository 'shop' does not exist");
    gitlab.errors.clear();
    await change(lifecycle, onGitHub, onGitLab);
    expect([[...github.reviews], [...gitlab.reviews]]).toEqual([[['env/test1', '2']], []]);
    expect(registry.keys).toEqual(['branch#github:shop#env/test1']);
  });

  test('leaves no review anywhere when it is removed before the move has ended', async () => {
    const { lifecycle, github, gitlab, registry } = twoHosts();
    await make(lifecycle, onGitHub);
    await lifecycle.requestUpdate(owner, onGitLab, onGitHub);
    await remove(lifecycle, onGitLab);
    expect([[...github.reviews], [...gitlab.reviews]]).toEqual([[], []]);
    expect(registry.keys).toEqual([]);
  });

  test('moves although the former repository does not exist any more, and says what was left', async () => {
    const { lifecycle, github, registry } = twoHosts();
    await make(lifecycle, onGitHub);
    github.errors.set('protect', new RepositoryNotFoundError('it was deleted'));
    await lifecycle.requestUpdate(owner, onGitLab, onGitHub);
    const progress = await lifecycle.reconcile(owner, onGitLab);
    expect(progress).toMatchObject({
      done: true,
      note: "the rules of branch 'env/test1' of repository 'shop', which the environment had before, were not removed: "
        + 'it was deleted',
    });
    expect(registry.keys).toEqual(['branch#gitlab:shop#env/test1']);
  });
});

test('two environments may have branches of the same name in repositories of the same name on two hosts', async () => {
  const { lifecycle, registry } = twoHosts();
  await make(lifecycle, onGitHub);
  await make(lifecycle, { ...onGitLab, environmentName: 'test2' }, ownerOf('Other', 'Elsewhere'));
  expect(registry.keys).toEqual(['branch#github:shop#env/test1', 'branch#gitlab:shop#env/test1']);
});

test('a child on another host does not keep the branch of its parent', async () => {
  const { lifecycle, github } = twoHosts();
  const archived: BranchRequest = { ...onGitHub, removal: 'archive' };
  await make(lifecycle, archived);
  await make(lifecycle, {
    ...onGitLab, branchName: 'env/child', parentName: 'main', environmentName: 'child',
  }, ownerOf('Child'));
  await lifecycle.requestUpdate(ownerOf('Child'), {
    ...onGitLab, branchName: 'env/child', parentName: 'env/test1', environmentName: 'child',
  }, { ...onGitLab, branchName: 'env/child', parentName: 'main', environmentName: 'child' });
  await remove(lifecycle, archived);
  expect(github.names).toEqual(['main', expect.stringMatching(/^archive\/env\/test1\//)]);
});
