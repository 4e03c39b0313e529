import { createHash } from 'node:crypto';
import type { BranchSchema, CommitDiffSchema, CommitSchema, RepositoryFileExpandedSchema } from '@gitbeaker/rest';
import * as v from 'valibot';
import { answer, created, read } from './responses';
import type { GitLabRules } from './rules';
import type { CommitDetails, Content } from '../../services/codecommit/content';
import type { RepositoryCall } from '../api';
import { HostResponse } from '../host';
import { pageOf, timeOf } from '../input';
import { patchOf } from '../patches';
import { commitsBetween, differencesOf } from '../tree-differences';

const CommitInput = v.object({
  branch: v.string(),
  commit_message: v.string(),
  actions: v.array(v.object({
    action: v.picklist(['create', 'update', 'delete']),
    file_path: v.string(),
    content: v.optional(v.string(), ''),
    last_commit_id: v.optional(v.string()),
  })),
});
const BranchInput = v.object({ branch: v.string(), ref: v.string() });

/**
 * The operations of GitLab's API on branches, files and commits.
 *
 * https://docs.gitlab.com/api/rest/
 */
export class GitLabOperations {
  /** @param branchDeleted called for each branch that is deleted */
  public constructor(
    private readonly rules: GitLabRules,
    private readonly branchDeleted: (fullName: string, branch: string, now: number) => void,
  ) {}

  public async showBranch({ repository: { git }, parameter }: RepositoryCall): Promise<BranchSchema> {
    const head = await git.head(parameter);
    if (head === undefined) throw answer(404, '404 Branch Not Found');
    return branchOf(git, parameter, head);
  }

  public async listBranches({ repository: { git }, query }: RepositoryCall): Promise<BranchSchema[]> {
    const { values } = pageOf(await git.branches(), query, 'per_page', 20);
    return Promise.all(values.map(async ({ name, commitId }) => branchOf(git, name, commitId)));
  }

  public async createBranch({ repository: { git }, query, body, move }: RepositoryCall): Promise<BranchSchema> {
    const { branch, ref } = read(BranchInput, { ...Object.fromEntries(query), ...body });
    if (await git.head(branch) !== undefined) throw answer(400, 'Branch already exists');
    const commitId = await git.resolve(ref);
    if (commitId === undefined) throw answer(400, `Invalid reference name: ${ref}`);
    if (!await git.isValidBranchName(branch)) throw answer(400, 'Branch name is invalid');
    if (!await move(branch, undefined, commitId)) throw answer(400, `Failed to create branch '${branch}'`);
    throw created<BranchSchema>(await branchOf(git, branch, commitId));
  }

  public async showFile(
    { repository: { git }, parameter, query }: RepositoryCall,
  ): Promise<RepositoryFileExpandedSchema> {
    const ref = query.get('ref') ?? '';
    const commitId = await git.resolve(ref);
    if (commitId === undefined) throw answer(404, '404 Commit Not Found');
    const entry = await git.entry(commitId, parameter);
    if (entry?.type !== 'blob') throw answer(404, '404 File Not Found');
    const content = await git.blob(entry.id);
    return {
      file_name: parameter.slice(parameter.lastIndexOf('/') + 1),
      file_path: parameter,
      size: content.length,
      encoding: 'base64',
      content: content.toString('base64'),
      content_sha256: createHash('sha256').update(content).digest('hex'),
      ref,
      blob_id: entry.id,
      commit_id: commitId,
      last_commit_id: await lastChange(git, commitId, parameter),
      execute_filemode: false,
    };
  }

  public async createCommit(
    { repository: { git }, fullName, body, move, now, token }: RepositoryCall,
  ): Promise<CommitSchema> {
    const { branch, commit_message: message, actions } = read(CommitInput, body);
    this.rules.assertChangeable(fullName, branch, token);
    return git.exclusively(async () => {
      const parent = await git.head(branch);
      if (parent === undefined) throw answer(400, 'You can only create or edit files when you are on a branch');
      for (const { action, file_path: path, last_commit_id: last } of actions) {
        const entry = await git.entry(parent, path);
        if (action === 'create' && entry) throw answer(400, 'A file with this name already exists');
        if (action !== 'create' && !entry) throw answer(400, "A file with this name doesn't exist");
        if (last !== undefined && last !== await lastChange(git, parent, path)) {
          throw answer(400, 'You are attempting to update a file that has changed since you started editing it.');
        }
      }
      const { commitId } = await git.commit({
        parent,
        message,
        author: { name: 'rehearsal', email: 'project_1_bot@noreply.gitlab.com', at: now },
        put: actions.filter(({ action }) => action !== 'delete').map(({ file_path: path, content }) => ({
          path, content: Buffer.from(content), mode: '100644',
        })),
        remove: actions.filter(({ action }) => action === 'delete').map(({ file_path: path }) => path),
      });
      await move(branch, parent, commitId);
      throw created<CommitSchema>(commitOf(await git.details(commitId)));
    });
  }

