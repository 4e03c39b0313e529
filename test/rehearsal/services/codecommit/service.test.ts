import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CodeCommitClient,
  CreateBranchCommand,
  CreateCommitCommand,
  CreateRepositoryCommand,
  DeleteBranchCommand,
  GetBranchCommand,
  GetCommitCommand,
  GetFileCommand,
  GetFolderCommand,
  GetRepositoryCommand,
  ListBranchesCommand,
  ListRepositoriesCommand,
  PutFileCommand,
} from '@aws-sdk/client-codecommit';
import type { CreateCommitCommandOutput } from '@aws-sdk/client-codecommit';
import { CICD, MEMBER, REGION, World } from '../world';

let world: World;
let codecommit: CodeCommitClient;
let folder: string;

beforeEach(async () => {
  world = await World.start();
  codecommit = new CodeCommitClient(world.as(CICD));
  folder = mkdtempSync(join(tmpdir(), 'codecommit-test-'));
});
afterEach(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

const repositoryName = 'shop';

async function head(branchName: string): Promise<string> {
  const { branch } = await codecommit.send(new GetBranchCommand({ repositoryName, branchName }));
  return branch?.commitId ?? '';
}

async function commit(
  branchName: string, files: Record<string, string>, parentCommitId?: string, deleted: string[] = [],
): Promise<CreateCommitCommandOutput> {
  return codecommit.send(new CreateCommitCommand({
    repositoryName,
    branchName,
    parentCommitId,
    authorName: 'Ann',
    email: 'ann@example.com',
    commitMessage: 'change\n\nwith a body',
    putFiles: Object.entries(files).map(([filePath, content]) => ({ filePath, fileContent: Buffer.from(content) })),
    deleteFiles: deleted.map(filePath => ({ filePath })),
  }));
}

async function emptyRepository(): Promise<void> {
  await codecommit.send(new CreateRepositoryCommand({ repositoryName }));
}

describe('a seed', () => {
  test('is a plain folder without the files that its .gitignore ignores', async () => {
    writeFileSync(join(folder, 'README.md'), '# Shop');
    writeFileSync(join(folder, '.gitignore'), 'node_modules\n');
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node_modules/x'), 'x');
    await world.codecommit.seed(CICD, REGION, repositoryName, folder);
    await expect(world.codecommit.branches(CICD, REGION, repositoryName)).resolves.toEqual([
      { name: 'main', commitId: expect.stringMatching(/^[0-9a-f]{40}$/) },
    ]);
    await expect(world.codecommit.file(CICD, REGION, repositoryName, 'main', 'README.md')).resolves.toBe('# Shop');
    await expect(
      world.codecommit.file(CICD, REGION, repositoryName, 'main', 'node_modules/x'),
    ).resolves.toBeUndefined();
  });

  test('is a git repository with all its branches', async () => {
    const git = (...argument: string[]): string =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...argument])
        .toString()
        .trim();
    git('init', '--quiet', '--initial-branch=trunk');
    writeFileSync(join(folder, 'a'), '1');
    git('add', '.');
    git('commit', '--quiet', '-m', 'one');
    git('branch', 'feature/x');
    writeFileSync(join(folder, 'a'), 'not committed');
    await world.codecommit.seed(CICD, REGION, repositoryName, folder);
    const commitId = git('rev-parse', 'HEAD');
    await expect(world.codecommit.branches(CICD, REGION, repositoryName)).resolves.toEqual([
      { name: 'feature/x', commitId },
      { name: 'trunk', commitId },
    ]);
    await expect(codecommit.send(new GetRepositoryCommand({ repositoryName }))).resolves.toMatchObject({
      repositoryMetadata: { defaultBranch: 'trunk', accountId: CICD },
    });
    await expect(world.codecommit.file(CICD, REGION, repositoryName, 'trunk', 'a')).resolves.toBe('1');
  });

  test('fills a repository that a template declares later, once', async () => {
    writeFileSync(join(folder, 'a'), '1');
    await world.codecommit.seed(CICD, REGION, repositoryName, folder);
    const type = world.type('AWS::CodeCommit::Repository');
    const made = await type.create({ RepositoryName: repositoryName }, world.context(CICD));
    expect(made.attributes).toMatchObject({
      Name: repositoryName,
      Arn: `arn:aws:codecommit:${REGION}:${CICD}:shop`,
      CloneUrlHttp: expect.stringContaining('/v1/repos/shop'),
    });
    await expect(head('main')).resolves.toMatch(/^[0-9a-f]{40}$/);
    await expect(type.create({ RepositoryName: repositoryName }, world.context(CICD))).rejects.toThrow(
      'Repository named shop already exists',
    );
    const renamed = await type.update(
      made.id,
      { RepositoryName: 'store' },
      { RepositoryName: repositoryName },
      world.context(CICD),
    );
    expect(renamed).toMatchObject({ id: made.id, attributes: { Name: 'store' } });
    await type.remove(made.id, {}, world.context(CICD));
    await expect(codecommit.send(new ListRepositoriesCommand({}))).resolves.toMatchObject({ repositories: [] });
  });

  test('must exist', async () => {
    await expect(world.codecommit.seed(CICD, REGION, repositoryName, join(folder, 'missing'))).rejects.toThrow(
      /repository shop cannot be filled from .*: the folder does not exist/,
    );
  });
});

