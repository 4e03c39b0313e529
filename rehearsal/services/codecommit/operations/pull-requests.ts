import * as v from 'valibot';
import type { ApprovalOperations } from './approvals';
import { concurrent, manualMerge } from './merges';
import type { Clock } from '../../../core/clock';
import { read } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { Events } from '../../events/service';
import { changeBranch } from '../branches';
import type { PullRequest, PullRequestStore } from '../pull-requests';
import type { Repository } from '../repository';
import type { RepositoryStore } from '../store';

const CreateInput = v.object({
  title: v.string(),
  description: v.optional(v.string()),
  clientRequestToken: v.optional(v.string()),
  targets: v.pipe(v.array(v.object({
    repositoryName: v.string(),
    sourceReference: v.string(),
    destinationReference: v.optional(v.string()),
  })), v.length(1)),
});
const IdInput = v.object({ pullRequestId: v.string() });
const ListInput = v.object({
  repositoryName: v.string(),
  pullRequestStatus: v.optional(v.picklist(['OPEN', 'CLOSED'])),
  maxResults: v.optional(v.number()),
  nextToken: v.optional(v.string()),
});
const StatusInput = v.object({ pullRequestId: v.string(), pullRequestStatus: v.picklist(['OPEN', 'CLOSED']) });
const MergeInput = v.object({
  pullRequestId: v.string(),
  repositoryName: v.string(),
  sourceCommitId: v.optional(v.string()),
  commitMessage: v.optional(v.string(), 'Merge'),
  authorName: v.optional(v.string(), 'merger'),
  email: v.optional(v.string(), ''),
});

const MAXIMUM_OPEN = 1000;
const PAGE = 100;
const HEADS = /^refs\/heads\//;

type Option = 'FAST_FORWARD_MERGE' | 'SQUASH_MERGE' | 'THREE_WAY_MERGE';

/** API operations of pull requests. */
export class PullRequestOperations {
  public readonly operations: Record<string, Operation> = {
    CreatePullRequest: async call => this.create(call),
    GetPullRequest: async call => ({ pullRequest: await this.described(this.required(call)) }),
    ListPullRequests: async call => this.list(call),
    UpdatePullRequestStatus: async call => this.updateStatus(call),
    MergePullRequestByFastForward: async call => this.merge(call, 'FAST_FORWARD_MERGE'),
    MergePullRequestBySquash: async call => this.merge(call, 'SQUASH_MERGE'),
    MergePullRequestByThreeWay: async call => this.merge(call, 'THREE_WAY_MERGE'),
    UpdatePullRequestApprovalState: async call => this.approve(call),
    EvaluatePullRequestApprovalRules: async call => this.evaluate(call),
  };

