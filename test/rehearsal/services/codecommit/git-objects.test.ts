import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Git } from '../../../../rehearsal/services/codecommit/git';
import type { GitOptions } from '../../../../rehearsal/services/codecommit/git';
import { GitRepository } from '../../../../rehearsal/services/codecommit/git-repository';

/** Counts the processes. */
class CountedGit extends Git {
  public count = 0;

  public async run(argument: readonly string[], options?: GitOptions): Promise<Buffer> {
    this.count++;
    return super.run(argument, options);
  }
}

const ANNA = { name: 'Anna', email: 'anna@example.com', at: 1_700_000_000_000 };

let folder: string;
let git: CountedGit;
let repository: GitRepository;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'git-objects-'));
  git = new CountedGit(folder);
  await git.run(['init', '--quiet', '--bare', folder]);
  repository = new GitRepository(git, folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function commits(count: number, text = 'text'): Promise<string[]> {
  const made: string[] = [];
  for (let index = 0; index < count; index++) {
    const put = [{ path: 'a.txt', content: Buffer.from(`${text} ${index}`), mode: '100644' }];
    const request = { message: `commit ${index}\n\nwith a body\n`, author: ANNA, put, remove: [], parent: made.at(-1) };
    made.push((await repository.commit(request)).commitId);
  }
  return made;
}

async function processesOf(action: () => Promise<unknown>): Promise<number> {
  const before = git.count;
  await action();
  return git.count - before;
}

test('one process reads a commit and its ancestors', async () => {
  const made = await commits(5);
  expect(await processesOf(async () => {
    for (const [index, commitId] of [...made.entries()].reverse()) {
      expect(await repository.details(commitId)).toMatchObject({
        commitId,
        parents: made.slice(0, index).slice(-1),
        message: `commit ${index}\n\nwith a body`,
        author: { name: 'Anna', email: 'anna@example.com', date: '1700000000 +0000' },
      });
      expect(await repository.resolve(commitId)).toBe(commitId);
      expect(await repository.treeOf(commitId)).toMatch(/^[0-9a-f]{40}$/);
    }
  })).toBe(1);
});

test('what is read by hashes is read once', async () => {
  const [one = '', other = ''] = await commits(2);
  const read = async () => {
    const [{ before, after } = {}] = await repository.differences(one, other);
    const texts = await Promise.all([before, after].map(async entry => repository.blob(entry?.id ?? '')));
    expect(texts.map(String)).toEqual(['text 0', 'text 1']);
    expect(await repository.entry(one, 'a.txt')).toEqual({ ...before, type: 'blob' });
    expect(await repository.mergeBase(one, other)).toBe(one);
  };
  expect(await processesOf(read)).toBeGreaterThan(0);
  expect(await processesOf(read)).toBe(0);
});

test('an object that is missing is found after it was written', async () => {
  const [commitId = ''] = await commits(1);
  const blob = (await repository.entry(commitId, 'a.txt'))?.id ?? '';
  const other = join(folder, 'other');
  await git.run(['init', '--quiet', '--bare', other]);
  const copy = new GitRepository(git, other);
  expect([await copy.resolve(commitId), await copy.findBlob(blob)]).toEqual([undefined, undefined]);
  await git.run(['fetch', '--quiet', folder, `${commitId}:refs/heads/main`], { environment: { GIT_DIR: other } });
  expect([await copy.resolve(commitId), String(await copy.findBlob(blob))]).toEqual([commitId, 'text 0']);
});

test('a branch is read again each time', async () => {
  const [one = '', other = ''] = await commits(2);
  await repository.moveBranch('main', undefined, one);
  expect([await repository.head('main'), (await repository.details('main')).commitId]).toEqual([one, one]);
  await repository.moveBranch('main', one, other);
  expect([await repository.head('main'), (await repository.details('main')).commitId]).toEqual([other, other]);
});

test('a large file is not kept in memory', async () => {
  const [commitId = ''] = await commits(1, 'x'.repeat(200_000));
  const blob = (await repository.entry(commitId, 'a.txt'))?.id ?? '';
  await repository.blob(blob);
  expect(await processesOf(async () => repository.blob(blob))).toBe(1);
});
