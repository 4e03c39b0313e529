import { createHash } from 'node:crypto';
import type {
  Author, BranchHead, CommitDetails, CommitRequest, Content, Difference, MergeRequest, MergeResult, TreeCommitRequest,
  TreeEntry, TreeRequest,
} from './content';
import { zip } from '../../core/zip';

interface File {
  readonly id: string;
  readonly mode: string;
  readonly content: Buffer;
}

interface Commit {
  readonly files: ReadonlyMap<string, File>;
  readonly details: CommitDetails;
}

/**
 * A repository in memory: commits, branches and files, without tags and folders. A merge takes whole files: a file that
 * both sides have changed is a conflict.
 */
export class MemoryRepository implements Content {
  private readonly heads = new Map<string, string>();
  private readonly commits = new Map<string, Commit>();
  private readonly trees = new Map<string, ReadonlyMap<string, File>>();
  private changes: Promise<unknown> = Promise.resolve();

  public async branches(): Promise<BranchHead[]> {
    return [...this.heads].map(([name, commitId]) => ({ name, commitId })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  public async head(branch: string): Promise<string | undefined> {
    return this.heads.get(branch);
  }

  public async resolve(reference: string): Promise<string | undefined> {
    return this.commits.has(reference) ? reference : this.heads.get(reference.replace(/^refs\/heads\//, ''));
  }

  public async defaultBranch(): Promise<string | undefined> {
    return this.heads.has('main') ? 'main' : (await this.branches()).at(0)?.name;
  }

  public async isValidBranchName(branch: string): Promise<boolean> {
    return /^(?!.*(\.\.|\/\/|@\{|\.lock$|[\s~^:?*[\\]))[^/.].*[^/.]$/.test(branch);
  }

  public async moveBranch(branch: string, from: string | undefined, to: string | undefined): Promise<boolean> {
    if (this.heads.get(branch) !== from) return false;
    if (to === undefined) this.heads.delete(branch);
    else this.heads.set(branch, to);
    return true;
  }

  public async entries(commitId: string, folder: string): Promise<TreeEntry[]> {
    const prefix = folder === '' ? '' : `${folder}/`;
    return this.listed(commitId).filter(
      ({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'),
    );
  }

  public async entry(commitId: string, path: string): Promise<TreeEntry | undefined> {
    return this.listed(commitId).find(entry => entry.path === path);
  }

  public async archive(commitId: string): Promise<Buffer> {
    const files = [...(this.commits.get(commitId)?.files ?? [])];
    return zip(files.map(([path, { content, mode }]) => ({ path, content, mode: Number.parseInt(mode, 8) })));
  }

  public async findBlob(id: string): Promise<Buffer | undefined> {
    const files = [...this.commits.values()].flatMap(commit => [...commit.files.values()]);
    return files.find(file => file.id === id)?.content;
  }

  public async blob(id: string): Promise<Buffer> {
    const found = await this.findBlob(id);
    if (!found) throw new Error(`there is no blob ${id}`);
    return found;
  }

  public async differences(before: string | undefined, after: string): Promise<Difference[]> {
    const [from, to] = [this.filesOf(before), this.filesOf(after)];
    const entry = (files: ReadonlyMap<string, File>, path: string): TreeEntry | undefined => {
      const file = files.get(path);
      return file && { path, id: file.id, mode: file.mode, type: 'blob' };
    };
    return [...new Set([...from.keys(), ...to.keys()])].sort().flatMap(path => {
      const [one, other] = [entry(from, path), entry(to, path)];
      if (one?.id === other?.id && one?.mode === other?.mode) return [];
      return [{ ...one && { before: one }, ...other && { after: other } }];
    });
  }

  public async treeOf(commitId: string): Promise<string | undefined> {
    return this.commits.get(commitId)?.details.treeId;
  }

  public async details(commitId: string): Promise<CommitDetails> {
    const found = this.commits.get(commitId);
    if (!found) throw new Error(`there is no commit ${commitId}`);
    return found.details;
  }

  public async commit({
    parent,
    message,
    author: { name, email, at },
    put,
    remove,
  }: CommitRequest): Promise<{ commitId: string; treeId: string }> {
    const files = withChanges(this.filesOf(parent), put, remove);
    return this.put(files, parent === undefined ? [] : [parent], message, { name, email, at });
  }

  public async writeTree({ base, put, remove }: TreeRequest): Promise<string | undefined> {
    const files = base === undefined ? new Map<string, File>() : this.trees.get(base);
    return files && this.keepTree(withChanges(files, put, remove));
  }

  public async commitTree(
    { treeId, parents, message, author, committer }: TreeCommitRequest,
  ): Promise<string | undefined> {
    const files = this.trees.get(treeId);
    return files && this.put(files, parents, message, author, committer).commitId;
  }

  public async mergeBase(one: string, other: string): Promise<string | undefined> {
    const known = this.ancestors(one);
    return [...this.ancestors(other)].find(commitId => known.has(commitId));
  }

  public async merge({ ours, theirs, message, author, keepOurs, isSquash }: MergeRequest): Promise<MergeResult> {
    const base = await this.mergeBase(ours, theirs);
    const [before, here, there] = [base, ours, theirs].map(commitId => this.filesOf(commitId));
    const changed = [...new Set([...before.keys(), ...here.keys(), ...there.keys()])].filter(
      path => there.get(path)?.id !== before.get(path)?.id && there.get(path)?.id !== here.get(path)?.id,
    );
    const conflicts = changed.filter(path => here.get(path)?.id !== before.get(path)?.id);
    const unresolved = conflicts.filter(path => !keepOurs.includes(path));
    if (unresolved.length > 0) return { conflicts: unresolved };
    const merged = new Map(here);
    for (const path of changed.filter(other => !conflicts.includes(other))) {
      const file = there.get(path);
      if (file) merged.set(path, file);
      else merged.delete(path);
    }
    return { ...this.put(merged, isSquash ? [ours] : [ours, theirs], message, author), conflicts: [] };
  }

  public async exclusively<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.changes.then(change);
    this.changes = result.catch(() => {});
    return result;
  }

  private put(
    files: ReadonlyMap<string, File>, parents: readonly string[], message: string, author: Author, committer = author,
  ): { readonly commitId: string; readonly treeId: string } {
    const treeId = this.keepTree(files);
    const people = { author: personOf(author), committer: personOf(committer) };
    const commitId = hash(JSON.stringify([treeId, parents, message, people]));
    this.commits.set(commitId, { files, details: { commitId, treeId, parents, message, ...people } });
    return { commitId, treeId };
  }

  private keepTree(files: ReadonlyMap<string, File>): string {
    const treeId = hash(JSON.stringify([...files].map(([path, { id, mode }]) => [path, id, mode]).sort()));
    this.trees.set(treeId, files);
    return treeId;
  }

  /** A commit and its ancestors, the nearest first. */
  private ancestors(commitId: string): ReadonlySet<string> {
    const found = new Set([commitId]);
    for (const id of found) for (const parent of this.commits.get(id)?.details.parents ?? []) found.add(parent);
    return found;
  }

  private filesOf(commitId: string | undefined): ReadonlyMap<string, File> {
    return (commitId === undefined ? undefined : this.commits.get(commitId)?.files) ?? new Map<string, File>();
  }

  private listed(commitId: string): TreeEntry[] {
    return [...this.filesOf(commitId)].map(([path, { id, mode }]) => ({ path, id, mode, type: 'blob' }));
  }
}

function withChanges(
  files: ReadonlyMap<string, File>, put: CommitRequest['put'], remove: CommitRequest['remove'],
): ReadonlyMap<string, File> {
  const result = new Map(files);
  for (const path of remove) result.delete(path);
  for (const { path, content, mode } of put) result.set(path, { id: hash(content), mode, content });
  return result;
}

function personOf({ name, email, at }: Author) {
  return { name, email, date: `${Math.floor(at / 1000)} +0000` };
}

function hash(content: Buffer | string): string {
  return createHash('sha1').update(content).digest('hex');
}
