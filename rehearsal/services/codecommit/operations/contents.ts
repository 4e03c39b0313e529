import * as v from 'valibot';
import { read } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { TreeEntry } from '../content';
import type { Repository } from '../repository';
import type { RepositoryStore } from '../store';

const RepositoryInput = v.object({ repositoryName: v.string() });
const CommitInput = v.object({ repositoryName: v.string(), commitId: v.string() });
const FileInput = v.object({
  repositoryName: v.string(),
  commitSpecifier: v.optional(v.string()),
  filePath: v.string(),
});
const BlobInput = v.object({ repositoryName: v.string(), blobId: v.string() });
const DifferencesInput = v.object({
  repositoryName: v.string(),
  beforeCommitSpecifier: v.optional(v.string()),
  afterCommitSpecifier: v.string(),
  MaxResults: v.optional(v.number()),
  NextToken: v.optional(v.string()),
});
const CommitsInput = v.object({ repositoryName: v.string(), commitIds: v.array(v.string()) });
const FolderInput = v.object({
  repositoryName: v.string(),
  commitSpecifier: v.optional(v.string()),
  folderPath: v.string(),
});

const MODES: Readonly<Record<string, string>> = { 100644: 'NORMAL', 100755: 'EXECUTABLE', 120000: 'SYMLINK' };
const MAXIMUM_BYTES = 6 * 1024 * 1024;
/** Of a page. */
const MAXIMUM_DIFFERENCES = 400;
const MAXIMUM_COMMITS = 100;

/** API operations that read commits, files and folders. */
export class ContentOperations {
  public readonly operations: Record<string, Operation> = {
    GetCommit: async call => this.getCommit(call),
    GetFile: async call => this.getFile(call),
    GetFolder: async call => this.getFolder(call),
    GetBlob: async call => this.getBlob(call),
    GetDifferences: async call => this.getDifferences(call),
    BatchGetCommits: async call => this.batchGetCommits(call),
  };

  public constructor(private readonly store: RepositoryStore) {}

  private repositoryOf(call: Call): Repository {
    return this.store.required(call.caller.accountId, call.region, read(RepositoryInput, call.input).repositoryName);
  }

  private async getCommit(call: Call): Promise<unknown> {
    const { commitId } = read(CommitInput, call.input);
    const repository = this.repositoryOf(call);
    if (await repository.git.resolve(commitId) !== commitId) {
      throw new AwsError(
        'CommitIdDoesNotExistException',
        `The commit ${commitId} does not exist in repository ${repository.name}`,
      );
    }
    const details = await repository.git.details(commitId);
    return { commit: { ...details, additionalData: '' } };
  }

  private async getBlob(call: Call): Promise<unknown> {
    const { blobId } = read(BlobInput, call.input);
    const content = await this.repositoryOf(call).git.findBlob(blobId);
    if (!content) throw new AwsError('BlobIdDoesNotExistException', `The blob ${blobId} does not exist`);
    if (content.length > MAXIMUM_BYTES) throw new AwsError('FileTooLargeException', 'The blob is larger than 6 MB');
    return { content };
  }

  private async getDifferences(call: Call): Promise<unknown> {
    const input = read(DifferencesInput, call.input);
    const repository = this.repositoryOf(call);
    const after = await commitOf(repository, input.afterCommitSpecifier);
    const { beforeCommitSpecifier } = input;
    const before = beforeCommitSpecifier === undefined ? undefined : await commitOf(repository, beforeCommitSpecifier);
    const all = await repository.git.differences(before, after);
    const start = Number(input.NextToken ?? 0);
    const end = start + (input.MaxResults ?? MAXIMUM_DIFFERENCES);
    const blob = (entry: TreeEntry | undefined) => entry && { blobId: entry.id, path: entry.path, mode: entry.mode };
    return {
      differences: all.slice(start, end).map(({ before: one, after: other }) => ({
        beforeBlob: blob(one), afterBlob: blob(other), changeType: one === undefined ? 'A' : other ? 'M' : 'D',
      })),
      ...end < all.length && { NextToken: String(end) },
    };
  }

