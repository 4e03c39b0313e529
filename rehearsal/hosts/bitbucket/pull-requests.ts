import * as v from 'valibot';
import { commitOf, failed, listOf, read } from './responses';
import type { BitbucketRestrictions } from './restrictions';
import type { RepositoryCall } from '../api';
import { Checks } from '../checks';
import { HostResponse } from '../host';
import type { PullRequest } from '../pull-requests';
import { PullRequests } from '../pull-requests';
import { commitsBetween } from '../tree-differences';

const Side = v.object({ branch: v.object({ name: v.string() }) });
const NewInput = v.object({
  title: v.string(), description: v.optional(v.string(), ''), source: Side, destination: Side,
});

const BuildInput = v.object({ key: v.string(), state: v.picklist(['SUCCESSFUL', 'FAILED', 'INPROGRESS']) });

/** https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/ */
export class BitbucketPullRequests {
  private readonly store = new PullRequests();
  private readonly checks = new Checks();

  public constructor(private readonly restrictions: BitbucketRestrictions) {}

  /** The filters that this library uses: names of branches and the state, with AND and OR. */
  public async list({ repository: { git }, fullName, query }: RepositoryCall): Promise<unknown> {
    const states = query.getAll('state');
    const wanted = states.length > 0 ? states : ['OPEN'];
    const isFound = filterOf(query.get('q') ?? '');
    const all = (await Promise.all(this.store.list(fullName, {}).map(async one => this.store.current(git, one))))
      .map(one => fieldsOf(fullName, one))
      .filter(one => wanted.includes(one.state) && isFound(one));
    return listOf(all, `${fullName}/pullrequests`, query, 10);
  }

  public async create({ repository: { git }, fullName, body, now }: RepositoryCall): Promise<never> {
    const { title, description, source, destination } = read(NewInput, body);
    const [from, to] = [source.branch.name, destination.branch.name];
    const [sourceCommit, targetCommit] = [await git.head(from), await git.head(to)];
    if (sourceCommit === undefined) throw failed(400, `source branch not found: ${from}`);
    if (targetCommit === undefined) throw failed(400, `destination branch not found: ${to}`);
    if (await git.mergeBase(sourceCommit, targetCommit) === sourceCommit) {
      throw failed(400, 'There are no changes to be pulled');
    }
    throw new HostResponse(201, fieldsOf(fullName, this.store.open(fullName, {
      title, description, source: from, target: to, sourceCommit, targetCommit, createdAt: now,
    })));
  }

  public async get(call: RepositoryCall): Promise<unknown> {
    return fieldsOf(call.fullName, await this.required(call));
  }

  /** The newest first. */
  public async commits(call: RepositoryCall): Promise<unknown> {
    const { repository: { git }, fullName, query } = call;
    const { number, sourceCommit, targetCommit } = await this.required(call);
    const all = await commitsBetween(git, targetCommit, sourceCommit);
    const { values, ...page } = listOf(all, `${fullName}/pullrequests/${number}/commits`, query, 10);
    return { ...page, values: await Promise.all(values.map(async id => commitOf(await git.details(id)))) };
  }

  /** What a person does to close it. */
  public async decline(call: RepositoryCall): Promise<unknown> {
    const { number } = await this.required(call);
    this.store.change(call.fullName, number, { state: 'closed', endedAt: call.now });
    return this.get(call);
  }

  /** What a person does to approve it. */
  public async approve(call: RepositoryCall): Promise<unknown> {
    const { number } = await this.required(call);
    this.store.approve(call.fullName, number, call.token);
    return { approved: true };
  }

  /** What another system does when a build has ended. */
  public report({ fullName, parameter, body }: RepositoryCall): never {
    const { key, state } = read(BuildInput, body);
    this.checks.report(fullName, parameter, key, state === 'SUCCESSFUL');
    throw new HostResponse(201, { key, state });
  }

  /** What a person does to merge it. */
  public async merge(call: RepositoryCall): Promise<unknown> {
    const { repository: { git }, fullName, move, now } = call;
    return git.exclusively(async () => {
      const { number, source, target, sourceCommit: theirs, state, approvedBy } = await this.required(call);
      const ours = await git.head(target);
      if (state !== 'open' || ours === undefined) throw failed(400, 'This pull request is already closed.');
      const builds = this.checks.passedOf(fullName, theirs).length;
      this.restrictions.assertMergeable(fullName, target, approvedBy.length, builds);
      const author = { name: 'rehearsal', email: 'rehearsal@bots.bitbucket.org', at: now };
      const message = `Merged in ${source} (pull request #${number})`;
      const { commitId } = await git.merge({ ours, theirs, message, author, keepOurs: [] });
      if (commitId === undefined) throw failed(409, 'There are merge conflicts.');
      await move(target, ours, commitId);
      this.store.change(fullName, number, {
        state: 'merged', mergeCommit: commitId, sourceCommit: theirs, endedAt: now,
      });
      return this.get(call);
    });
  }

  private async required({ repository: { git }, fullName, parameter }: RepositoryCall): Promise<PullRequest> {
    const found = this.store.find(fullName, Number(parameter));
    if (!found) throw failed(404, `Pull request ${parameter} not found`);
    return this.store.current(git, found);
  }
}

type Fields = ReturnType<typeof fieldsOf>;

const STATES = { open: 'OPEN', merged: 'MERGED', closed: 'DECLINED' } as const;

function fieldsOf(fullName: string, { number, title, description, source, target, state, mergeCommit }: PullRequest) {
  const side = (name: string) => ({ branch: { name }, repository: { full_name: fullName } });
  return {
    type: 'pullrequest',
    id: number,
    title,
    description,
    state: STATES[state],
    source: side(source),
    destination: side(target),
    // hashes are short here
    merge_commit: mergeCommit === undefined ? null : { type: 'commit', hash: mergeCommit.slice(0, 12) },
  };
}

const CONDITION = /(source\.branch\.name|destination\.branch\.name|state) = "((?:[^"\\]|\\.)*)"/g;

/** https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering */
function filterOf(filter: string): (one: Fields) => boolean {
  const conditions: ((one: Fields) => boolean)[] = [];
  const shape = filter.replace(CONDITION, (_, field: string, text: string) => {
    const value = text.replace(/\\(.)/g, '$1');
    conditions.push(({ source, destination, state }) => value === (
      field === 'state' ? state : (field === 'source.branch.name' ? source : destination).branch.name
    ));
    return '?';
  });
  const [first = () => true, second = () => true, third = () => true] = conditions;
  switch (shape) {
    case '':
      return () => true;
    case '? AND ?':
      return one => first(one) && second(one);
    case '? AND (? OR ?)':
      return one => first(one) && (second(one) || third(one));
    default:
      throw failed(501, `the rehearsal does not know the filter '${filter}'`);
  }
}
