import * as v from 'valibot';
import { commitOf } from './contents';
import type { Clock } from '../../../core/clock';
import { read } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { Events } from '../../events/service';
import { changeBranch, requiredHead } from '../branches';
import type { MergeResult } from '../content';
import type { Repository } from '../repository';
import type { RepositoryStore } from '../store';

const Specifiers = v.object({
  repositoryName: v.string(),
  sourceCommitSpecifier: v.string(),
  destinationCommitSpecifier: v.string(),
  conflictDetailLevel: v.optional(v.picklist(['FILE_LEVEL', 'LINE_LEVEL']), 'FILE_LEVEL'),
});

const ConflictsInput = v.object({
  ...Specifiers.entries,
  mergeOption: v.picklist(['FAST_FORWARD_MERGE', 'SQUASH_MERGE', 'THREE_WAY_MERGE']),
});

const MergeInput = v.object({
  ...Specifiers.entries,
  targetBranch: v.optional(v.string()),
  commitMessage: v.optional(v.string()),
  authorName: v.optional(v.string()),
  email: v.optional(v.string(), ''),
  conflictResolution: v.optional(v.object({
    replaceContents: v.optional(
      v.array(v.object({ filePath: v.string(), replacementType: v.picklist(['KEEP_BASE', 'KEEP_DESTINATION']) })), [],
    ),
  })),
});

const UnreferencedInput = v.object({
  ...MergeInput.entries, mergeOption: v.picklist(['SQUASH_MERGE', 'THREE_WAY_MERGE']),
});

type SpecifiersInput = v.InferOutput<typeof Specifiers>;

interface Merge {
  readonly repository: Repository;
  readonly source: string;
  readonly destination: string;
  readonly base: string | undefined;
}

interface Attempt {
  readonly commitMessage?: string;
  readonly authorName?: string;
  readonly email?: string;
  /** Conflicting files that keep the content of the destination. */
  readonly kept?: readonly string[];
  readonly isSquash?: boolean;
}

/**
 * API operations that merge. Only LINE_LEVEL is simulated, in which changes of different lines of a file do not
 * conflict.
 */
export class MergeOperations {
  public readonly operations: Record<string, Operation> = {
    GetMergeOptions: async call => this.mergeOptions(call),
    GetMergeConflicts: async call => this.mergeConflicts(call),
    MergeBranchesByFastForward: async call => this.fastForward(call),
    MergeBranchesBySquash: async call => this.bySquash(call),
    MergeBranchesByThreeWay: async call => this.threeWay(call),
    CreateUnreferencedMergeCommit: async call => this.unreferenced(call),
  };

