import type { FileContent, HostName } from './host-world';
import { HostWorld } from './host-world';
import type { SourceHost } from '../../lambda/sources/source';
import { BranchMovedError, MergeConflictError, SourceError } from '../../lambda/sources/source';

const HOSTS: readonly HostName[] = ['codecommit', 'github', 'gitlab'];
const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}`);
const changed = (...numbers: readonly number[]) =>
  LINES.map((text, index) => (numbers.includes(index) ? 'changed' : text)).join('\n');
const branchName = 'work';
const temporaryBranch = 'org-environments/temporary/1';
const message = 'a change\n\n(cherry picked from commit 1)\n';

describe.each(HOSTS)('%s', name => {
  let world: HostWorld;
  let host: SourceHost;
  let repositoryName: string;
  beforeEach(async () => {
    world = await HostWorld.start(name);
    ({ host, repositoryName } = world);
    await world.commit('main', { 'a.txt': LINES.join('\n'), 'b.txt': 'b\n', 'environment.json': '{"name":"main"}' });
    await world.git.moveBranch(branchName, undefined, await world.head('main'));
  });
  afterEach(() => world.stop());

  async function pick(commitId: string, parentCommitId?: string): Promise<string | undefined> {
    const commit = await host.commit(repositoryName, commitId);
    if (!commit) throw new Error(`there is no commit ${commitId}`);
    return host.pick({
      repositoryName,
      commit,
      branchName,
      parentCommitId: parentCommitId ?? await world.head(branchName),
      message,
      temporaryBranch,
    });
  }

  const branches = async () => (await world.git.branches()).map(branch => branch.name);

  describe.each<[string, Readonly<Record<string, FileContent>>]>([
    ['the same files', {}],
    ['files of its own', { 'own.txt': 'own\n', 'a.txt': changed(2) }],
  ])('picks to a branch with %s', (_, own) => {
    test.each<[string, Readonly<Record<string, FileContent>>]>([
      ['a change', { 'a.txt': LINES.map((text, index) => (index === 17 ? 'changed' : text)).join('\n') }],
      ['a new file', { 'folder/c.txt': 'c\n' }],
      ['a file that is removed', { 'b.txt': undefined }],
      ['a file that is renamed', { 'b.txt': undefined, 'folder/b.txt': 'b\n' }],
      ['a file that becomes executable', { 'b.txt': { text: 'b\n', mode: '100755' } }],
      ['a symbolic link', { link: { text: 'b.txt', mode: '120000' } }],
    ])('%s', async (__, change) => {
      if (Object.keys(own).length > 0) await world.commit(branchName, own);
      const parent = await world.head(branchName);
      const commitId = await world.commit('main', change);
      const expected: Record<string, string> = { ...await world.files(parent) };
      for (const [path, file] of Object.entries(change)) {
        if (file === undefined) delete expected[path];
        else expected[path] = typeof file === 'string' ? `100644 ${file}` : `${file.mode} ${file.text}`;
      }
      if ('a.txt' in change && 'a.txt' in own) expected['a.txt'] = `100644 ${changed(2, 17)}`;
      const picked = await pick(commitId) ?? '';
      expect(await world.files(picked)).toEqual(expected);
      expect(await world.head(branchName)).toBe(picked);
      const { parents, message: written, author } = await world.git.details(picked);
      expect({ parents, message: written.trimEnd(), author: `${author.name} <${author.email}>` }).toEqual({
        parents: [parent], message: message.trimEnd(), author: 'Anna <anna@example.com>',
      });
      expect((await branches()).sort()).toEqual(['main', branchName]);
    });
  });

  test('picks nothing that the branch has already', async () => {
    await world.commit(branchName, { 'c.txt': 'c\n', 'own.txt': 'own\n' });
    const head = await world.head(branchName);
    expect(await pick(await world.commit('main', { 'c.txt': 'c\n' }))).toBeUndefined();
    expect(await world.head(branchName)).toBe(head);
    expect((await branches()).sort()).toEqual(['main', branchName]);
  });

  test.each<[string, Readonly<Record<string, FileContent>>]>([
    ['has another one', { 'environment.json': '{"name":"work"}' }],
    ['has none', { 'environment.json': undefined }],
    ['has the same', { 'own.txt': 'own' }],
  ])('keeps the descriptor of a branch that %s', async (_, own) => {
    await world.commit(branchName, own);
    const before = await world.files(await world.head(branchName));
    const commitId = await world.commit('main', { 'environment.json': '{"name":"other"}', 'c.txt': 'c' });
    if (name === 'gitlab') {
      await expect(pick(commitId)).rejects.toThrow(`commit ${commitId} changes environment.json besides other files, `
        + 'and GitLab cannot leave it out: commit the other files alone, or pick it with git cherry-pick -x');
      expect(await world.files(await world.head(branchName))).toEqual(before);
    } else {
      expect(await world.files(await pick(commitId) ?? '')).toEqual({ ...before, 'c.txt': '100644 c' });
    }
    expect(await pick(await world.commit('main', { 'environment.json': '{"name":"third"}' }))).toBeUndefined();
  });

  test('names the files that conflict, and leaves nothing behind', async () => {
    const head = await world.commit(branchName, { 'a.txt': 'ours\n', 'b.txt': undefined, 'own.txt': 'own\n' });
    const commitId = await world.commit('main', { 'a.txt': 'theirs\n', 'b.txt': 'theirs\n', 'c.txt': 'c\n' });
    const error = await pick(commitId).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MergeConflictError);
    expect(error).toMatchObject({ files: ['a.txt', 'b.txt'] });
    expect(await world.head(branchName)).toBe(head);
    expect((await branches()).sort()).toEqual(['main', branchName]);
  });

  test.each([true, false])('does not pick to a branch that has moved (forward: %s)', async isForward => {
    const [earlier, later] = [await world.head(branchName), await world.commit(branchName, { 'own.txt': 'own\n' })];
    if (!isForward) await world.git.moveBranch(branchName, later, earlier);
    const commitId = await world.commit('main', { 'c.txt': 'c\n' });
    await expect(pick(commitId, isForward ? earlier : later)).rejects.toBeInstanceOf(BranchMovedError);
    expect(await world.head(branchName)).toBe(isForward ? later : earlier);
    expect((await branches()).sort()).toEqual(['main', branchName]);
  });

  test('picks no merge', async () => {
    const commit = await host.commit(repositoryName, await world.head('main'));
    if (!commit) throw new Error('there is no commit');
    const merge = { ...commit, parents: [commit.commitId, commit.commitId] };
    const request = { repositoryName, branchName, parentCommitId: commit.commitId, message, temporaryBranch };
    await expect(async () => host.pick({ ...request, commit: merge })).rejects.toThrow(
      new SourceError(`commit ${commit.commitId} has 2 parents`),
    );
  });
});

/** CodeCommit is reached without `fetch`; its crashes are tested with backports. */
describe.each(HOSTS.filter(name => name !== 'codecommit'))('%s', name => {
  test.each(['before', 'after'] as const)(
    'a pick that is repeated after a crash at any request, %s its effect, leaves no temporary branch', async when => {
      const world = await HostWorld.start(name);
      const { host, repositoryName } = world;
      await world.git.moveBranch('start', undefined, await world.head('main'));
      const parentCommitId = await world.commit('start', { 'own.txt': 'own\n', 'environment.json': '{}' });
      const commitId = await world.commit('main', {
        'c.txt': 'c\n',
        // GitLab cannot leave it out
        ...name !== 'gitlab' && { 'environment.json': '{"name":"main"}' },
      });
      const commit = await host.commit(repositoryName, commitId);
      if (!commit) throw new Error('there is no commit');
      for (let n = 1, hasDied = true; hasDied; n++) {
        await world.git.moveBranch(branchName, undefined, parentCommitId);
        const request = { repositoryName, commit, branchName, parentCommitId, message, temporaryBranch };
        hasDied = await world.runUntil(n, when, async () => host.pick(request));
        // as backports do: the branch may have the commit
        if (await world.head(branchName) === parentCommitId) await host.pick(request);
        expect({ n, branches: (await world.git.branches()).map(branch => branch.name).sort() }).toEqual({
          n, branches: ['main', 'start', branchName],
        });
        const picked = await world.head(branchName);
        expect(await world.files(picked)).toMatchObject({
          'c.txt': '100644 c\n', 'own.txt': '100644 own\n', 'environment.json': '100644 {}',
        });
        expect((await world.git.details(picked)).parents).toEqual([parentCommitId]);
        await world.git.moveBranch(branchName, picked, undefined);
      }
      await world.stop();
    }, 600_000,
  );
});
