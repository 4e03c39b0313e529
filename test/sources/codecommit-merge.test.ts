import {
  CodeCommitClient, CreateBranchCommand, CreateCommitCommand, GetBranchCommand,
} from '@aws-sdk/client-codecommit';
import { CodeCommitHost } from '../../lambda/sources/codecommit';
import { MergeConflictError } from '../../lambda/sources/source';
import { CICD, REGION, World } from '../rehearsal/services/world';

const repositoryName = 'shop';
const branchName = 'env/prod';
const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}`);

let world: World;
let client: CodeCommitClient;
let host: CodeCommitHost;

beforeEach(async () => {
  world = await World.start();
  client = new CodeCommitClient(world.as(CICD));
  host = new CodeCommitHost(client);
  await world.codecommit.seed(CICD, REGION, repositoryName, __dirname);
  const commitId = await head('main');
  await client.send(new CreateBranchCommand({ repositoryName, branchName, commitId }));
});
afterEach(() => world.stop());

async function head(branch: string): Promise<string> {
  const { branch: found } = await client.send(new GetBranchCommand({ repositoryName, branchName: branch }));
  return found?.commitId ?? '';
}

async function commit(branch: string, files: Record<string, string>): Promise<string> {
  const { commitId = '' } = await client.send(new CreateCommitCommand({
    repositoryName,
    branchName: branch,
    parentCommitId: await head(branch),
    putFiles: Object.entries(files).map(([filePath, text]) => ({ filePath, fileContent: Buffer.from(text) })),
  }));
  return commitId;
}

const changed = (line: number) => LINES.map((text, index) => (index === line ? 'changed' : text)).join('\n');
const merge = async (commitId: string) => host.merge({ repositoryName, branchName, commitId, message: 'release' });
const fileOf = async (commitId: string, path: string) => host.file(repositoryName, commitId, path);

test('fast-forwards a branch without own commits', async () => {
  const commitId = await commit('main', { 'a.txt': 'one' });
  expect(await merge(commitId)).toBe(commitId);
  expect(await head(branchName)).toBe(commitId);
});

test('merges into a branch with own commits, and changes of different lines do not conflict', async () => {
  const base = await commit('main', { 'a.txt': LINES.join('\n') });
  await merge(base);
  await commit(branchName, { 'a.txt': changed(2), 'environment.json': '{}' });
  const commitId = await commit('main', { 'a.txt': changed(17) });
  const merged = await merge(commitId);
  const text = await fileOf(merged, 'a.txt');
  expect(text?.split('\n').flatMap((line, index) => (line === 'changed' ? [index] : []))).toEqual([2, 17]);
  expect(await host.contains(repositoryName, branchName, commitId)).toBe(true);
  expect(await merge(commitId)).toBe(merged);
});

test('names the files that conflict, and moves nothing', async () => {
  await merge(await commit('main', { 'a.txt': 'base', 'b.txt': 'base' }));
  const before = await commit(branchName, { 'a.txt': 'ours', 'b.txt': 'ours' });
  const commitId = await commit('main', { 'a.txt': 'theirs', 'b.txt': 'theirs' });
  const error = await merge(commitId).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MergeConflictError);
  expect((error as MergeConflictError).files).toEqual(['a.txt', 'b.txt']);
  expect(await head(branchName)).toBe(before);
  expect(await host.contains(repositoryName, branchName, commitId)).toBe(false);
});

test('keeps the descriptor of the branch', async () => {
  await commit(branchName, { 'environment.json': '{"name":"prod"}' });
  const merged = await merge(await commit('main', { 'environment.json': '{"name":"test"}', 'c.txt': 'new' }));
  expect(await fileOf(merged, 'environment.json')).toBe('{"name":"prod"}');
  expect(await fileOf(merged, 'c.txt')).toBe('new');
});

test('finds a commit by its id and by a branch, and reports what does not exist as undefined', async () => {
  const commitId = await head('main');
  expect(await host.resolve(repositoryName, commitId)).toBe(commitId);
  expect(await host.resolve(repositoryName, 'main')).toBe(commitId);
  expect(await host.resolve(repositoryName, 'v9')).toBeUndefined();
});