  private async batchGetCommits(call: Call): Promise<unknown> {
    const { commitIds } = read(CommitsInput, call.input);
    const { git } = this.repositoryOf(call);
    if (commitIds.length > MAXIMUM_COMMITS) {
      const message = `At most ${MAXIMUM_COMMITS} commits, got ${commitIds.length}`;
      throw new AwsError('CommitIdsLimitExceededException', message);
    }
    const known = await Promise.all(commitIds.map(async id => await git.resolve(id) === id));
    const missing = commitIds.filter((_, index) => !known[index]);
    const found = commitIds.filter((_, index) => known[index]);
    return {
      commits: await Promise.all(found.map(async id => ({ ...await git.details(id), additionalData: '' }))),
      errors: missing.map(commitId => ({
        commitId, errorCode: 'CommitIdDoesNotExistException', errorMessage: `The commit ${commitId} does not exist`,
      })),
    };
  }

  private async getFile(call: Call): Promise<unknown> {
    const input = read(FileInput, call.input);
    const repository = this.repositoryOf(call);
    const commitId = await commitOf(repository, input.commitSpecifier);
    const filePath = input.filePath.replace(/^\/+/, '');
    const entry = await repository.git.entry(commitId, filePath);
    if (entry?.type !== 'blob') {
      throw new AwsError(
        'FileDoesNotExistException',
        `The file ${filePath} does not exist in commit ${commitId} of repository ${repository.name}`,
      );
    }
    const content = await repository.git.blob(entry.id);
    if (content.length > MAXIMUM_BYTES) {
      throw new AwsError('FileTooLargeException', `The file ${filePath} is larger than 6 MB`);
    }
    return {
      commitId,
      blobId: entry.id,
      filePath,
      fileMode: MODES[entry.mode],
      fileSize: content.length,
      fileContent: content,
    };
  }

  private async getFolder(call: Call): Promise<unknown> {
    const input = read(FolderInput, call.input);
    const repository = this.repositoryOf(call);
    const commitId = await commitOf(repository, input.commitSpecifier);
    const folderPath = input.folderPath.replace(/^\/+|\/+$/g, '');
    const treeId = await repository.git.treeOf(commitId, folderPath);
    if (treeId === undefined) {
      throw new AwsError(
        'FolderDoesNotExistException',
        `The folder ${folderPath} does not exist in commit ${commitId} of repository ${repository.name}`,
      );
    }
    const entries = await repository.git.entries(commitId, folderPath);
    const named = ({ path }: TreeEntry): Record<string, string> => ({
      absolutePath: folderPath === '' ? path : `${folderPath}/${path}`,
      relativePath: path,
    });
    const files = entries.filter(entry => entry.type === 'blob');
    return {
      commitId,
      folderPath,
      treeId,
      subFolders: entries.filter(entry => entry.type === 'tree').map(entry => ({ treeId: entry.id, ...named(entry) })),
      files: files
        .filter(entry => entry.mode !== '120000')
        .map(entry => ({ blobId: entry.id, fileMode: MODES[entry.mode], ...named(entry) })),
      symbolicLinks: files
        .filter(entry => entry.mode === '120000')
        .map(entry => ({ blobId: entry.id, fileMode: 'SYMLINK', ...named(entry) })),
      subModules: entries
        .filter(entry => entry.type === 'commit')
        .map(entry => ({ commitId: entry.id, ...named(entry) })),
    };
  }
}

/** Resolves a commit specifier. @default - head of the default branch */
export async function commitOf(repository: Repository, specifier: string | undefined): Promise<string> {
  const reference = specifier ?? await repository.git.defaultBranch();
  if (reference === undefined) {
    throw new AwsError('CommitDoesNotExistException', `The repository ${repository.name} is empty`);
  }
  const commitId = await repository.git.resolve(reference);
  // unlike git, CodeCommit accepts no abbreviations
  const isShort = commitId?.startsWith(reference) === true && commitId !== reference
    && await repository.git.head(reference) !== commitId;
  if (commitId === undefined || isShort) {
    throw new AwsError(
      'CommitDoesNotExistException',
      `The commit ${reference} does not exist in repository ${repository.name}`,
    );
  }
  return commitId;
}
