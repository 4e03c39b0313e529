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
const FolderInput = v.object({
  repositoryName: v.string(),
  commitSpecifier: v.optional(v.string()),
  folderPath: v.string(),
});

const MODES: Readonly<Record<string, string>> = { 100644: 'NORMAL', 100755: 'EXECUTABLE', 120000: 'SYMLINK' };
const MAXIMUM_BYTES = 6 * 1024 * 1024;

/** API operations that read commits, files and folders. */
export class ContentOperations {
  public readonly operations: Record<string, Operation> = {
    GetCommit: async call => this.getCommit(call),
    GetFile: async call => this.getFile(call),
    GetFolder: async call => this.getFolder(call),
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
  if (commitId === undefined) {
    throw new AwsError(
      'CommitDoesNotExistException',
      `The commit ${reference} does not exist in repository ${repository.name}`,
    );
  }
  return commitId;
}
