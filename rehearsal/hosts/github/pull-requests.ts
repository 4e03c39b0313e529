import * as v from 'valibot';
import { bot } from './bot';
import { created, invalid, notFound, read } from './responses';
import type { GitHubRulesets } from './rulesets';
import { commitOf, pullRequest } from './shapes';
import type { Commit, PullRequestFields } from './shapes';
import type { RepositoryCall } from '../api';
import { Checks } from '../checks';
import { HostResponse } from '../host';
import { pageOf } from '../input';
import type { PullRequest } from '../pull-requests';
import { PullRequests } from '../pull-requests';
import { commitsBetween } from '../tree-differences';

const NewInput = v.object({
  title: v.string(), head: v.string(), base: v.string(), body: v.optional(v.nullable(v.string())),
});
const ChangeInput = v.object({ state: v.picklist(['open', 'closed']) });
const ReviewInput = v.object({ event: v.literal('APPROVE') });
const StatusInput = v.object({ state: v.picklist(['success', 'failure', 'pending']), context: v.string() });
const MergeInput = v.object({ merge_method: v.optional(v.picklist(['merge', 'squash']), 'merge') });

/**
 * The operations of GitHub's API on pull requests.
 *
 * https://docs.github.com/en/rest/pulls/pulls
 */
export class GitHubPullRequestOperations {
  private readonly store = new PullRequests();
  private readonly checks = new Checks();

  public constructor(private readonly rulesets: GitHubRulesets) {}

  public async list({ repository: { git }, fullName, query }: RepositoryCall): Promise<PullRequestFields[]> {
    const state = query.get('state') ?? 'open';
    const [owner] = fullName.split('/');
    // GitHub ignores a head without its owner
    const [headOwner, ...branch] = (query.get('head') ?? '').split(':');
    if (branch.length > 0 && headOwner !== owner) return [];
    const found = this.store.list(fullName, {
      source: branch.length > 0 ? branch.join(':') : undefined,
      target: query.get('base') ?? undefined,
      isOpen: state === 'all' ? undefined : state === 'open',
    });
    const { values } = pageOf(found, query, 'per_page', 30);
    return Promise.all(values.map(async one =>
      pullRequest(fullName, await this.store.current(git, one))));
  }

  public async create({ repository: { git }, fullName, body, now }: RepositoryCall): Promise<never> {
    const { title, head, base, body: description } = read(NewInput, body);
    const [sourceCommit, targetCommit] = [await git.head(head), await git.head(base)];
    if (sourceCommit === undefined) throw invalid('Validation Failed: {"resource":"PullRequest","field":"head"}');
    if (targetCommit === undefined) throw invalid('Validation Failed: {"resource":"PullRequest","field":"base"}');
    if ((await commitsBetween(git, targetCommit, sourceCommit)).length === 0) {
      throw invalid(`Validation Failed: "No commits between ${base} and ${head}"`);
    }
    if (this.store.list(fullName, { source: head, target: base, isOpen: true }).length > 0) {
      throw invalid(`Validation Failed: "A pull request already exists for ${fullName.split('/')[0]}:${head}."`);
    }
    throw created<PullRequestFields>(pullRequest(fullName, this.store.open(fullName, {
      title, description: description ?? '', source: head, target: base, sourceCommit, targetCommit, createdAt: now,
    })));
  }

  public async get(call: RepositoryCall): Promise<PullRequestFields> {
    return pullRequest(call.fullName, await this.required(call));
  }

  public async commits(call: RepositoryCall): Promise<Commit[]> {
    const { repository: { git }, fullName, query } = call;
    const { sourceCommit, targetCommit } = await this.required(call);
    const oldestFirst = [...await commitsBetween(git, targetCommit, sourceCommit)].reverse();
    const { values } = pageOf(oldestFirst, query, 'per_page', 30);
    return Promise.all(values.map(async id => commitOf(fullName, await git.details(id))));
  }

  /** What a person does to close it. */
  public async update(call: RepositoryCall): Promise<PullRequestFields> {
    const { number } = await this.required(call);
    const { state } = read(ChangeInput, call.body);
    const changed = this.store.change(call.fullName, number, {
      state, endedAt: state === 'closed' ? call.now : undefined,
    });
    return pullRequest(call.fullName, changed ?? await this.required(call));
  }

  /** What a person does to approve it. */
  public async review(call: RepositoryCall): Promise<{ state: string }> {
    const { number } = await this.required(call);
    read(ReviewInput, call.body);
    this.store.approve(call.fullName, number, call.token);
    return { state: 'APPROVED' };
  }

  /** What another system does when a check has ended. */
  public async report({ fullName, parameter, body }: RepositoryCall): Promise<never> {
    const { state, context } = read(StatusInput, body);
    this.checks.report(fullName, parameter, context, state === 'success');
    throw created({ state, context });
  }

  /** What a person does to merge it. */
  public async merge(call: RepositoryCall): Promise<{ sha: string; merged: boolean; message: string }> {
    const { repository: { git }, fullName, body, move, now } = call;
    const { merge_method: method } = read(MergeInput, body);
    return git.exclusively(async () => {
      const { number, source, target, sourceCommit: theirs, state, title, approvedBy } = await this.required(call);
      const ours = await git.head(target);
      if (state !== 'open' || ours === undefined) throw new HostResponse(405, { message: 'Not mergeable' });
      this.rulesets.assertMergeable(fullName, target, call.token, {
        approvals: approvedBy.length, passed: this.checks.passedOf(fullName, theirs),
      });
      const { commitId } = await git.merge({
        ours,
        theirs,
        message: `Merge pull request #${number} from ${source}\n\n${title}`,
        author: bot(now),
        keepOurs: [],
        isSquash: method === 'squash',
      });
      if (commitId === undefined) throw new HostResponse(405, { message: 'Merge conflict' });
      await move(target, ours, commitId);
      this.store.change(fullName, number, {
        state: 'merged', mergeCommit: commitId, sourceCommit: theirs, endedAt: now,
      });
      return { sha: commitId, merged: true, message: 'Pull Request successfully merged' };
    });
  }

  public branchDeleted(fullName: string, branch: string, now: number): void {
    this.store.branchDeleted(fullName, branch, now);
  }

  private async required({ repository: { git }, fullName, parameter }: RepositoryCall): Promise<PullRequest> {
    const found = this.store.find(fullName, Number(parameter));
    if (!found) throw notFound();
    return this.store.current(git, found);
  }
}