  public constructor(
    private readonly store: RepositoryStore,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  private async mergeOptions(call: Call): Promise<unknown> {
    const merge = await this.mergeOf(call, read(Specifiers, call.input));
    const { conflicts } = await this.attempt(call, merge);
    const mergeOptions = [
      ...(merge.base === merge.destination ? ['FAST_FORWARD_MERGE'] : []),
      ...(conflicts.length === 0 ? ['SQUASH_MERGE', 'THREE_WAY_MERGE'] : []),
    ];
    return { mergeOptions, ...idsOf(merge) };
  }

  private async mergeConflicts(call: Call): Promise<unknown> {
    const { mergeOption, ...specifiers } = read(ConflictsInput, call.input);
    const merge = await this.mergeOf(call, specifiers);
    const isFastForward = mergeOption === 'FAST_FORWARD_MERGE';
    const { conflicts } = isFastForward ? { conflicts: [] } : await this.attempt(call, merge);
    return {
      mergeable: isFastForward ? merge.base === merge.destination : conflicts.length === 0,
      ...idsOf(merge),
      conflictMetadataList: conflicts.map(filePath => ({ filePath, contentConflict: true })),
    };
  }

  private async fastForward(call: Call): Promise<unknown> {
    const input = read(MergeInput, call.input);
    // a fast-forward has no conflicts, so the call has no such parameter
    const merge = await this.mergeOf(call, { ...input, conflictDetailLevel: 'LINE_LEVEL' });
    if (merge.base !== merge.destination) throw manualMerge();
    return this.move(call, merge, input.targetBranch ?? input.destinationCommitSpecifier, merge.source);
  }

  private async threeWay(call: Call): Promise<unknown> {
    const input = read(MergeInput, call.input);
    const merge = await this.mergeOf(call, input);
    const branch = input.targetBranch ?? input.destinationCommitSpecifier;
    if (merge.base === merge.source) return { commitId: merge.destination, treeId: await treeOf(merge) };
    const kept = input.conflictResolution?.replaceContents.map(({ filePath }) => filePath) ?? [];
    const result = await this.attempt(call, merge, { ...input, kept });
    if (result.commitId === undefined) throw manualMerge();
    return this.move(call, merge, branch, result.commitId);
  }

  private async bySquash(call: Call): Promise<unknown> {
    const input = read(MergeInput, call.input);
    const merge = await this.mergeOf(call, input);
    const result = await this.attempt(call, merge, { ...input, isSquash: true });
    if (result.commitId === undefined) throw manualMerge();
    return this.move(call, merge, input.targetBranch ?? input.destinationCommitSpecifier, result.commitId);
  }

  /** Writes the result of a merge without moving a branch. */
  private async unreferenced(call: Call): Promise<unknown> {
    const { mergeOption, ...input } = read(UnreferencedInput, call.input);
    const merge = await this.mergeOf(call, input);
    const kept = input.conflictResolution?.replaceContents.map(({ filePath }) => filePath) ?? [];
    const result = await this.attempt(call, merge, { ...input, kept, isSquash: mergeOption === 'SQUASH_MERGE' });
    if (result.commitId === undefined) throw manualMerge();
    return { commitId: result.commitId, treeId: result.treeId };
  }

  private async move(call: Call, { repository, destination }: Merge, branch: string, to: string): Promise<unknown> {
    if ((await requiredHead(repository, branch)) !== destination) throw concurrent(branch);
    const change = { from: destination, to, callerArn: call.caller.arn };
    if (!(await changeBranch(this.events, repository, branch, change))) throw concurrent(branch);
    return { commitId: to, treeId: await repository.git.treeOf(to) };
  }

  private async mergeOf(call: Call, input: SpecifiersInput): Promise<Merge> {
    if (input.conflictDetailLevel !== 'LINE_LEVEL') {
      throw new AwsError('InvalidConflictDetailLevelException', 'The rehearsal knows only the level LINE_LEVEL');
    }
    const repository = this.store.required(call.caller.accountId, call.region, input.repositoryName);
    const [source, destination] = await Promise.all(
      [input.sourceCommitSpecifier, input.destinationCommitSpecifier].map(async text => commitOf(repository, text)),
    );
    return { repository, source, destination, base: await repository.git.mergeBase(source, destination) };
  }

  private async attempt(
    { caller }: Call, { repository, source, destination }: Merge,
    { commitMessage = 'Merge', authorName, email = '', kept = [], isSquash }: Attempt = {},
  ): Promise<MergeResult> {
    const author = { name: authorName ?? caller.arn.split('/').at(-1) ?? 'unknown', email, at: this.clock.now() };
    return repository.git.merge({
      ours: destination, theirs: source, message: commitMessage, author, keepOurs: kept, isSquash,
    });
  }
}

function idsOf({ source, destination, base }: Merge): object {
  return { sourceCommitId: source, destinationCommitId: destination, baseCommitId: base };
}

async function treeOf({ repository, destination }: Merge): Promise<string | undefined> {
  return repository.git.treeOf(destination);
}

export function manualMerge(): AwsError {
  return new AwsError(
    'ManualMergeRequiredException',
    'The pull request cannot be merged automatically into the destination branch. You must manually merge the branches '
      + 'and resolve any conflicts.',
  );
}

export function concurrent(branch: string): AwsError {
  return new AwsError('ConcurrentReferenceUpdateException', `The branch ${branch} was moved at the same time`);
}
