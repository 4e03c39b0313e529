import { HOSTS } from './host-world';
import { TreeWorld } from './tree-world';

/** They apply commits to branches. */
const PICKING = ['codecommit', 'github', 'gitlab'];
/** They move a branch forward without a pull request. */
const FORWARDING = ['codecommit', 'github'];
/** They tell which files conflict before a pull request. */
const MERGING = FORWARDING;

describe.each(HOSTS)('%s', name => {
  let world: TreeWorld;
  beforeEach(async () => {
    world = await TreeWorld.start(name);
  });
  afterEach(() => world.host.stop());

  const onPicking = PICKING.includes(name) ? test : test.skip;
  const small = async () => {
    await world.declare(world.request('env/prod', 'main'));
    for (const branch of ['env/test1', 'env/test2']) await world.declare(world.request(branch, 'env/prod'));
  };

  test('creates a branch with a descriptor, and keeps the keys of others in it', async () => {
    await world.make(world.request('env/prod', 'main'));
    expect(await world.descriptor('env/prod')).toEqual({
      name: 'prod', accountId: '111111111111', region: 'eu-west-1', parent: 'main', branch: 'env/prod',
    });
    const descriptor = { ...await world.descriptor('env/prod') as object, color: 'green' };
    await world.host.commit('env/prod', { 'environment.json': JSON.stringify(descriptor) });
    const before = world.request('env/prod', 'main');
    await world.change({ ...before, accountId: '333333333333' }, before);
    expect(await world.descriptor('env/prod')).toEqual({ ...descriptor, accountId: '333333333333' });
  });

  test('adopts a branch, and keeps its commits', async () => {
    await world.host.host.createBranch(world.host.repositoryName, 'env/prod', await world.host.head('main'));
    const own = await world.host.commit('env/prod', { 'own.txt': 'own\n' });
    await world.make(world.request('env/prod', 'main'));
    const { parents } = await world.host.git.details(await world.host.head('env/prod'));
    expect(parents).toEqual([own]);
    expect(await world.descriptor('env/prod')).toMatchObject({ name: 'prod' });
  });

  test('renames a branch, and keeps its commits', async () => {
    const before = world.request('env/prod', 'main');
    await world.make(before);
    const own = await world.host.commit('env/prod', { 'own.txt': 'own\n' });
    await world.change({ ...before, branchName: 'env/production' }, before);
    expect(await world.names()).toEqual(['env/production', 'main']);
    expect(await world.host.host.contains(
      world.host.repositoryName, await world.host.head('env/production'), own,
    )).toBe(true);
    expect(await world.descriptor('env/production')).toMatchObject({ branch: 'env/production' });
  });

  test('archives a branch with commits of its own, and deletes one without', async () => {
    const removed = world.request('env/prod', 'main', { removal: 'archive' });
    await world.make(removed);
    const own = await world.host.commit('env/prod', { 'own.txt': 'own\n' });
    await world.remove(removed);
    const [archive, ...others] = await world.names();
    expect(others).toEqual(['main']);
    expect(archive).toMatch(/^archive\/env\/prod\/2026/);
    expect(await world.host.head(archive)).toBe(own);
  });

  test('protects a branch that it still describes, and archives it', async () => {
    const before = world.request('env/prod', 'main', { review: { approvals: '1' }, removal: 'archive' });
    await world.make(before);
    await world.change({ ...before, accountId: '333333333333' }, before);
    expect(await world.descriptor('env/prod')).toMatchObject({ accountId: '333333333333' });
    await world.remove({ ...before, accountId: '333333333333' });
    expect((await world.names()).filter(branch => branch.startsWith('env/'))).toEqual([]);
  });

  onPicking('ports a commit back, and brings it to the others after the merge', async () => {
    await small();
    const commit = await world.host.commit('env/test1', { 'tea.txt': 'green\n' }, 'Add tea');
    const opened = await world.backport([commit], 'env/test1', ['env/test2']);
    expect(opened).toMatchObject({ state: 'opened', target: 'env/prod' });
    const { message } = await world.host.git.details(await world.host.head(opened.workBranch ?? ''));
    expect(message.trim()).toBe(`Add tea\n\n(cherry picked from commit ${commit})`);
    expect(await world.file('env/prod', 'tea.txt')).toBeUndefined();
    await world.host.end(opened.pullRequestId ?? '', 'merge');
    const absorbed = await world.advance(opened.backportId);
    expect(absorbed).toMatchObject({ state: 'absorbed', branches: [{ branchName: 'env/test2', state: 'opened' }] });
    await world.host.end(absorbed.branches[0].pullRequestId ?? '', 'merge');
    await world.advance(opened.backportId);
    expect(await world.file('env/test2', 'tea.txt')).toBe('green\n');
    expect(await world.descriptor('env/test2')).toMatchObject({ name: 'test2' });
    expect((await world.names()).filter(branch => branch.startsWith('org-'))).toEqual([]);
  });

  onPicking('names the files that conflict in a backport, and leaves nothing behind', async () => {
    await small();
    const commit = await world.host.commit('env/test1', { 'app.txt': 'mine\n' });
    await world.host.commit('env/prod', { 'app.txt': 'theirs\n' });
    const before = await world.names();
    expect(await world.backport([commit], 'env/test1', ['env/test2'])).toMatchObject({
      state: 'conflict', files: ['app.txt'], conflictingCommit: commit,
    });
    expect(await world.names()).toEqual(before);
  });

  onPicking('does nothing when the target has the change already', async () => {
    await small();
    const commit = await world.host.commit('env/test1', { 'tea.txt': 'green\n' });
    await world.host.commit('env/prod', { 'tea.txt': 'green\n' });
    const before = await world.names();
    expect(await world.backport([commit], 'env/test1', ['env/test2'])).toMatchObject({ state: 'already there' });
    expect(await world.names()).toEqual(before);
  });

  test('brings a commit to all branches of a tree of 15, and says where it conflicts', async () => {
    const tree = Array.from({ length: 15 }, (_, index) => ({
      branch: `env/e${index}`, parent: index === 0 ? 'main' : `env/e${Math.floor((index - 1) / 2)}`,
    }));
    for (const { branch, parent } of tree) await world.declare(world.request(branch, parent));
    await world.host.commit('env/e14', { 'app.txt': 'own\n' });
    await world.host.commit('main', { 'app.txt': 'changed\n', 'tea.txt': 'green\n' });
    const status = await world.absorb('main');
    const states = Object.fromEntries(status.branches.map(({ branchName, state }) => [branchName, state]));
    // the others show a conflict in the pull request
    const conflict = MERGING.includes(name) ? 'conflict' : 'opened';
    expect(states).toEqual(Object.fromEntries(
      tree.map(({ branch }) => [branch, branch === 'env/e14' ? conflict : 'opened']),
    ));
    const opened = status.branches.filter(({ branchName }) => branchName !== 'env/e14');
    for (const { pullRequestId = '' } of opened) await world.host.end(pullRequestId, 'merge');
    const after = await world.advance(status.backportId);
    for (const { branch } of tree.slice(0, 14)) {
      expect(await world.file(branch, 'tea.txt')).toBe('green\n');
      expect(await world.descriptor(branch)).toMatchObject({ branch });
    }
    const work = (await world.names()).filter(branch => branch.startsWith('org-'));
    expect(work).toHaveLength(conflict === 'opened' ? 1 : 0);
    expect(after.branches.filter(({ pullRequestId }) => pullRequestId !== undefined)).toHaveLength(
      conflict === 'opened' ? 15 : 14,
    );
  });

  test('moves a branch without commits of its own forward, where the API can', async () => {
    await world.make(world.request('env/prod', 'main'));
    await world.host.git.moveBranch('env/plain', undefined, await world.host.head('env/prod'));
    const merged = await world.host.commit('env/plain', { 'tea.txt': 'green\n' });
    expect(await world.host.host.forward(world.host.repositoryName, 'env/prod', merged)).toBe(
      FORWARDING.includes(name),
    );
  });
});

test('Bitbucket names what it lacks for a backport', async () => {
  const world = await TreeWorld.start('bitbucket');
  try {
    await world.make(world.request('env/prod', 'main'));
    await world.make(world.request('env/test1', 'env/prod'));
    const commit = await world.host.commit('env/test1', { 'tea.txt': 'green\n' });
    const before = await world.names();
    await expect(world.backport([commit], 'env/test1', [])).rejects.toThrow(/Bitbucket.*cherry-pick -x/s);
    expect(await world.names()).toEqual(before);
  } finally {
    await world.host.stop();
  }
});
