import * as v from 'valibot';
import type { Clock } from '../../../core/clock';
import { read } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { Events } from '../../events/service';
import { assertBranchName, changeBranch } from '../branches';
import type { TreeEntry } from '../content';
import type { Repository } from '../repository';
import type { RepositoryStore } from '../store';

const MODES: Readonly<Record<string, string>> = { NORMAL: '100644', EXECUTABLE: '100755', SYMLINK: '120000' };
const MAXIMUM_FILES = 100;

const FileMode = v.optional(v.picklist(['NORMAL', 'EXECUTABLE', 'SYMLINK']), 'NORMAL');
const CreateCommitInput = v.object({
  repositoryName: v.string(),
  branchName: v.string(),
  parentCommitId: v.optional(v.string()),
  authorName: v.optional(v.string()),
  email: v.optional(v.string(), ''),
  commitMessage: v.optional(v.string(), ''),
  putFiles: v.optional(
    v.array(v.object({ filePath: v.string(), fileContent: v.optional(v.string()), fileMode: FileMode })),
    [],
  ),
  deleteFiles: v.optional(v.array(v.object({ filePath: v.string() })), []),
});
const PutFileInput = v.object({
  repositoryName: v.string(),
  branchName: v.string(),
  fileContent: v.string(),
  filePath: v.string(),
  fileMode: FileMode,
  parentCommitId: v.optional(v.string()),
  commitMessage: v.optional(v.string(), ''),
  name: v.optional(v.string()),
  email: v.optional(v.string(), ''),
});

type CommitInput = v.InferOutput<typeof CreateCommitInput>;

interface Committed {
  readonly commitId: string;
  readonly treeId: string;
  readonly added: readonly TreeEntry[];
  readonly updated: readonly TreeEntry[];
  readonly deleted: readonly TreeEntry[];
}

/** API operations that commit. A branch moves only from the commit that the caller names as its parent. */
export class CommitOperations {
  public readonly operations: Record<string, Operation> = {
    CreateCommit: async call => this.createCommit(call),
    PutFile: async call => this.putFile(call),
  };

