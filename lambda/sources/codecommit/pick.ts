import type { CodeCommitClient } from '@aws-sdk/client-codecommit';
import {
  CreateBranchCommand, CreateCommitCommand, CreateUnreferencedMergeCommitCommand, DeleteBranchCommand,
  paginateGetMergeConflicts,
} from '@aws-sdk/client-codecommit';
import { COMMITTER, Differences, pathOf } from './changes';
import type { Changes } from './changes';
import { NAMES } from '../../../src/private/contract';
import { isNamed } from '../../shared/errors';
import type { PickRequest } from '../source';
import { MergeConflictError, SourceError } from '../source';

/**
 * Picks a commit by the API of CodeCommit, which has no such operation. A merge has the result of a pick if the parent
 * of the picked commit is the merge base: so a temporary commit, whose parent is that one and whose files are those of
 * the branch, is merged with the picked commit. The date of the author cannot be kept.
 */
export class CommitPicker {
  private readonly differences: Differences;
  private readonly base: string;

  public constructor(private readonly client: CodeCommitClient, private readonly request: PickRequest) {
    this.differences = new Differences(client, request.repositoryName);
    const { parents, commitId } = request.commit;
    if (parents.length !== 1) throw new SourceError(`commit ${commitId} has ${parents.length} parents`);
    this.base = parents[0] ?? '';
  }

  public async pick(): Promise<string | undefined> {
    const { commit: { commitId }, parentCommitId } = this.request;
    const own = await this.differences.between(this.base, parentCommitId);
    // with the same files, the picked commit itself is the result
    const merged = own.length === 0 ? { result: commitId, impossible: [] } : await this.merged(own);
    const spared = new Set([NAMES.descriptor, ...merged.impossible]);
    const change = await this.differences.between(parentCommitId, merged.result);
    return this.write(change.filter(difference => !spared.has(pathOf(difference))));
  }

  private async merged(own: Awaited<ReturnType<Differences['between']>>) {
    const { repositoryName, temporaryBranch: branchName } = this.request;
    const { commits, impossible } = await this.differences.changes(own);
    await this.assertUntouched(impossible);
    // a call that was interrupted may have left it
    await this.client.send(new DeleteBranchCommand({ repositoryName, branchName }));
    await this.client.send(new CreateBranchCommand({ repositoryName, branchName, commitId: this.base }));
    try {
      let sibling = this.base;
      for (const changes of commits) {
        sibling = await this.commit(branchName, sibling, changes, { ...COMMITTER, commitMessage: 'temporary' });
      }
      return { result: await this.mergeInto(sibling), impossible };
    } finally {
      await this.client.send(new DeleteBranchCommand({ repositoryName, branchName }));
    }
  }

  /** The temporary commit cannot have these files as the branch has them: the picked commit must not change them. */
  private async assertUntouched(impossible: readonly string[]): Promise<void> {
    if (impossible.length === 0) return;
    const { commit: { commitId } } = this.request;
    const picked = (await this.differences.between(this.base, commitId)).map(pathOf);
    const path = impossible.find(one => picked.includes(one));
    if (path !== undefined) throw impossibleFile(commitId, path);
  }

  private async mergeInto(sibling: string): Promise<string> {
    const specifiers = {
      repositoryName: this.request.repositoryName,
      sourceCommitSpecifier: this.request.commit.commitId,
      destinationCommitSpecifier: sibling,
      mergeOption: 'THREE_WAY_MERGE' as const,
      conflictDetailLevel: 'LINE_LEVEL' as const,
    };
    const merge = async (kept: readonly string[]) => {
      const { commitId = '' } = await this.client.send(new CreateUnreferencedMergeCommitCommand({
        ...specifiers,
        ...COMMITTER,
        commitMessage: 'temporary',
        ...kept.length > 0 && {
          conflictResolution: {
            replaceContents: kept.map(filePath => ({ filePath, replacementType: 'KEEP_DESTINATION' as const })),
          },
        },
      }));
      return commitId;
    };
    try {
      return await merge([]);
    } catch (error) {
      if (!isNamed(error, 'ManualMergeRequiredException')) throw error;
    }
    const files: string[] = [];
    for await (const page of paginateGetMergeConflicts({ client: this.client }, specifiers)) {
      files.push(...(page.conflictMetadataList ?? []).flatMap(({ filePath }) => filePath ?? []));
    }
    const others = files.filter(path => path !== NAMES.descriptor);
    if (others.length > 0) throw new MergeConflictError(this.request.branchName, others);
    return merge([NAMES.descriptor]);
  }

  private async write(change: Awaited<ReturnType<Differences['between']>>): Promise<string | undefined> {
    if (change.length === 0) return undefined;
    const { branchName, parentCommitId, message, commit } = this.request;
    const { commits, impossible: [path] } = await this.differences.changes(change);
    if (path !== undefined) throw impossibleFile(commit.commitId, path);
    const files = commits.reduce(
      (all, { putFiles, deleteFiles }) => ({
        putFiles: [...all.putFiles, ...putFiles], deleteFiles: [...all.deleteFiles, ...deleteFiles],
      }),
      { putFiles: [], deleteFiles: [] } as Changes,
    );
    return this.commit(branchName, parentCommitId, files, {
      commitMessage: message, authorName: commit.authorName, email: commit.authorEmail,
    });
  }

  private async commit(
    branchName: string, parentCommitId: string, { putFiles, deleteFiles }: Changes,
    details: { readonly commitMessage: string; readonly authorName: string; readonly email: string },
  ): Promise<string> {
    const { commitId } = await this.client.send(new CreateCommitCommand({
      repositoryName: this.request.repositoryName,
      branchName,
      parentCommitId,
      putFiles: [...putFiles],
      deleteFiles: [...deleteFiles],
      ...details,
    }));
    return commitId ?? parentCommitId;
  }
}

function impossibleFile(commitId: string, path: string): SourceError {
  return new SourceError(
    `commit ${commitId} changes '${path}', which the API of CodeCommit cannot write, because it is empty, a submodule `
      + 'or larger than 6 MB: pick it with git cherry-pick -x',
  );
}
