import {
  BranchDoesNotExistException,
  CodeCommitClient,
  CommitDoesNotExistException,
  CommitIdDoesNotExistException,
  CreateBranchCommand,
  CreateCommitCommand,
  CreateRepositoryCommand,
  DeleteBranchCommand,
  FileDoesNotExistException,
  GetBranchCommand,
  GetCommitCommand,
  GetFileCommand,
  GetFolderCommand,
  GetMergeOptionsCommand,
  GetPullRequestCommand,
  ListBranchesCommand,
  MergeBranchesByFastForwardCommand,
  MergeBranchesByThreeWayCommand,
  paginateGetMergeConflicts,
  PullRequestDoesNotExistException,
  TipsDivergenceExceededException,
} from '@aws-sdk/client-codecommit';
import { COMMITTER } from './codecommit/changes';
import { CommitComparison } from './codecommit/compare';
import { codeCommitRemote } from './codecommit/git-remote';
import { CommitPicker } from './codecommit/pick';
import { openPullRequest, openPullRequests, pullRequestCommits, pullRequestOf } from './codecommit/pull-requests';
import { Reviews } from './codecommit/reviews';
import { proposeMerge } from './propose';
import type {
  Author, BranchRules, CommitDetails, Comparison, FileChange, GitRemote, HostEvent, MergeRequest, MovedBranch,
  NewPullRequest, PickRequest, ProposeRequest, PullRequest, SourceHost,
} from './source';
import {
  BranchMovedError,
  MergeConflictError,
  RepositoryExistsError,
  RepositoryLockedError,
  RepositoryNotFoundError,
  requireHead,
  SourceAccessDeniedError,
  SourceError,
} from './source';
import { NAMES } from '../../src/private/contract';
import { clientDefaults } from '../shared/clients';
import { isAccessDenied, isNamed, isPermanentAwsError } from '../shared/errors';

/** CodeCommit in the account and region of the function. */
export class CodeCommitHost implements SourceHost {
  public constructor(private readonly client = new CodeCommitClient(clientDefaults())) {}

  public async head(repositoryName: string, branchName: string): Promise<string | undefined> {
    return orUndefined(BranchDoesNotExistException, async () => {
      const { branch } = await this.client.send(new GetBranchCommand({ repositoryName, branchName }));
      return branch?.commitId;
    });
  }

  public async branches(repositoryName: string): Promise<readonly string[]> {
    return translateErrors(
      async () => (await this.client.send(new ListBranchesCommand({ repositoryName }))).branches ?? [],
    );
  }

  public async file(repositoryName: string, commitSpecifier: string, filePath: string): Promise<string | undefined> {
    return orUndefined(FileDoesNotExistException, async () => {
      const { fileContent } = await this.client.send(new GetFileCommand({ repositoryName, commitSpecifier, filePath }));
      return Buffer.from(fileContent ?? []).toString('utf8');
    });
  }

  public async createRepository(repositoryName: string): Promise<void> {
    await translateErrors(() => this.client.send(new CreateRepositoryCommand({ repositoryName })));
  }

  public async gitRemote(repositoryName: string): Promise<GitRemote> {
    const { credentials, region } = this.client.config;
    return codeCommitRemote({
      repositoryName, region: await region(), credentials: await credentials(), now: Date.now(),
    });
  }

  public async createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void> {
    await translateErrors(() => this.client.send(new CreateBranchCommand({ repositoryName, branchName, commitId })));
  }

  /** A push between the two calls is reported: the response has the commit that was deleted. */
  public async deleteBranch(
    repositoryName: string, branchName: string, expected?: string,
  ): Promise<string | undefined> {
    const head = expected === undefined ? undefined : await this.head(repositoryName, branchName);
    if (head !== undefined) requireHead(head, expected);
    return translateErrors(async () => {
      const { deletedBranch } = await this.client.send(new DeleteBranchCommand({ repositoryName, branchName }));
      return deletedBranch?.commitId;
    });
  }

  /** Its templates are known by their names. */
  public async foreignRules(): Promise<readonly string[]> {
    return [];
  }

  /** `Branch` rejects checks at synth. */
  public async protect(repositoryName: string, branchName: string, { review }: BranchRules): Promise<void> {
    await translateErrors(() => new Reviews(this.client, repositoryName).require(branchName, review));
  }

  public async requires(repositoryName: string, branchName: string, { review }: BranchRules): Promise<boolean> {
    return translateErrors(() => new Reviews(this.client, repositoryName).isRequired(branchName, review));
  }

