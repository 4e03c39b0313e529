import * as v from 'valibot';
import { bot } from './bot';
import { created, invalid, notFound, read } from './responses';
import type { GitHubRulesets } from './rulesets';
import { branchesOf, commitOf, diffEntry, fileOf, gitCommit, reference } from './shapes';
import type { Branches, BranchFields, Commit, Comparison, File, GitCommit, Reference, Tree } from './shapes';
import type { Content } from '../../services/codecommit/content';
import type { RepositoryCall } from '../api';
import { HostResponse } from '../host';
import { pageOf } from '../input';
import { patchOf, textOf } from '../patches';
import { commitsBetween, differencesOf } from '../tree-differences';

/** The media type of a patch. */
const DIFF = /^application\/vnd\.github(\.v3)?\.diff$/;

const Sha = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/));
const RefInput = v.object({ ref: v.pipe(v.string(), v.regex(/^refs\/.+\/?.+/)), sha: Sha });
const MoveInput = v.object({ sha: Sha, force: v.optional(v.boolean(), false) });
const TreeInput = v.object({
  base_tree: v.optional(Sha),
  tree: v.array(v.object({
    path: v.string(),
    mode: v.picklist(['100644', '100755', '040000', '160000', '120000']),
    type: v.picklist(['blob', 'tree', 'commit']),
    sha: v.optional(v.nullable(Sha)),
    content: v.optional(v.string()),
  })),
});
const CommitInput = v.object({
  message: v.string(),
  tree: Sha,
  parents: v.optional(v.array(Sha), []),
  author: v.optional(v.object({ name: v.string(), email: v.string(), date: v.optional(v.string()) })),
});
/** The only mutation: https://docs.github.com/en/graphql/reference/mutations#updaterefs */
export const RefUpdates = v.object({
  query: v.pipe(v.string(), v.includes('updateRefs(')),
  variables: v.object({
    input: v.object({
      repositoryId: v.string(),
      refUpdates: v.tuple([v.object({ name: v.string(), beforeOid: Sha, afterOid: v.literal('0'.repeat(40)) })]),
    }),
  }),
});
const MergeInput = v.object({ base: v.string(), head: v.string(), commit_message: v.optional(v.string()) });

/**
 * The operations of GitHub's API that change and read branches, on git repositories.
 *
 * https://docs.github.com/en/rest
 */
export class GitHubOperations {
  /** @param branchDeleted called for each branch that is deleted */
  public constructor(
    private readonly rulesets: GitHubRulesets,
    private readonly branchDeleted: (fullName: string, branch: string, now: number) => void,
  ) {}

  public async getRef({ repository, fullName, parameter }: RepositoryCall): Promise<Reference> {
    await requireCommits(repository.git);
    const branch = branchOf(parameter);
    const head = branch === undefined ? undefined : await repository.git.head(branch);
    if (branch === undefined || head === undefined) throw notFound();
    return reference(fullName, branch, head);
  }