describe('a commit', () => {
  beforeEach(emptyRepository);

  test('creates the first branch of an empty repository, and then requires the head', async () => {
    const first = await commit('main', { 'a.txt': '1', 'folder/b.txt': 'ü\n' });
    expect(first.filesAdded?.map(file => file.absolutePath)).toEqual(['a.txt', 'folder/b.txt']);
    await expect(commit('main', { 'a.txt': '2' })).rejects.toMatchObject({ name: 'ParentCommitIdRequiredException' });
    const second = await commit('main', { 'a.txt': '2' }, first.commitId, ['folder/b.txt']);
    expect([second.filesUpdated?.length, second.filesDeleted?.[0].absolutePath]).toEqual([1, 'folder/b.txt']);
    await expect(commit('main', { 'a.txt': '3' }, first.commitId)).rejects.toMatchObject({
      name: 'ParentCommitIdOutdatedException',
    });
    await expect(commit('main', { 'a.txt': '2' }, second.commitId)).rejects.toMatchObject({
      name: 'NoChangeException',
    });
    await expect(commit('main', {}, second.commitId, ['gone'])).rejects.toMatchObject({
      name: 'FileDoesNotExistException',
    });
    await expect(commit('other', { x: '1' }, second.commitId)).rejects.toMatchObject({
      name: 'BranchDoesNotExistException',
    });
    const { commit: details } = await codecommit.send(
      new GetCommitCommand({ repositoryName, commitId: second.commitId }),
    );
    expect(details).toMatchObject({
      commitId: second.commitId,
      parents: [first.commitId],
      author: { name: 'Ann', email: 'ann@example.com' },
      message: 'change\n\nwith a body',
    });
  });

  test('can be read file by file and folder by folder', async () => {
    const { commitId } = await commit('main', { 'a.txt': '1', 'folder/b.txt': 'ü\n' });
    const file = await codecommit.send(
      new GetFileCommand({ repositoryName, commitSpecifier: 'main', filePath: '/folder/b.txt' }),
    );
    expect(file).toMatchObject({ commitId, filePath: 'folder/b.txt', fileMode: 'NORMAL', fileSize: 3 });
    expect(Buffer.from(file.fileContent ?? []).toString()).toBe('ü\n');
    await expect(codecommit.send(new GetFileCommand({ repositoryName, filePath: 'c' }))).rejects.toMatchObject({
      name: 'FileDoesNotExistException',
    });
    const root = await codecommit.send(new GetFolderCommand({ repositoryName, folderPath: '/' }));
    expect([root.files?.map(entry => entry.absolutePath), root.subFolders?.map(entry => entry.absolutePath)]).toEqual([
      ['a.txt'],
      ['folder'],
    ]);
    await expect(codecommit.send(new GetFolderCommand({ repositoryName, folderPath: 'none' }))).rejects.toMatchObject({
      name: 'FolderDoesNotExistException',
    });
  });

  test('can put a single file', async () => {
    const { commitId } = await commit('main', { a: '1' });
    const put = new PutFileCommand({
      repositoryName,
      branchName: 'main',
      parentCommitId: commitId,
      filePath: 'b',
      fileContent: Buffer.from('2'),
    });
    const answer = await codecommit.send(put);
    expect(answer.blobId).toMatch(/^[0-9a-f]{40}$/);
    await expect(
      codecommit.send(new PutFileCommand({ ...put.input, parentCommitId: answer.commitId })),
    ).rejects.toMatchObject({ name: 'SameFileContentException' });
  });

  test('moves the branch for only one of several concurrent commits', async () => {
    const { commitId } = await commit('main', { a: '1' });
    const results = await Promise.allSettled(
      ['one', 'two', 'three'].map(async content => commit('main', { a: content }, commitId)),
    );
    expect(results.filter(result => result.status === 'fulfilled')).toHaveLength(1);
    expect(results.filter(result => result.status === 'rejected').map(result => (result.reason as Error).name))
      .toEqual(['ParentCommitIdOutdatedException', 'ParentCommitIdOutdatedException']);
  });
});

