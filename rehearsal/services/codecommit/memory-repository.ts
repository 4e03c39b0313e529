import { createHash } from 'node:crypto';
import type { BranchHead, CommitDetails, CommitRequest, Content, TreeEntry } from './content';
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

/** A repository in memory: commits, branches and files, without tags and folders. */
export class MemoryRepository implements Content {
  private readonly heads = new Map<string, string>();
  private readonly commits = new Map<string, Commit>();
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

  public async blob(id: string): Promise<Buffer> {
    const found = [...this.commits.values()].flatMap(({ files }) => [...files.values()]).find(file => file.id === id);
    if (!found) throw new Error(`there is no blob ${id}`);
    return found.content;
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
    const files = new Map(parent === undefined ? [] : this.commits.get(parent)?.files);
    for (const path of remove) files.delete(path);
    for (const { path, content, mode } of put) files.set(path, { id: hash(content), mode, content });
    const treeId = hash(JSON.stringify([...files].map(([path, { id, mode }]) => [path, id, mode]).sort()));
    const person = { name, email, date: `${Math.floor(at / 1000)} +0000` };
    const parents = parent === undefined ? [] : [parent];
    const commitId = hash(JSON.stringify([treeId, parents, message, person]));
    this.commits.set(commitId, {
      files,
      details: { commitId, treeId, parents, message, author: person, committer: person },
    });
    return { commitId, treeId };
  }

  public async exclusively<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.changes.then(change);
    this.changes = result.catch(() => {});
    return result;
  }

  private listed(commitId: string): TreeEntry[] {
    const files = this.commits.get(commitId)?.files ?? new Map<string, File>();
    return [...files].map(([path, { id, mode }]) => ({ path, id, mode, type: 'blob' }));
  }
}

function hash(content: Buffer | string): string {
  return createHash('sha1').update(content).digest('hex');
}