  public async createRef({ repository, fullName, body, move }: RepositoryCall): Promise<Reference> {
    const { ref, sha } = read(RefInput, body);
    const branch = branchOf(ref.replace(/^refs\//, ''));
    if (branch === undefined || !await repository.git.isValidBranchName(branch)) {
      throw invalid(`${ref} is not a valid ref name.`);
    }
    if (await repository.git.head(branch) !== undefined) throw invalid('Reference already exists');
    if (await repository.git.resolve(sha) === undefined) throw invalid('Object does not exist');
    if (!await move(branch, undefined, sha)) throw invalid('Reference update failed');
    throw created<Reference>(reference(fullName, branch, sha));
  }

  public async updateRef({ repository, fullName, parameter, body, move, token }: RepositoryCall): Promise<Reference> {
    const { sha, force } = read(MoveInput, body);
    const branch = branchOf(parameter) ?? '';
    return repository.git.exclusively(async () => {
      const head = await repository.git.head(branch);
      if (head === undefined) throw invalid('Reference does not exist');
      this.rulesets.assertChangeable(fullName, branch, token);
      if (await repository.git.resolve(sha) === undefined) throw invalid('Object does not exist');
      const isForward = await repository.git.mergeBase(head, sha) === head;
      if ((!isForward && !force) || !await move(branch, head, sha)) throw invalid('Update is not a fast forward');
      return reference(fullName, branch, sha);
    });
  }

  public async deleteRef({ repository: { git }, fullName, parameter, remove, now }: RepositoryCall): Promise<never> {
    const branch = branchOf(parameter) ?? '';
    return git.exclusively(async () => {
      const head = await git.head(branch);
      if (head === undefined) throw invalid('Reference does not exist');
      if (branch === await git.defaultBranch()) throw invalid('Cannot delete the default branch');
      if (!await remove(branch, head)) throw invalid('Reference update failed');
      this.branchDeleted(fullName, branch, now);
      throw new HostResponse(204);
    });
  }

  /** Deletes a branch at an expected commit. Errors have status 200. */
  public async updateRefs({ repository: { git }, fullName, body, remove, now }: RepositoryCall): Promise<object> {
    const { variables: { input: { refUpdates: [{ name, beforeOid }] } } } = read(RefUpdates, body);
    const branch = branchOf(name.replace(/^refs\//, '')) ?? '';
    return git.exclusively(async () => {
      if (branch === await git.defaultBranch()) return { errors: [{ message: 'Cannot delete the default branch' }] };
      if (await git.head(branch) !== beforeOid) return { errors: [{ message: `${name} is not at ${beforeOid}` }] };
      await remove(branch, beforeOid);
      this.branchDeleted(fullName, branch, now);
      return { data: { updateRefs: { clientMutationId: null } } };
    });
  }

  public async listBranches({ repository, fullName, query }: RepositoryCall): Promise<Branches> {
    return branchesOf(fullName, pageOf(await repository.git.branches(), query, 'per_page', 30).values);
  }

  public async getBranch({ repository: { git }, fullName, parameter }: RepositoryCall): Promise<BranchFields> {
    const commitId = await git.head(parameter);
    if (commitId === undefined) throw new HostResponse(404, { message: 'Branch not found' });
    return { name: parameter, commit: commitOf(fullName, await git.details(commitId)), protected: false };
  }

  public async getContents({ repository: { git }, fullName, parameter, query }: RepositoryCall): Promise<File> {
    const ref = query.get('ref') ?? await git.defaultBranch() ?? '';
    const commitId = await resolved(git, ref);
    const entry = commitId === undefined ? undefined : await git.entry(commitId, parameter);
    if (entry?.type !== 'blob') throw notFound();
    return fileOf(fullName, parameter, entry.id, ref, await git.blob(entry.id));
  }

  public async getGitCommit({ repository: { git }, fullName, parameter }: RepositoryCall): Promise<GitCommit> {
    if (await git.resolve(parameter) !== parameter) throw notFound();
    return gitCommit(fullName, await git.details(parameter));
  }

  public async getCommit({ repository: { git }, fullName, parameter, headers }: RepositoryCall): Promise<Commit> {
    await requireCommits(git);
    const commitId = await resolved(git, parameter);
    if (commitId === undefined) throw invalid(`No commit found for SHA: ${parameter}`);
    if (DIFF.test(headers.accept ?? '')) {
      const type = 'application/vnd.github.v3.diff; charset=utf-8';
      throw new HostResponse(200, textOf(await patchOf(git, commitId)), { 'content-type': type });
    }
    return commitOf(fullName, await git.details(commitId));
  }

  public async createTree({ repository: { git }, body }: RepositoryCall): Promise<Tree> {
    const { base_tree: base, tree } = read(TreeInput, body);
    const put = await Promise.all(tree.filter(({ sha }) => sha !== null).map(async ({ path, mode, sha, content }) => ({
      path, mode, content: sha ? await git.blob(sha) : Buffer.from(content ?? ''),
    })));
    const remove = tree.filter(({ sha }) => sha === null).map(({ path }) => path);
    const sha = await git.writeTree({ base, put, remove });
    if (sha === undefined) throw invalid('base_tree is not a valid tree oid');
    throw created<Tree>({ sha, url: `https://api.github.com/git/trees/${sha}`, truncated: false, tree: [] });
  }

  public async createCommit({ repository: { git }, fullName, body, now }: RepositoryCall): Promise<GitCommit> {
    const { message, tree: treeId, parents, author } = read(CommitInput, body);
    for (const parent of parents) {
      if (await git.resolve(parent) !== parent) throw invalid('Parent SHA does not exist or is not a commit object');
    }
    const committer = bot(now);
    const commitId = await git.commitTree({
      treeId,
      parents,
      message,
      author: author ? { ...author, at: author.date === undefined ? now : Date.parse(author.date) } : committer,
      // GitHub takes the author for the committer, unless the request names one
      ...!author && { committer },
    });
    if (commitId === undefined) throw invalid('Tree SHA does not exist');
    throw created<GitCommit>(gitCommit(fullName, await git.details(commitId)));
  }

  public async compare({ repository: { git }, fullName, parameter, query }: RepositoryCall): Promise<Comparison> {
    const [baseName = '', headName = ''] = parameter.split('...');
    const [base, head] = [await resolved(git, baseName), await resolved(git, headName)];
    if (base === undefined || head === undefined) throw notFound();
    const mergeBase = await git.mergeBase(base, head);
    if (mergeBase === undefined) {
      throw new HostResponse(404, { message: `No common ancestor between ${baseName} and ${headName}.` });
    }
    const ahead = await commitsBetween(git, mergeBase, head);
    const behind = await commitsBetween(git, mergeBase, base);
    const { values, page } = pageOf([...ahead].reverse(), query, 'per_page', 250);
    const commits = await Promise.all(values.map(async id => commitOf(fullName, await git.details(id))));
    // only the first page has files
    const files = page === 1 ? await differencesOf(git, mergeBase, head) : [];
    const url = `https://api.github.com/repos/${fullName}/compare/${parameter}`;
    return {
      url,
      html_url: url,
      permalink_url: url,
      diff_url: `${url}.diff`,
      patch_url: `${url}.patch`,
      base_commit: commitOf(fullName, await git.details(base)),
      merge_base_commit: commitOf(fullName, await git.details(mergeBase)),
      status: statusOf(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits,
      files: files.map(file => diffEntry(fullName, head, file)),
    };
  }

  public async merge({ repository: { git }, fullName, body, move, now, token }: RepositoryCall): Promise<Commit> {
    const { base, head, commit_message: message = `Merge ${head} into ${base}` } = read(MergeInput, body);
    return git.exclusively(async () => {
      const [ours, theirs] = [await git.head(base), await resolved(git, head)];
      if (ours === undefined) throw new HostResponse(404, { message: 'Base does not exist' });
      this.rulesets.assertChangeable(fullName, base, token);
      if (theirs === undefined) throw new HostResponse(404, { message: 'Head does not exist' });
      if (await git.mergeBase(ours, theirs) === theirs) throw new HostResponse(204);
      const { commitId } = await git.merge({ ours, theirs, message, author: bot(now), keepOurs: [] });
      if (commitId === undefined) throw new HostResponse(409, { message: 'Merge conflict' });
      await move(base, ours, commitId);
      throw created<Commit>(commitOf(fullName, await git.details(commitId)));
    });
  }
}

function statusOf(ahead: number, behind: number): Comparison['status'] {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

/** The branch in `heads/…`. */
function branchOf(ref: string): string | undefined {
  return ref.startsWith('heads/') ? ref.slice('heads/'.length) : undefined;
}

/** GitHub accepts branches, tags and commit ids, also with `heads/` and `tags/`. */
async function resolved(git: Content, name: string): Promise<string | undefined> {
  return await git.resolve(name) ?? (/^(heads|tags)\//.test(name) ? git.resolve(`refs/${name}`) : undefined);
}

async function requireCommits(git: Content): Promise<void> {
  if ((await git.branches()).length === 0) throw new HostResponse(409, { message: 'Git Repository is empty.' });
}
