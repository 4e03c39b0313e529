import * as v from 'valibot';
import { branchOf, commitOf, failed, listOf, read } from './responses';
import type { RepositoryCall } from '../api';
import { HostResponse } from '../host';
import { patchOf, textOf } from '../patches';
import { commitsBetween } from '../tree-differences';

const BranchInput = v.object({ name: v.string(), target: v.object({ hash: v.string() }) });
const CommitInput = v.objectWithRest({
  message: v.string(),
  branch: v.string(),
  parents: v.optional(v.string()),
  // paths that are removed, if they have no content
  files: v.optional(v.string()),
}, v.string());

export async function showBranch({ repository: { git }, parameter }: RepositoryCall): Promise<unknown> {
  const head = await git.head(parameter);
  if (head === undefined) throw failed(404, `No such branch: ${parameter}`);
  return branchOf(git, parameter, head);
}

export async function listBranches({ repository: { git }, fullName, query }: RepositoryCall): Promise<unknown> {
  const { values: found, ...page } = listOf(await git.branches(), `${fullName}/refs/branches`, query, 10);
  return { ...page, values: await Promise.all(found.map(async one => branchOf(git, one.name, one.commitId))) };
}

export async function createBranch({ repository: { git }, body, move }: RepositoryCall): Promise<unknown> {
  const { name, target: { hash } } = read(BranchInput, body);
  if (await git.head(name) !== undefined) throw failed(400, `Branch "${name}" already exists.`);
  if (await git.resolve(hash) === undefined) throw failed(400, `${hash} is not a valid commit`);
  const isValid = await git.isValidBranchName(name);
  if (!isValid || !await move(name, undefined, hash)) throw failed(400, `Branch "${name}" cannot be created`);
  throw new HostResponse(201, await branchOf(git, name, hash));
}

export async function showFile({ repository: { git }, parameter }: RepositoryCall): Promise<unknown> {
  const slash = parameter.indexOf('/');
  const commitId = await git.resolve(parameter.slice(0, slash));
  const entry = commitId === undefined ? undefined : await git.entry(commitId, parameter.slice(slash + 1));
  if (entry?.type !== 'blob') throw failed(404, `No such file or directory: ${parameter.slice(slash + 1)}`);
  throw new HostResponse(200, (await git.blob(entry.id)).toString('utf8'), { 'content-type': 'text/plain' });
}

export async function createCommit(
  { repository: { git }, fullName, body, move, now }: RepositoryCall,
): Promise<unknown> {
  const { message, branch, parents, files: removed, ...files } = read(CommitInput, body);
  return git.exclusively(async () => {
    const head = await git.head(branch);
    if (head === undefined) throw failed(501, 'the rehearsal commits only to branches that exist');
    if (parents !== undefined && parents !== head) throw failed(409, `${parents} is not the tip of ${branch}`);
    const { commitId } = await git.commit({
      parent: head,
      message,
      author: { name: 'rehearsal', email: 'rehearsal@bots.bitbucket.org', at: now },
      put: Object.entries(files).map(([path, text]) => (
        { path: withoutSlash(path), content: Buffer.from(text), mode: '100644' }
      )),
      remove: removed === undefined ? [] : [withoutSlash(removed)],
    });
    await move(branch, head, commitId);
    const location = `https://api.bitbucket.org/2.0/repositories/${fullName}/commit/${commitId}`;
    throw new HostResponse(201, undefined, { location });
  });
}

export async function showCommit({ repository: { git }, parameter }: RepositoryCall): Promise<unknown> {
  const commitId = await git.resolve(parameter);
  if (commitId === undefined) throw failed(404, `No such commit: ${parameter}`);
  return commitOf(await git.details(commitId));
}

export async function mergeBase({ repository: { git }, parameter }: RepositoryCall): Promise<unknown> {
  const [one = '', other = ''] = parameter.split('..');
  const base = await git.mergeBase(one, other);
  if (base === undefined) throw failed(404, 'No common ancestor');
  return commitOf(await git.details(base));
}

export async function listCommits({ repository: { git }, fullName, query }: RepositoryCall): Promise<unknown> {
  const [head, base] = [await git.resolve(query.get('include') ?? ''), await git.resolve(query.get('exclude') ?? '')];
  if (head === undefined || base === undefined) throw failed(404, 'Commit not found');
  const found = listOf(await commitsBetween(git, base, head), `${fullName}/commits`, query, 30);
  return { ...found, values: await Promise.all(found.values.map(async id => commitOf(await git.details(id)))) };
}

export async function showDiff({ repository: { git }, parameter }: RepositoryCall): Promise<unknown> {
  const commitId = await git.resolve(parameter);
  if (commitId === undefined) throw failed(404, `No such commit: ${parameter}`);
  throw new HostResponse(200, textOf(await patchOf(git, commitId)), { 'content-type': 'text/plain' });
}

/** Deletes a branch; open pull requests stay open, and cannot be merged. */
export async function deleteBranch({ repository: { git }, parameter, remove }: RepositoryCall): Promise<never> {
  return git.exclusively(async () => {
    const head = await git.head(parameter);
    if (head === undefined) throw failed(404, `No such branch: ${parameter}`);
    if (parameter === await git.defaultBranch()) throw failed(400, 'The main branch cannot be deleted');
    await remove(parameter, head);
    throw new HostResponse(204);
  });
}

function withoutSlash(path: string): string {
  return path.replace(/^\//, '');
}