  public async openPullRequests(repositoryName: string, branchName: string): Promise<readonly PullRequest[]> {
    return translateErrors(() => openPullRequests(this.client, repositoryName, branchName));
  }

  public async commitFile({
    repositoryName,
    branchName,
    parentCommitId,
    path,
    text,
    message,
  }: FileChange): Promise<string> {
    const { commitId } = await translateErrors(() =>
      this.client.send(
        new CreateCommitCommand({
          repositoryName,
          branchName,
          parentCommitId,
          commitMessage: message,
          ...COMMITTER,
          ...text === undefined
            ? { deleteFiles: [{ filePath: path }] }
            : { putFiles: [{ filePath: path, fileContent: Buffer.from(text) }] },
        }),
      ),
    );
    return commitId ?? parentCommitId;
  }

  public async contains(
    repositoryName: string, commitId: string, ancestorId: string,
  ): Promise<boolean | 'unknown' | undefined> {
    const command = new GetMergeOptionsCommand(
      specifiersOf({ repositoryName, branchName: commitId, commitId: ancestorId }),
    );
    return orUndefined(CommitDoesNotExistException, async () => {
      try {
        return (await this.client.send(command)).baseCommitId === ancestorId;
      } catch (error) {
        if (error instanceof TipsDivergenceExceededException) return 'unknown';
        throw error;
      }
    });
  }

  public async resolve(repositoryName: string, reference: string): Promise<string | undefined> {
    // the only call that accepts a commit id, a branch and a tag
    const command = new GetFolderCommand({ repositoryName, commitSpecifier: reference, folderPath: '/' });
    return orUndefined(CommitDoesNotExistException, async () => (await this.client.send(command)).commitId);
  }

  public async merge(request: MergeRequest): Promise<string> {
    const { commitId, branchName } = request;
    const { mergeOptions = [], baseCommitId, destinationCommitId = '' } = await this.mergeOptions(request);
    if (baseCommitId === commitId) return destinationCommitId;
    const target = { ...specifiersOf(request), targetBranch: branchName };
    if (mergeOptions.includes('FAST_FORWARD_MERGE')) {
      const merged = await translateErrors(() => this.client.send(new MergeBranchesByFastForwardCommand(target)));
      return merged.commitId ?? commitId;
    }
    const conflicts = mergeOptions.includes('THREE_WAY_MERGE') ? [] : await this.conflictsOf(request);
    const others = conflicts.filter(path => path !== NAMES.descriptor);
    if (others.length > 0) throw new MergeConflictError(branchName, others);
    const merged = await translateErrors(() => this.client.send(new MergeBranchesByThreeWayCommand({
      ...target,
      ...COMMITTER,
      commitMessage: request.message,
      ...(conflicts.length > 0 && {
        conflictResolution: {
          replaceContents: conflicts.map(filePath => ({ filePath, replacementType: 'KEEP_DESTINATION' as const })),
        },
      }),
    })));
    return merged.commitId ?? destinationCommitId;
  }

  /** Approval rules bind pull requests only: the caller knows whether the branch needs a review. */
  public async forward(repositoryName: string, branchName: string, commitId: string): Promise<boolean> {
    const specifiers = specifiersOf({ repositoryName, branchName, commitId });
    const { mergeOptions = [], baseCommitId } = await this.mergeOptions({ repositoryName, branchName, commitId });
    if (baseCommitId === commitId) return true;
    if (!mergeOptions.includes('FAST_FORWARD_MERGE')) return false;
    await translateErrors(() => this.client.send(
      new MergeBranchesByFastForwardCommand({ ...specifiers, targetBranch: branchName }),
    ));
    return true;
  }

  public async propose(request: ProposeRequest): Promise<void> {
    await proposeMerge(this, request);
  }

  public async pick(pick: PickRequest): Promise<string | undefined> {
    return translateErrors(() => new CommitPicker(this.client, pick).pick());
  }

  public async compare(repositoryName: string, commitId: string, otherId: string): Promise<Comparison> {
    return translateErrors(() => new CommitComparison(this.client, repositoryName).compare(commitId, otherId));
  }

  public async commit(repositoryName: string, commitId: string): Promise<CommitDetails | undefined> {
    return orUndefined(CommitIdDoesNotExistException, async () => {
      const { commit } = await this.client.send(new GetCommitCommand({ repositoryName, commitId }));
      return {
        commitId,
        parents: commit?.parents ?? [],
        message: commit?.message ?? '',
        authorName: commit?.author?.name ?? '',
        authorEmail: commit?.author?.email ?? '',
      };
    });
  }

  public async openPullRequest(pullRequest: NewPullRequest): Promise<string> {
    return translateErrors(() => openPullRequest(this.client, pullRequest));
  }

