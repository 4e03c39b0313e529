import type { FileContent } from './host-world';
import { HOSTS, HostWorld } from './host-world';
import { patchId } from '../../lambda/sources/patches';

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}`);
const changed = (...numbers: readonly number[]) =>
  LINES.map((text, index) => (numbers.includes(index) ? 'changed' : text)).join('\n');
const branchName = 'env/prod';

describe.each(HOSTS)('%s', name => {
  let world: HostWorld;
  beforeEach(async () => {
    world = await HostWorld.start(name);
    await world.commit('main', { 'a.txt': LINES.join('\n'), 'b.txt': 'b\n' });
    await world.git.moveBranch(branchName, undefined, await world.head('main'));
  });
  afterEach(() => world.stop());

  const compare = async () =>
    world.host.compare(world.repositoryName, await world.head(branchName), await world.head('main'));

  test('counts nothing between a branch and its parent at the same commit', async () => {
    expect(await compare()).toEqual({ ahead: 0, behind: 0 });
  });

  test('counts the commits that each side lacks', async () => {
    await world.commit(branchName, { 'own.txt': 'own\n' });
    await world.commit('main', { 'c.txt': 'c\n' });
    await world.commit('main', { 'b.txt': undefined });
    expect(await compare()).toEqual({ ahead: 1, behind: 2 });
  });

  test.each<[string, Readonly<Record<string, FileContent>>, Readonly<Record<string, FileContent>>]>([
    ['a change, at other line numbers', { 'a.txt': changed(17) }, { 'a.txt': `first\n${changed(17)}` }],
    ['a new file', { 'folder/c.txt': 'c\n' }, { 'folder/c.txt': 'c\n' }],
    ['a file that is removed', { 'b.txt': undefined }, { 'b.txt': undefined }],
    ['white space', { 'b.txt': 'b\nc d\n' }, { 'b.txt': 'b\nc  d\n' }],
  ])('does not count commits with the same patch: %s', async (_, there, here) => {
    const own: Readonly<Record<string, FileContent>> = 'a.txt' in here ? { 'a.txt': `first\n${LINES.join('\n')}` } : {};
    await world.commit(branchName, { ...own, 'own.txt': 'own\n' });
    await world.commit(branchName, here);
    await world.commit('main', there);
    expect(await compare()).toEqual({ ahead: 1, behind: 0 });
  });

  test('counts commits with another patch of the same file', async () => {
    await world.commit(branchName, { 'b.txt': 'b\nours\n' });
    await world.commit('main', { 'b.txt': 'b\ntheirs\n' });
    expect(await compare()).toEqual({ ahead: 1, behind: 1 });
  });

  test('does not count merges', async () => {
    await world.commit(branchName, { 'own.txt': 'own\n' });
    const theirs = await world.commit('main', { 'c.txt': 'c\n' });
    const ours = await world.head(branchName);
    const author = { name: 'Anna', email: 'anna@example.com', at: Date.UTC(2026, 0, 1) };
    const { commitId } = await world.git.merge({ ours, theirs, message: 'merge', author, keepOurs: [] });
    await world.git.moveBranch(branchName, ours, commitId);
    expect(await compare()).toEqual({ ahead: 1, behind: 0 });
  });
});

describe('the id of a patch', () => {
  const patch = (ids: string, body: string) => `diff --git a/x b/x\nindex ${ids} 100644\n${body}`;

  test('does not depend on line numbers and ids of contents', () => {
    const one = patchId(patch('1111111..2222222', '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n'));
    expect(patchId(patch('3333333..4444444', '--- a/x\n+++ b/x\n@@ -9 +9 @@\n-a\n+b\n'))).toBe(one);
    expect(patchId(patch('1111111..2222222', '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+c\n'))).not.toBe(one);
  });

  test('depends on the ids of the contents of a binary file', () => {
    const one = patchId(patch('1111111..2222222', 'Binary files a/x and b/x differ\n'));
    expect(patchId(patch('1111111..2222222', 'Binary files a/x and b/x differ\n'))).toBe(one);
    expect(patchId(patch('1111111..3333333', 'Binary files a/x and b/x differ\n'))).not.toBe(one);
  });
});
