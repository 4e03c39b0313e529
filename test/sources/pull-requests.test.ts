import { HOSTS, HostWorld, MERGING } from './host-world';
import type { SourceHost } from '../../lambda/sources/source';
import { BranchMovedError, MergeConflictError } from '../../lambda/sources/source';

const branchName = 'env/prod';
const workBranch = 'org-environments/1-1';
const DESCRIPTOR = 'environment.json';

describe.each(HOSTS)('%s', name => {
  const onMerging = MERGING.includes(name) ? test : test.skip;
  let world: HostWorld;
  let host: SourceHost;
  let repositoryName: string;
  beforeEach(async () => {
    world = await HostWorld.start(name);
    ({ host, repositoryName } = world);
    await world.git.moveBranch(branchName, undefined, await world.head('main'));
  });
  afterEach(() => world.stop());

  const branches = async () => (await world.git.branches()).map(branch => branch.name).sort();

  test('deletes a branch wherever it is, and reports where it was', async () => {
    const head = await world.commit(branchName, { 'own.txt': 'own\n' });
    expect(await host.deleteBranch(repositoryName, branchName)).toBe(head);
    expect(await branches()).toEqual(['main']);
    expect(await host.deleteBranch(repositoryName, branchName)).toBeUndefined();
  });

  test('deletes a branch at the expected commit', async () => {
    const head = await world.commit(branchName, { 'own.txt': 'own\n' });
    expect(await host.deleteBranch(repositoryName, branchName, head)).toBe(head);
    expect(await branches()).toEqual(['main']);
    expect(await host.deleteBranch(repositoryName, branchName, head)).toBeUndefined();
  });

  test('does not delete a branch that is at another commit than the expected one', async () => {
    const before = await world.head(branchName);
    const head = await world.commit(branchName, { 'own.txt': 'own\n' });
    await expect(host.deleteBranch(repositoryName, branchName, before)).rejects.toBeInstanceOf(BranchMovedError);
    expect(await world.head(branchName)).toBe(head);
  });

  test('removes a file in a commit', async () => {
    const parentCommitId = await world.commit(branchName, { 'own.txt': 'own\n' });
    const change = { repositoryName, branchName, parentCommitId, path: 'own.txt', message: 'remove it' };
    const commitId = await host.commitFile(change);
    expect(await world.head(branchName)).toBe(commitId);
    expect(await world.files(commitId)).toEqual({ 'README.md': '100644 the shop\n' });
  });

  test('knows the parents, the message and the author of a commit', async () => {
    const parent = await world.head('main');
    const commitId = await world.commit('main', { 'c.txt': 'c' }, 'Add c\n\nIt was missing.');
    const commit = await host.commit(repositoryName, commitId);
    expect({ ...commit, message: commit?.message.trim() }).toEqual({
      commitId,
      parents: [parent],
      message: 'Add c\n\nIt was missing.',
      authorName: 'Anna',
      authorEmail: 'anna@example.com',
    });
    expect(await host.commit(repositoryName, '0'.repeat(40))).toBeUndefined();
  });

  describe('a fast-forward', () => {
    test('moves a branch without commits of its own, where the API can', async () => {
      const before = await world.head(branchName);
      const commitId = await world.commit('main', { 'c.txt': 'c\n' });
      const isPossible = MERGING.includes(name);
      expect(await host.forward(repositoryName, branchName, commitId)).toBe(isPossible);
      expect(await world.head(branchName)).toBe(isPossible ? commitId : before);
    });
  });

  describe('a work branch', () => {
    const propose = async (commitId: string) =>
      host.propose({ repositoryName, branchName, commitId, message: 'Merge main', workBranch });

    /** What the branch has after a person has merged the pull request of the work branch. */
    const merged = async () => {
      const id = await host.openPullRequest({
        repositoryName,
        sourceBranch: workBranch,
        targetBranch: branchName,
        title: 'Absorb',
        description: '',
        token: 't',
      });
      await world.end(id, 'merge');
      return world.files(await world.head(branchName));
    };

    test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
      ['has its own', { [DESCRIPTOR]: '{"name":"prod"}' }, { [DESCRIPTOR]: '{"name":"test"}' }],
      ['has none', { 'own.txt': 'own\n' }, { [DESCRIPTOR]: '{"name":"test"}' }],
      ['has no commits of its own', {}, { 'd.txt': 'd\n' }],
    ])('brings a commit to a branch whose descriptor is kept: it %s', async (_, own, theirs) => {
      if (Object.keys(own).length > 0) await world.commit(branchName, own);
      const before = await world.files(await world.head(branchName));
      const commitId = await world.commit('main', { ...theirs, 'c.txt': 'c\n' });
      await propose(commitId);
      await propose(commitId);
      const { [DESCRIPTOR]: descriptor, ...others } = await merged();
      // a merge of CodeCommit keeps a file only if it conflicts
      if (name !== 'codecommit' || DESCRIPTOR in before) expect(descriptor).toBe(before[DESCRIPTOR]);
      expect(others).toMatchObject({ 'c.txt': '100644 c\n', 'README.md': '100644 the shop\n' });
      expect(await host.contains(repositoryName, await world.head(branchName), commitId)).toBe(true);
    });

    onMerging('is not left after a conflict, whose files are named', async () => {
      await world.commit(branchName, { 'README.md': 'ours\n' });
      const before = await branches();
      const error = await propose(await world.commit('main', { 'README.md': 'theirs\n' })).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(MergeConflictError);
      expect(error).toMatchObject({ files: ['README.md'] });
      expect(await branches()).toEqual(before);
    });
  });

  describe('a pull request', () => {
    const open = async (token = 'token') => host.openPullRequest({
      repositoryName, sourceBranch: branchName, targetBranch: 'main', title: 'Add it', description: 'It is new', token,
    });
    const found = async (id: string) => host.pullRequest(repositoryName, id);

    beforeEach(async () => {
      await world.commit(branchName, { 'own.txt': 'own\n' });
    });

    test('is open until a person merges it', async () => {
      const id = await open();
      const expected = { id, title: 'Add it', sourceBranch: branchName, targetBranch: 'main', state: 'open' };
      expect(await found(id)).toEqual(expected);
      for (const branch of [branchName, 'main']) {
        expect(await host.openPullRequests(repositoryName, branch)).toEqual([expected]);
      }
      expect(await host.openPullRequests(repositoryName, 'other')).toEqual([]);
      await world.end(id, 'merge');
      const mergeCommitId = await world.head('main');
      expect(await found(id)).toEqual({ ...expected, state: 'merged', mergeCommitId });
      expect(await host.openPullRequests(repositoryName, 'main')).toEqual([]);
    });

    test('may be closed by a person', async () => {
      const id = await open();
      await world.end(id, 'close');
      expect(await found(id)).toMatchObject({ state: 'closed' });
      expect(await found(id)).not.toHaveProperty('mergeCommitId');
      expect(await host.openPullRequests(repositoryName, branchName)).toEqual([]);
    });

    test('is opened once for a token, even after it was closed', async () => {
      const id = await open();
      expect(await open()).toBe(id);
      await world.end(id, 'close');
      expect(await open()).toBe(id);
      expect(await open('other')).not.toBe(id);
    });

    test('has its commits, oldest first, also after the merge', async () => {
      const [first, second] = [await world.head(branchName), await world.commit(branchName, { 'd.txt': 'd\n' })];
      const id = await open();
      expect(await host.pullRequestCommits(repositoryName, id)).toEqual([first, second]);
      await world.end(id, 'merge');
      expect(await host.pullRequestCommits(repositoryName, id)).toEqual([first, second]);
    });

    test('that does not exist is undefined', async () => {
      expect(await found('99')).toBeUndefined();
      expect(await host.pullRequestCommits(repositoryName, '99')).toBeUndefined();
    });
  });
});