  public constructor(
    private readonly store: RepositoryStore,
    private readonly pullRequests: PullRequestStore,
    private readonly approvals: ApprovalOperations,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  private required(call: Call): PullRequest {
    const { pullRequestId } = read(IdInput, call.input);
    const found = this.pullRequests.find(pullRequestId);
    if (found?.accountId === call.caller.accountId && found.region === call.region) return found;
    throw new AwsError('PullRequestDoesNotExistException', `The pull request ${pullRequestId} does not exist`);
  }

  private async create(call: Call): Promise<unknown> {
    const { title, description, clientRequestToken: token, targets: [target] } = read(CreateInput, call.input);
    const { caller: { accountId, arn }, region } = call;
    const repository = this.store.required(accountId, region, target.repositoryName);
    const all = this.pullRequests.in(accountId, region, repository.name);
    const earlier = token === undefined ? undefined : all.find(one => one.token === token);
    if (earlier) return { pullRequest: await this.described(earlier) };
    if (all.filter(({ status }) => status === 'OPEN').length >= MAXIMUM_OPEN) {
      throw new AwsError('MaximumOpenPullRequestsExceededException', `There are ${MAXIMUM_OPEN} open pull requests`);
    }
    const [source, destination] = [target.sourceReference, target.destinationReference
      ?? await repository.git.defaultBranch() ?? 'main'].map(name => name.replace(HEADS, ''));
    if (source === destination) {
      throw new AwsError('SourceAndDestinationAreSameException', 'The source and the destination are the same branch');
    }
    const sourceCommit = await this.headOf(repository, source);
    const destinationCommit = await this.headOf(repository, destination);
    const pullRequest = this.pullRequests.save({
      id: this.pullRequests.nextId(),
      accountId,
      region,
      repositoryName: repository.name,
      title,
      description,
      sourceReference: `refs/heads/${source}`,
      destinationReference: `refs/heads/${destination}`,
      sourceCommit,
      destinationCommit,
      mergeBase: await repository.git.mergeBase(sourceCommit, destinationCommit),
      authorArn: arn,
      createdAt: this.clock.now(),
      token,
      status: 'OPEN',
      approvals: [],
    });
    return { pullRequest: await this.described(pullRequest) };
  }

  private async headOf(repository: Repository, branch: string): Promise<string> {
    const head = await repository.git.head(branch);
    if (head !== undefined) return head;
    throw new AwsError('ReferenceDoesNotExistException', `The reference refs/heads/${branch} does not exist`);
  }

  private list(call: Call): unknown {
    const { repositoryName, pullRequestStatus, maxResults = PAGE, nextToken = '0' } = read(ListInput, call.input);
    const { name } = this.store.required(call.caller.accountId, call.region, repositoryName);
    const ids = this.pullRequests.in(call.caller.accountId, call.region, name)
      .filter(({ status }) => pullRequestStatus === undefined || status === pullRequestStatus)
      .map(({ id }) => id).reverse();
    const end = Number(nextToken) + maxResults;
    return { pullRequestIds: ids.slice(Number(nextToken), end), ...end < ids.length && { nextToken: String(end) } };
  }

  private async updateStatus(call: Call): Promise<unknown> {
    const { pullRequestStatus: status } = read(StatusInput, call.input);
    const pullRequest = this.required(call);
    if (pullRequest.status === 'CLOSED' && status === 'OPEN') {
      throw new AwsError('InvalidPullRequestStatusUpdateException', 'A closed pull request cannot be opened again');
    }
    const updated = this.pullRequests.save({ ...await this.withHeads(pullRequest), status });
    return { pullRequest: await this.described(updated) };
  }

  private async merge(call: Call, option: Option): Promise<unknown> {
    const input = read(MergeInput, call.input);
    const pullRequest = await this.withHeads(this.required(call));
    if (pullRequest.status === 'CLOSED') {
      throw new AwsError('PullRequestAlreadyClosedException', `The pull request ${pullRequest.id} is closed`);
    }
    if (input.sourceCommitId !== undefined && input.sourceCommitId !== pullRequest.sourceCommit) {
      throw new AwsError('TipOfSourceReferenceIsDifferentException', 'The source branch has moved');
    }
    if (!this.approvals.isApproved(pullRequest)) {
      throw new AwsError('PullRequestApprovalRulesNotSatisfiedException', 'The approval rules are not satisfied');
    }
    const repository = this.store.required(call.caller.accountId, call.region, input.repositoryName);
    const commitId = await this.resultOf(repository, pullRequest, option, input);
    const branch = pullRequest.destinationReference.replace(HEADS, '');
    const change = { from: pullRequest.destinationCommit, to: commitId, callerArn: call.caller.arn };
    if (!await changeBranch(this.events, repository, branch, change)) throw concurrent(branch);
    const merged = { by: call.caller.arn, commitId, option };
    return { pullRequest: await this.described(this.pullRequests.save({ ...pullRequest, status: 'CLOSED', merged })) };
  }

  private async resultOf(
    { git }: Repository, { sourceCommit: theirs, destinationCommit: ours }: PullRequest, option: Option,
    { commitMessage: message, authorName: name, email }: v.InferOutput<typeof MergeInput>,
  ): Promise<string> {
    if (option === 'FAST_FORWARD_MERGE') {
      if (await git.mergeBase(theirs, ours) !== ours) throw manualMerge();
      return theirs;
    }
    const author = { name, email, at: this.clock.now() };
    const result = await git.merge({
      ours, theirs, message, author, keepOurs: [], isSquash: option === 'SQUASH_MERGE',
    });
    if (result.commitId === undefined) throw manualMerge();
    return result.commitId;
  }

  private async approve(call: Call): Promise<void> {
    const pullRequest = this.required(call);
    const { caller: { arn } } = call;
    if (arn === pullRequest.authorArn) {
      throw new AwsError('PullRequestCannotBeApprovedByAuthorException', 'The author cannot approve the pull request');
    }
    const others = pullRequest.approvals.filter(other => other !== arn);
    const isApproval = call.input.approvalState === 'APPROVE';
    this.pullRequests.save({ ...pullRequest, approvals: isApproval ? [...others, arn] : others });
  }

  private evaluate(call: Call): unknown {
    return { evaluation: this.approvals.evaluation(this.required(call)) };
  }

  /** An open pull request follows its branches. */
  private async withHeads(pullRequest: PullRequest): Promise<PullRequest> {
    if (pullRequest.status === 'CLOSED') return pullRequest;
    const { accountId, region, repositoryName, sourceReference, destinationReference } = pullRequest;
    const repository = this.store.required(accountId, region, repositoryName);
    const [source, destination] = [sourceReference, destinationReference].map(name => name.replace(HEADS, ''));
    const sourceCommit = await repository.git.head(source) ?? pullRequest.sourceCommit;
    const destinationCommit = await repository.git.head(destination) ?? pullRequest.destinationCommit;
    return { ...pullRequest, sourceCommit, destinationCommit };
  }

  private async described(known: PullRequest): Promise<unknown> {
    const pullRequest = await this.withHeads(known);
    const { merged, sourceReference, destinationReference, sourceCommit, destinationCommit, mergeBase } = pullRequest;
    return {
      pullRequestId: pullRequest.id,
      title: pullRequest.title,
      description: pullRequest.description,
      creationDate: new Date(pullRequest.createdAt),
      lastActivityDate: new Date(pullRequest.createdAt),
      pullRequestStatus: pullRequest.status,
      authorArn: pullRequest.authorArn,
      clientRequestToken: pullRequest.token,
      revisionId: sourceCommit,
      pullRequestTargets: [{
        repositoryName: pullRequest.repositoryName,
        sourceReference,
        destinationReference,
        sourceCommit,
        destinationCommit,
        mergeBase,
        mergeMetadata: merged
          ? { isMerged: true, mergedBy: merged.by, mergeCommitId: merged.commitId, mergeOption: merged.option }
          : { isMerged: false },
      }],
    };
  }
}