describe('a branch', () => {
  beforeEach(emptyRepository);

  test('is created once, at an existing commit, and emits an event', async () => {
    await world.type('AWS::Events::Rule').create(
      {
        EventPattern: {
          'source': ['aws.codecommit'],
          'detail-type': ['CodeCommit Repository State Change'],
          'detail': { referenceType: ['branch'] },
        },
        Targets: [{ Id: 'trigger', Arn: `arn:aws:lambda:${REGION}:${CICD}:function:trigger` }],
      },
      world.context(CICD),
    );
    const { commitId } = await commit('main', { a: '1' });
    const create = (branchName: string, at = commitId): CreateBranchCommand =>
      new CreateBranchCommand({ repositoryName, branchName, commitId: at });
    await codecommit.send(create('env/test'));
    await expect(codecommit.send(create('env/test'))).rejects.toMatchObject({ name: 'BranchNameExistsException' });
    await expect(codecommit.send(create('other', '0'.repeat(40)))).rejects.toMatchObject({
      name: 'CommitDoesNotExistException',
    });
    await expect(codecommit.send(create('not..valid'))).rejects.toMatchObject({ name: 'InvalidBranchNameException' });
    await expect(codecommit.send(new ListBranchesCommand({ repositoryName }))).resolves.toMatchObject({
      branches: ['env/test', 'main'],
    });
    const second = await commit('env/test', { a: '2' }, commitId);
    await codecommit.send(new DeleteBranchCommand({ repositoryName, branchName: 'env/test' }));
    await expect(head('env/test')).rejects.toMatchObject({ name: 'BranchDoesNotExistException' });
    await expect(
      codecommit.send(new DeleteBranchCommand({ repositoryName, branchName: 'main' })),
    ).rejects.toMatchObject({ name: 'DefaultBranchCannotBeDeletedException' });

    expect(world.delivered.map(({ event }) => (event as { detail: unknown }).detail)).toMatchObject([
      { event: 'referenceCreated', referenceName: 'main', commitId },
      { event: 'referenceCreated', referenceName: 'env/test', commitId, repositoryName },
      { event: 'referenceUpdated', referenceName: 'env/test', commitId: second.commitId, oldCommitId: commitId },
      { event: 'referenceDeleted', referenceName: 'env/test', oldCommitId: second.commitId },
    ]);
  });

  test('cannot be accessed from another account', async () => {
    const member = new CodeCommitClient(world.as(MEMBER));
    await expect(member.send(new ListBranchesCommand({ repositoryName }))).rejects.toMatchObject({
      name: 'RepositoryDoesNotExistException',
    });
  });
});