  public async showCommit({ repository: { git }, parameter }: RepositoryCall): Promise<CommitSchema> {
    const commitId = await git.resolve(parameter);
    if (commitId === undefined) throw answer(404, '404 Commit Not Found');
    return commitOf(await git.details(commitId));
  }

  public async showDiff({ repository: { git }, parameter }: RepositoryCall): Promise<CommitDiffSchema[]> {
    const commitId = await git.resolve(parameter);
    if (commitId === undefined) throw answer(404, '404 Commit Not Found');
    return (await patchOf(git, commitId)).map(({ path, difference: { before, after }, isBinary, hunks }) => ({
      old_path: path,
      new_path: path,
      a_mode: before?.mode ?? '0',
      b_mode: after?.mode ?? '0',
      new_file: before === undefined,
      renamed_file: false,
      deleted_file: after === undefined,
      diff: isBinary ? `Binary files a/${path} and b/${path} differ\n` : hunks,
    }));
  }

  /** The commits of a range; the newest first. */
  public async listCommits({ repository: { git }, query }: RepositoryCall): Promise<CommitSchema[]> {
    const [from, to] = (query.get('ref_name') ?? '').split('..');
    const [base, head] = [await git.resolve(from ?? ''), await git.resolve(to ?? '')];
    if (base === undefined || head === undefined) throw answer(404, '404 Tree Not Found');
    const { values } = pageOf(await commitsBetween(git, base, head), query, 'per_page', 20);
    return Promise.all(values.map(async id => commitOf(await git.details(id))));
  }

  /** Only directly from one commit to another one. */
  public async compare({ repository: { git }, query }: RepositoryCall): Promise<{ diffs: Difference[] }> {
    const [from, to] = [await git.resolve(query.get('from') ?? ''), await git.resolve(query.get('to') ?? '')];
    if (from === undefined || to === undefined) throw answer(404, '404 Ref Not Found');
    if (query.get('straight') !== 'true') throw answer(501, 'the rehearsal compares only commits with straight=true');
    return { diffs: await differences(git, from, to) };
  }

  public async deleteBranch({ repository: { git }, fullName, parameter, remove, now }: RepositoryCall): Promise<never> {
    return git.exclusively(async () => {
      const head = await git.head(parameter);
      if (head === undefined) throw answer(404, '404 Branch Not Found');
      if (parameter === await git.defaultBranch()) throw answer(405, 'Cannot remove HEAD branch');
      this.rules.assertDeletable(fullName, parameter);
      await remove(parameter, head);
      this.branchDeleted(fullName, parameter, now);
      throw new HostResponse(204);
    });
  }

  public async mergeBase({ repository: { git }, query }: RepositoryCall): Promise<CommitSchema> {
    const refs = query.getAll('refs[]');
    const [one = '', other = ''] = refs;
    const found = await Promise.all(refs.map(async ref => ({ ref, commitId: await git.resolve(ref) })));
    const missing = found.filter(({ commitId }) => commitId === undefined).map(({ ref }) => ref);
    if (missing.length > 0) throw answer(400, `Could not find ref: ${missing.join(', ')}`);
    const base = await git.mergeBase(one, other);
    if (base === undefined) throw answer(404, '404 Merge Base Not Found');
    return commitOf(await git.details(base));
  }
}

type Difference = Pick<
  CommitDiffSchema, 'old_path' | 'new_path' | 'new_file' | 'renamed_file' | 'deleted_file'
>;

/** Without detection of renames. */
async function differences(git: Content, from: string, to: string): Promise<Difference[]> {
  return (await differencesOf(git, from, to)).map(({ path, status }) => ({
    old_path: path,
    new_path: path,
    new_file: status === 'added',
    renamed_file: false,
    deleted_file: status === 'removed',
  }));
}

async function branchOf(git: Content, name: string, commitId: string): Promise<BranchSchema> {
  return {
    name,
    merged: false,
    protected: false,
    default: name === await git.defaultBranch(),
    developers_can_push: false,
    developers_can_merge: false,
    can_push: true,
    web_url: `https://gitlab.com/-/tree/${name}`,
    commit: commitOf(await git.details(commitId)),
  };
}

export function commitOf(commit: CommitDetails): CommitSchema {
  const { commitId: id, parents, message, author, committer } = commit;
  return {
    id,
    short_id: id.slice(0, 8),
    message,
    title: message.split('\n')[0],
    parent_ids: [...parents],
    author_name: author.name,
    author_email: author.email,
    authored_date: timeOf(author.date),
    committer_name: committer.name,
    committer_email: committer.email,
    committed_date: timeOf(committer.date),
    created_at: timeOf(committer.date),
    web_url: `https://gitlab.com/-/commit/${id}`,
  };
}

/** The commit that changed a file last; only first parents are followed. */
async function lastChange(git: Content, from: string, path: string): Promise<string> {
  const idIn = async (commitId: string) => (await git.entry(commitId, path))?.id;
  for (let commitId = from; ;) {
    const [parent] = (await git.details(commitId)).parents;
    if (parent === undefined || await idIn(parent) !== await idIn(commitId)) return commitId;
    commitId = parent;
  }
}
