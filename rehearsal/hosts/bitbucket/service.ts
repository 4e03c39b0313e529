import * as v from 'valibot';
import type { CommitDetails, Content } from '../../services/codecommit/content';
import type { RepositoryCall, Routes } from '../api';
import { HostApi } from '../api';
import type { HostRequest } from '../host';
import { HostResponse } from '../host';

const BranchInput = v.object({ name: v.string(), target: v.object({ hash: v.string() }) });
const CommitInput = v.objectWithRest(
  { message: v.string(), branch: v.string(), parents: v.optional(v.string()) }, v.string(),
);

/** The API of Bitbucket: https://developer.atlassian.com/cloud/bitbucket/rest/ */
export class Bitbucket extends HostApi {
  public readonly hostname = 'api.bitbucket.org';
  protected readonly routes: Routes = [
    ['GET', /^refs\/branches\/(.+)$/, showBranch],
    ['GET', /^refs\/branches$/, listBranches],
    ['POST', /^refs\/branches$/, createBranch],
    ['GET', /^src\/(.+)$/, showFile],
    ['POST', /^src$/, createCommit],
    ['GET', /^commit\/(.+)$/, showCommit],
    ['GET', /^merge-base\/(.+)$/, mergeBase],
  ];

  protected tokenOf({ headers: { authorization = '' } }: HostRequest): string {
    return authorization.replace(/^bearer /i, '');
  }

  protected splitPath(path: string) {
    const [, fullName = '', rest = ''] = /^\/2\.0\/repositories\/([^/]+\/[^/]+)\/(.+)$/.exec(path) ?? [];
    return { fullName: decodeURIComponent(fullName), rest };
  }

  protected noRepository(): HostResponse {
    return failed(404, 'Repository not found');
  }

  protected badCredentials(): HostResponse {
    return failed(401, 'Token is invalid, expired, or not supported for this endpoint.');
  }

  protected forbidden(): HostResponse {
    return failed(403, 'Your credentials lack one or more required privilege scopes.');
  }
}

async function showBranch({ repository: { git }, parameter }: RepositoryCall): Promise<unknown> {
  const head = await git.head(parameter);
  if (head === undefined) throw failed(404, `No such branch: ${parameter}`);
  return branchOf(git, parameter, head);
}

async function listBranches({ repository: { git }, query }: RepositoryCall): Promise<unknown> {
  const pagelen = Number(query.get('pagelen') ?? 10);
  const branches = (await git.branches()).slice(0, pagelen);
  const values = await Promise.all(branches.map(async ({ name, commitId }) => branchOf(git, name, commitId)));
  return { pagelen, page: 1, values };
}

async function createBranch({ repository: { git }, body, move }: RepositoryCall): Promise<unknown> {
  const { name, target: { hash } } = read(BranchInput, body);
  if (await git.head(name) !== undefined) throw failed(400, `Branch "${name}" already exists.`);
  if (await git.resolve(hash) === undefined) throw failed(400, `${hash} is not a valid commit`);
  const isValid = await git.isValidBranchName(name);
  if (!isValid || !await move(name, undefined, hash)) throw failed(400, `Branch "${name}" cannot be created`);
  throw new HostResponse(201, await branchOf(git, name, hash));
}

async function showFile({ repository: { git }, parameter }: RepositoryCall): Promise<unknown> {
  const slash = parameter.indexOf('/');
  const commitId = await git.resolve(parameter.slice(0, slash));
  const entry = commitId === undefined ? undefined : await git.entry(commitId, parameter.slice(slash + 1));
  if (entry?.type !== 'blob') throw failed(404, `No such file or directory: ${parameter.slice(slash + 1)}`);
  throw new HostResponse(200, (await git.blob(entry.id)).toString('utf8'), { 'content-type': 'text/plain' });
}

async function createCommit({ repository: { git }, fullName, body, move, now }: RepositoryCall): Promise<unknown> {
  const { message, branch, parents, ...files } = read(CommitInput, body);
  return git.exclusively(async () => {
    const head = await git.head(branch);
    if (head === undefined) throw failed(501, 'the rehearsal commits only to branches that exist');
    if (parents !== undefined && parents !== head) throw failed(409, `${parents} is not the tip of ${branch}`);
    const { commitId } = await git.commit({
      parent: head,
      message,
      author: { name: 'rehearsal', email: 'rehearsal@bots.bitbucket.org', at: now },
      put: Object.entries(files).map(([path, text]) => (
        { path: path.replace(/^\//, ''), content: Buffer.from(text), mode: '100644' }
      )),
      remove: [],
    });
    await move(branch, head, commitId);
    const location = `https://api.bitbucket.org/2.0/repositories/${fullName}/commit/${commitId}`;
    throw new HostResponse(201, undefined, { location });
  });
}

async function showCommit({ repository: { git }, parameter }: RepositoryCall): Promise<unknown> {
  const commitId = await git.resolve(parameter);
  if (commitId === undefined) throw failed(404, `No such commit: ${parameter}`);
  return commitOf(await git.details(commitId));
}

async function mergeBase({ repository: { git }, parameter }: RepositoryCall): Promise<unknown> {
  const [one = '', other = ''] = parameter.split('..');
  const base = await git.mergeBase(one, other);
  if (base === undefined) throw failed(404, 'No common ancestor');
  return commitOf(await git.details(base));
}

async function branchOf(git: Content, name: string, commitId: string) {
  return { type: 'branch', name, target: commitOf(await git.details(commitId)) };
}

function commitOf({ commitId: hash, parents, message, author: { name, email, date } }: CommitDetails) {
  return {
    type: 'commit',
    hash,
    date: new Date(Number(date.split(' ')[0]) * 1000).toISOString(),
    author: { type: 'author', raw: `${name} <${email}>` },
    message,
    parents: parents.map(parent => ({ type: 'commit', hash: parent })),
  };
}

function read<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  throw failed(400, result.issues.map(({ message }) => message).join(', '));
}

function failed(status: number, message: string): HostResponse {
  return new HostResponse(status, { type: 'error', error: { message } });
}
