import type { CommitSchema, MergeRequestSchema } from '@gitbeaker/rest';
import * as v from 'valibot';
import { commitOf } from './operations';
import { answer, created, read } from './responses';
import type { GitLabRules } from './rules';
import type { RepositoryCall } from '../api';
import { HostResponse } from '../host';
import { pageOf } from '../input';
import type { PullRequest } from '../pull-requests';
import { PullRequests } from '../pull-requests';
import { commitsBetween } from '../tree-differences';

const NewInput = v.object({
  source_branch: v.string(), target_branch: v.string(), title: v.string(), description: v.optional(v.string(), ''),
});
const ChangeInput = v.object({ state_event: v.picklist(['close', 'reopen']) });

/** Without the descriptions of people, milestones and reviews. */
type Fields = Pick<
  MergeRequestSchema,
  'description' | 'iid' | 'merge_commit_sha' | 'sha' | 'source_branch' | 'state'
  | 'target_branch' | 'title'
>;

/** https://docs.gitlab.com/api/merge_requests/ */
export class GitLabMergeRequests {
  private readonly store = new PullRequests();

  public constructor(private readonly rules: GitLabRules) {}

  public async list({ repository: { git }, fullName, query }: RepositoryCall): Promise<Fields[]> {
    const state = query.get('state') ?? 'all';
    const found = this.store.list(fullName, {
      source: query.get('source_branch') ?? undefined,
      target: query.get('target_branch') ?? undefined,
      isOpen: state === 'opened' ? true : undefined,
    });
    const { values } = pageOf(found, query, 'per_page', 20);
    return Promise.all(values.map(async one => fieldsOf(await this.store.current(git, one))));
  }

  public async create({ repository: { git }, fullName, body, now }: RepositoryCall): Promise<never> {
    const { source_branch: source, target_branch: target, title, description } = read(NewInput, body);
    const [sourceCommit, targetCommit] = [await git.head(source), await git.head(target)];
    if (sourceCommit === undefined || targetCommit === undefined) throw answer(400, 'The branch does not exist');
    const [open] = this.store.list(fullName, { source, target, isOpen: true });
    if (open) {
      throw new HostResponse(409, {
        message: [`Another open merge request already exists for this source branch: !${open.number}`],
      });
    }
    throw created<Fields>(fieldsOf(this.store.open(fullName, {
      title, description, source, target, sourceCommit, targetCommit, createdAt: now,
    })));
  }

  public async get(call: RepositoryCall): Promise<Fields> {
    return fieldsOf(await this.required(call));
  }

  /** The newest first. */
  public async commits(call: RepositoryCall): Promise<CommitSchema[]> {
    const { repository: { git }, query } = call;
    const { sourceCommit, targetCommit } = await this.required(call);
    const { values } = pageOf(await commitsBetween(git, targetCommit, sourceCommit), query, 'per_page', 20);
    return Promise.all(values.map(async id => commitOf(await git.details(id))));
  }

  /** What a person does to close it. */
  public async update(call: RepositoryCall): Promise<Fields> {
    const { number } = await this.required(call);
    const { state_event: event } = read(ChangeInput, call.body);
    this.store.change(call.fullName, number, {
      state: event === 'close' ? 'closed' : 'open', endedAt: event === 'close' ? call.now : undefined,
    });
    return fieldsOf(await this.required(call));
  }

  /** What a person does to approve it. */
  public async approve(call: RepositoryCall): Promise<Fields> {
    const { number } = await this.required(call);
    this.store.approve(call.fullName, number, call.token);
    return fieldsOf(await this.required(call));
  }

  /** What a person does to merge it. */
  public async merge(call: RepositoryCall): Promise<Fields> {
    const { repository: { git }, fullName, move, now } = call;
    return git.exclusively(async () => {
      const { number, source, target, sourceCommit: theirs, state, approvedBy } = await this.required(call);
      const ours = await git.head(target);
      if (state !== 'open' || ours === undefined) throw answer(405, '405 Method Not Allowed');
      this.rules.assertMergeable(fullName, target, approvedBy.length);
      const author = { name: 'rehearsal', email: 'project_1_bot@noreply.gitlab.com', at: now };
      const message = `Merge branch '${source}' into '${target}'`;
      const { commitId } = await git.merge({ ours, theirs, message, author, keepOurs: [] });
      if (commitId === undefined) throw answer(422, 'Branch cannot be merged');
      await move(target, ours, commitId);
      this.store.change(fullName, number, {
        state: 'merged', mergeCommit: commitId, sourceCommit: theirs, endedAt: now,
      });
      return fieldsOf(await this.required(call));
    });
  }

  public branchDeleted(fullName: string, branch: string, now: number): void {
    this.store.branchDeleted(fullName, branch, now);
  }

  private async required({ repository: { git }, fullName, parameter }: RepositoryCall): Promise<PullRequest> {
    const found = this.store.find(fullName, Number(parameter));
    if (!found) throw answer(404, '404 Not found');
    return this.store.current(git, found);
  }
}

function fieldsOf({ number, title, description, source, target, state, sourceCommit, mergeCommit }: PullRequest) {
  return {
    iid: number,
    title,
    description,
    source_branch: source,
    target_branch: target,
    state: state === 'open' ? 'opened' : state,
    sha: sourceCommit,
    // the types of the library do not know that there may be none
    merge_commit_sha: (mergeCommit ?? null) as string,
  };
}