  public async pullRequest(_repositoryName: string, pullRequestId: string): Promise<PullRequest | undefined> {
    return orUndefined(PullRequestDoesNotExistException, async () => {
      const { pullRequest } = await this.client.send(new GetPullRequestCommand({ pullRequestId }));
      return pullRequest && pullRequestOf(pullRequest);
    });
  }

  public async pullRequestCommits(repositoryName: string, id: string): Promise<readonly string[] | undefined> {
    return orUndefined(PullRequestDoesNotExistException, async () =>
      pullRequestCommits(this.client, repositoryName, id));
  }

  public async authorOf(repositoryName: string, commitId: string): Promise<Author | undefined> {
    return orUndefined(CommitIdDoesNotExistException, async () => {
      const { commit } = await this.client.send(new GetCommitCommand({ repositoryName, commitId }));
      // seconds since 1970 and the time zone: '1484167798 -0800'
      const [seconds] = commit?.author?.date?.split(' ') ?? [];
      return { name: commit?.author?.name, at: seconds ? Number(seconds) * 1000 : undefined };
    });
  }

  private async mergeOptions(request: Omit<MergeRequest, 'message'>) {
    return translateErrors(() => this.client.send(new GetMergeOptionsCommand(specifiersOf(request))));
  }

  private async conflictsOf(request: MergeRequest): Promise<readonly string[]> {
    return translateErrors(async () => {
      const files: string[] = [];
      const pages = paginateGetMergeConflicts(
        { client: this.client }, { ...specifiersOf(request), mergeOption: 'THREE_WAY_MERGE' },
      );
      for await (const { conflictMetadataList = [] } of pages) {
        files.push(...conflictMetadataList.flatMap(({ filePath }) => filePath ?? []));
      }
      return files;
    });
  }
}

/** The branch that an event reports as updated; undefined: the event is not from CodeCommit, or updates no branch. */
export function movedInCodeCommit({
  source,
  resources: [repositoryArn = ''],
  detail,
}: HostEvent): MovedBranch | undefined {
  const { event, referenceType, referenceName, commitId } = detail;
  const isMove =
    source === 'aws.codecommit'
    && referenceType === 'branch'
    && (event === 'referenceCreated' || event === 'referenceUpdated');
  if (!isMove || typeof referenceName !== 'string' || typeof commitId !== 'string') return undefined;
  const repositoryName = repositoryArn.split(':').at(-1) ?? '';
  return { repository: { host: 'codecommit', repositoryName, repositoryArn }, branchName: referenceName, commitId };
}

/** By default, CodeCommit reports a conflict if both sides have changed the same file. */
function specifiersOf({ repositoryName, branchName, commitId }: Omit<MergeRequest, 'message'>) {
  return {
    repositoryName,
    sourceCommitSpecifier: commitId,
    destinationCommitSpecifier: branchName,
    conflictDetailLevel: 'LINE_LEVEL' as const,
  };
}

async function orUndefined<T>(
  missing: new (...options: never[]) => Error,
  call: () => Promise<T>,
): Promise<T | undefined> {
  return translateErrors(async () => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof missing) return undefined;
      throw error;
    }
  });
}

async function translateErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw sourceErrorOf(error);
  }
}

const ENCRYPTION_ERRORS = [
  'EncryptionIntegrityChecksFailedException',
  'EncryptionKeyAccessDeniedException',
  'EncryptionKeyDisabledException',
  'EncryptionKeyInvalidIdException',
  'EncryptionKeyInvalidUsageException',
  'EncryptionKeyNotFoundException',
  'EncryptionKeyRequiredException',
  'EncryptionKeyUnavailableException',
];

/** Translates a permanent error; transient errors are returned unchanged, so that they are retried. */
function sourceErrorOf(error: unknown): unknown {
  if (!isPermanentAwsError(error)) return error;
  const { name, message } = error;
  if (
    isNamed(error, 'BranchNameExistsException', 'ParentCommitIdOutdatedException', 'ConcurrentReferenceUpdateException')
  ) {
    return new BranchMovedError(message, error);
  }
  if (isNamed(error, 'RepositoryNameExistsException')) return new RepositoryExistsError(message, error);
  if (isNamed(error, 'RepositoryDoesNotExistException')) return new RepositoryNotFoundError(message, error);
  if (isNamed(error, ...ENCRYPTION_ERRORS)) return new RepositoryLockedError(message, error);
  if (isAccessDenied(error)) return new SourceAccessDeniedError(message, error);
  return new SourceError(`${name}: ${message}`, error);
}