  public constructor(
    private readonly store: RepositoryStore,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  private async commit(call: Call, input: CommitInput): Promise<Committed> {
    const repository = this.store.required(call.caller.accountId, call.region, input.repositoryName);
    await assertBranchName(repository, input.branchName);
    assertFiles(input);
    return repository.git.exclusively(async () => {
      const parent = await parentOf(repository, input);
      const before = await entriesBefore(repository, parent, input);
      const author = {
        name: input.authorName ?? call.caller.arn.split('/').at(-1) ?? 'unknown',
        email: input.email,
        at: this.clock.now(),
      };
      const { commitId, treeId } = await repository.git.commit({
        parent,
        message: input.commitMessage,
        author,
        put: input.putFiles.map(file => ({
          path: pathOf(file),
          content: Buffer.from(file.fileContent ?? '', 'base64'),
          mode: MODES[file.fileMode],
        })),
        remove: input.deleteFiles.map(pathOf),
      });
      if (parent !== undefined && (await repository.git.treeOf(parent)) === treeId) {
        throw new AwsError('NoChangeException', 'The commit would change nothing');
      }
      const change = { from: parent, to: commitId, callerArn: call.caller.arn };
      if (!(await changeBranch(this.events, repository, input.branchName, change))) throw outdated(input.branchName);
      return changesOf(repository, { commitId, treeId }, before, input);
    });
  }

  private async createCommit(call: Call): Promise<unknown> {
    const { commitId, treeId, added, updated, deleted } = await this.commit(call, read(CreateCommitInput, call.input));
    return {
      commitId,
      treeId,
      filesAdded: added.map(described),
      filesUpdated: updated.map(described),
      filesDeleted: deleted.map(described),
    };
  }

  private async putFile(call: Call): Promise<unknown> {
    const { name, filePath, fileContent, fileMode, ...rest } = read(PutFileInput, call.input);
    const { commitId, treeId, added, updated } = await this.commit(call, {
      ...rest,
      authorName: name,
      putFiles: [{ filePath, fileContent, fileMode }],
      deleteFiles: [],
    }).catch((error: unknown) => {
      if (error instanceof AwsError && error.code === 'NoChangeException') {
        throw new AwsError('SameFileContentException', `The file ${filePath} has this content already`);
      }
      throw error;
    });
    return { commitId, treeId, blobId: [...added, ...updated][0]?.id };
  }
}

function assertFiles(input: CommitInput): void {
  const paths = [...input.putFiles, ...input.deleteFiles].map(pathOf);
  if (paths.length === 0) {
    throw new AwsError(
      'FileEntryRequiredException',
      'The commit cannot be created because no files have been specified',
    );
  }
  if (paths.length > MAXIMUM_FILES) {
    throw new AwsError(
      'MaximumFileEntriesExceededException',
      `A commit takes at most ${MAXIMUM_FILES} files, got ${paths.length}`,
    );
  }
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new AwsError('SamePathRequestException', `The file ${twice} is named more than once`);
  const invalid = paths.find(
    path => path === '' || path.split('/').some(part => ['', '.', '..', '.git'].includes(part)),
  );
  if (invalid !== undefined) throw new AwsError('InvalidPathException', `The path ${invalid} is not valid`);
  // "Empty files cannot be added to the repository with this API":
  // https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateCommit.html
  const empty = input.putFiles.find(file => file.fileContent === undefined || file.fileContent === '');
  if (empty !== undefined) {
    throw new AwsError('FileContentRequiredException', `The file ${empty.filePath} is empty`);
  }
}

/**
 * Returns the head of the branch, which the caller must name; undefined in an empty repository, where the first commit
 * creates the branch.
 */
async function parentOf(
  repository: Repository,
  { branchName, parentCommitId }: CommitInput,
): Promise<string | undefined> {
  const head = await repository.git.head(branchName);
  if (head === undefined) {
    if ((await repository.git.branches()).length === 0) return undefined;
    throw new AwsError(
      'BranchDoesNotExistException',
      `The branch ${branchName} does not exist in repository ${repository.name}`,
    );
  }
  if (parentCommitId === undefined) {
    throw new AwsError(
      'ParentCommitIdRequiredException',
      `The commit id of the head of branch ${branchName} is required`,
    );
  }
  if ((await repository.git.resolve(parentCommitId)) === undefined) {
    throw new AwsError(
      'ParentCommitDoesNotExistException',
      `The parent commit ${parentCommitId} does not exist in repository ${repository.name}`,
    );
  }
  if (parentCommitId !== head) throw outdated(branchName);
  return head;
}

function outdated(branchName: string): AwsError {
  return new AwsError(
    'ParentCommitIdOutdatedException',
    `The parent commit is not the head of branch ${branchName} any more`,
  );
}

async function entriesBefore(
  repository: Repository,
  parent: string | undefined,
  input: CommitInput,
): Promise<Map<string, TreeEntry>> {
  const paths = [...input.putFiles, ...input.deleteFiles].map(pathOf);
  const entries =
    parent === undefined ? [] : await Promise.all(paths.map(async path => repository.git.entry(parent, path)));
  const known = new Map(entries.flatMap(entry => (entry === undefined ? [] : [[entry.path, entry] as const])));
  const missing = input.deleteFiles.map(pathOf).find(path => !known.has(path));
  if (missing !== undefined) {
    throw new AwsError('FileDoesNotExistException', `The file ${missing} does not exist in branch ${input.branchName}`);
  }
  return known;
}

async function changesOf(
  repository: Repository,
  made: { readonly commitId: string; readonly treeId: string },
  before: ReadonlyMap<string, TreeEntry>,
  input: CommitInput,
): Promise<Committed> {
  const written = await Promise.all(
    input.putFiles.map(async file => repository.git.entry(made.commitId, pathOf(file))),
  );
  const entries = written.flatMap(entry => entry ?? []);
  return {
    ...made,
    added: entries.filter(entry => !before.has(entry.path)),
    updated: entries.filter(entry => before.has(entry.path)),
    deleted: input.deleteFiles.flatMap(file => before.get(pathOf(file)) ?? []),
  };
}

function pathOf(file: { readonly filePath: string }): string {
  return file.filePath.replace(/^\/+/, '');
}

function described(entry: TreeEntry): Record<string, string | undefined> {
  const fileMode = Object.keys(MODES).find(name => MODES[name] === entry.mode);
  return { absolutePath: entry.path, blobId: entry.id, fileMode };
}
