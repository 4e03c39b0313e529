import type { HostName } from './host-world';
import { HOSTS, HostWorld, MERGING } from './host-world';
import { isTransient } from '../../lambda/shared/errors';
import type { SourceHost } from '../../lambda/sources/source';
import { BranchMovedError, HostError, MergeConflictError, SourceError } from '../../lambda/sources/source';
import { HostResponse } from '../../rehearsal/hosts/host';

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}`);
const changed = (line: number) => LINES.map((text, index) => (index === line ? 'changed' : text)).join('\n');
const branchName = 'env/prod';

describe.each(HOSTS)('%s', name => {
  const onMerging = MERGING.includes(name) ? test : test.skip;
  let world: HostWorld;
  let host: SourceHost;
  let repositoryName: string;
  beforeEach(async () => {
    world = await HostWorld.start(name);
    ({ host, repositoryName } = world);
  });
  afterEach(() => world.stop());

  const fromMain = async () => host.createBranch(repositoryName, branchName, await world.head('main'));
  const merge = async (commitId: string) => host.merge({ repositoryName, branchName, commitId, message: 'release' });

  test('creates a branch at a commit, and lists it', async () => {
    expect(await host.head(repositoryName, branchName)).toBeUndefined();
    await fromMain();
    expect(await host.head(repositoryName, branchName)).toBe(await world.head('main'));
    expect([...await host.branches(repositoryName)].sort()).toEqual([branchName, 'main']);
  });

  test('does not create a branch that exists, and does not move it', async () => {
    await fromMain();
    const head = await world.head(branchName);
    const other = await world.commit('main', { 'a.txt': 'a' });
    await expect(host.createBranch(repositoryName, branchName, other)).rejects.toBeInstanceOf(BranchMovedError);
    expect(await world.head(branchName)).toBe(head);
  });

  test('does not create a branch below another one', async () => {
    await host.createBranch(repositoryName, 'env', await world.head('main'));
    await expect(fromMain()).rejects.toBeInstanceOf(SourceError);
    expect(await host.head(repositoryName, branchName)).toBeUndefined();
  });

  test.each(['env/a-b_c.d', 'env/größe', 'env/emoji-🎉', 'a'.repeat(200)])('creates the branch %j', async branch => {
    await host.createBranch(repositoryName, branch, await world.head('main'));
    expect(await host.head(repositoryName, branch)).toBe(await world.head('main'));
  });

  test('commits a file at the head of a branch, and keeps the other files', async () => {
    await fromMain();
    const parentCommitId = await world.head(branchName);
    const text = '{"name":"größe"}\n';
    const change = { repositoryName, branchName, parentCommitId, path: 'environment.json', text, message: 'describe' };
    const commitId = await host.commitFile(change);
    expect(await world.head(branchName)).toBe(commitId);
    expect(await host.file(repositoryName, commitId, 'environment.json')).toBe(text);
    expect(await host.file(repositoryName, commitId, 'README.md')).toBe('the shop\n');
    expect((await world.git.details(commitId)).parents).toEqual([parentCommitId]);
    expect((await world.git.details(commitId)).message.trim()).toBe('describe');
  });

  test('does not commit to a branch that has moved', async () => {
    await fromMain();
    const parentCommitId = await world.head(branchName);
    const moved = await world.commit(branchName, { 'a.txt': 'a' });
    const change = { repositoryName, branchName, parentCommitId, path: 'b.txt', text: 'b', message: 'late' };
    await expect(host.commitFile(change)).rejects.toBeInstanceOf(BranchMovedError);
    expect(await world.head(branchName)).toBe(moved);
  });

  test('reads what does not exist as undefined', async () => {
    expect(await host.file(repositoryName, await world.head('main'), 'missing.txt')).toBeUndefined();
    expect(await host.authorOf(repositoryName, '0'.repeat(40))).toBeUndefined();
    expect(await host.resolve(repositoryName, 'v9')).toBeUndefined();
    expect(await host.contains(repositoryName, await world.head('main'), '0'.repeat(40))).toBeUndefined();
  });

  test('finds a commit by its id, a branch and the full name of a branch', async () => {
    const head = await world.head('main');
    for (const reference of [head, 'main', 'refs/heads/main']) {
      expect(await host.resolve(repositoryName, reference)).toBe(head);
    }
  });

  test('knows the author of a commit', async () => {
    const commitId = await world.commit('main', { 'a.txt': 'a' });
    expect(await host.authorOf(repositoryName, commitId)).toEqual({ name: 'Anna', at: Date.UTC(2026, 0, 1) });
  });

  test('knows whether a commit contains another one', async () => {
    const first = await world.head('main');
    const second = await world.commit('main', { 'a.txt': 'a' });
    expect(await host.contains(repositoryName, second, first)).toBe(true);
    expect(await host.contains(repositoryName, second, second)).toBe(true);
    expect(await host.contains(repositoryName, first, second)).toBe(false);
  });

  onMerging('merges by fast-forward into a branch without own commits', async () => {
    await fromMain();
    const commitId = await world.commit('main', { 'a.txt': 'one' });
    expect(await merge(commitId)).toBe(commitId);
    expect(await world.head(branchName)).toBe(commitId);
    expect(await merge(commitId)).toBe(commitId);
  });

  onMerging('merges changes of different lines into a branch with own commits', async () => {
    await world.commit('main', { 'a.txt': LINES.join('\n') });
    await fromMain();
    await world.commit(branchName, { 'a.txt': changed(2) });
    const commitId = await world.commit('main', { 'a.txt': changed(17) });
    const merged = await merge(commitId);
    expect(await world.head(branchName)).toBe(merged);
    const text = await host.file(repositoryName, merged, 'a.txt');
    expect(text?.split('\n').flatMap((line, index) => (line === 'changed' ? [index] : []))).toEqual([2, 17]);
    expect(await host.contains(repositoryName, merged, commitId)).toBe(true);
    expect(await merge(commitId)).toBe(merged);
  });

  onMerging('names the files that conflict, and moves nothing', async () => {
    await world.commit('main', { 'a.txt': 'base', 'b.txt': 'base', 'c.txt': 'base' });
    await fromMain();
    const before = await world.commit(branchName, { 'a.txt': 'ours', 'b.txt': 'ours' });
    const commitId = await world.commit('main', { 'a.txt': 'theirs', 'b.txt': 'theirs', 'c.txt': 'theirs' });
    const error = await merge(commitId).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MergeConflictError);
    expect(error).toMatchObject({ files: ['a.txt', 'b.txt'] });
    expect(await world.head(branchName)).toBe(before);
    expect(await host.contains(repositoryName, before, commitId)).toBe(false);
  });

  onMerging.each([
    ['that both sides have added', undefined],
    ['that both sides have changed', '{"name":"base"}'],
  ])('keeps the descriptor of a branch %s', async (_, base) => {
    if (base !== undefined) await world.commit('main', { 'environment.json': base });
    await fromMain();
    await world.commit(branchName, { 'environment.json': '{"name":"prod"}' });
    const commitId = await world.commit('main', { 'environment.json': '{"name":"test"}', 'c.txt': 'new' });
    const merged = await merge(commitId);
    expect(await host.file(repositoryName, merged, 'environment.json')).toBe('{"name":"prod"}');
    expect(await host.file(repositoryName, merged, 'c.txt')).toBe('new');
    expect(await host.contains(repositoryName, merged, commitId)).toBe(true);
  });
});

test.each(HOSTS)('%s has no branches, files and commits in an empty repository', async name => {
  const world = await HostWorld.start(name, { files: {} });
  const { host, repositoryName } = world;
  try {
    expect(await host.branches(repositoryName)).toEqual([]);
    expect(await host.head(repositoryName, 'main')).toBeUndefined();
    expect(await host.resolve(repositoryName, 'main')).toBeUndefined();
  } finally {
    await world.stop();
  }
});

test.each(HOSTS)('%s rejects a repository that does not exist, with its name', async name => {
  const world = await HostWorld.start(name);
  try {
    const missing = `${world.repositoryName}-missing`;
    for (const call of [
      world.host.head(missing, 'main'), world.host.branches(missing), world.host.resolve(missing, 'main'),
    ]) {
      const error = await call.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SourceError);
      expect(String(error)).toContain(missing);
    }
  } finally {
    await world.stop();
  }
});

describe.each<HostName>(['github', 'gitlab', 'bitbucket'])('%s', name => {
  let world: HostWorld;
  beforeEach(async () => {
    world = await HostWorld.start(name, { credentials: { token: 'other' } });
  });
  afterEach(() => world.stop());

  const errorOf = async (call: Promise<unknown>) => call.then(() => undefined, (error: unknown) => error);
  const head = async () => world.host.head(world.repositoryName, 'main');

  test('rejects credentials that it does not know, and names their secret and not their content', async () => {
    const error = await errorOf(head());
    expect(error).toBeInstanceOf(HostError);
    expect(String(error)).toMatch(/rejected the credentials in secret arn:.* because they are wrong or have expired \(/);
    expect(String(error)).not.toContain('other');
  });

  test('does not let credentials write that may only read, and changes nothing', async () => {
    world.simulation.hostConditions.tokens.other = { level: 'read' };
    const commitId = await world.head('main');
    expect(await head()).toBe(commitId);
    const error = await errorOf(world.host.createBranch(world.repositoryName, branchName, commitId));
    expect(error).toBeInstanceOf(HostError);
    expect(String(error)).toContain('do not allow what is needed in repository');
    expect((await world.git.branches()).map(branch => branch.name)).toEqual(['main']);
  });

  test.each([
    [503, 'does not answer'],
    [429, 'limits the rate of requests'],
  ])('that answers with status %s is tried again', async (status, message) => {
    world.simulation.hostConditions.failure = new HostResponse(status, { message: 'later' });
    const error = await errorOf(head());
    expect(isTransient(error)).toBe(true);
    expect(String(error)).toMatch(status === 429 ? /limits the rate of requests|does not answer/ : message);
  });
});
