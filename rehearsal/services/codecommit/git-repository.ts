import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Author, BranchHead, CommitDetails, CommitRequest, Content, Difference, MergeRequest, MergeResult, TreeCommitRequest,
  TreeEntry, TreeRequest,
} from './content';
import { GitError } from './git';
import type { Git, GitOptions } from './git';
import { GitObjects, isHash } from './git-objects';

/** Git knows this tree without an object. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** A bare git repository. */
export class GitRepository implements Content {
  private changes: Promise<unknown> = Promise.resolve();
  private readonly objects: GitObjects;

  public constructor(private readonly git: Git, private readonly path: string) {
    this.objects = new GitObjects(git, path);
  }

  public async branches(): Promise<BranchHead[]> {
    const lines = (await this.text(['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads'])).split(
      '\n',
    );
    return lines
      .filter(line => line !== '')
      .map(line => ({ commitId: line.slice(0, line.indexOf(' ')), name: line.slice(line.indexOf(' ') + 1) }));
  }

  public async head(branch: string): Promise<string | undefined> {
    return this.resolve(`refs/heads/${branch}`);
  }

  public async resolve(reference: string): Promise<string | undefined> {
    if (isHash(reference)) return (await ifPossible(this.objects.commit(reference)))?.commitId;
    return this.optional(['rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`]);
  }

  public async defaultBranch(): Promise<string | undefined> {
    const named = await this.optional(['symbolic-ref', '--short', 'HEAD']);
    const branches = await this.branches();
    return (branches.find(branch => branch.name === named) ?? branches.at(0))?.name;
  }

  public async isValidBranchName(branch: string): Promise<boolean> {
    return await this.optional(['check-ref-format', `refs/heads/${branch}`]) !== undefined;
  }

  public async moveBranch(branch: string, from: string | undefined, to: string | undefined): Promise<boolean> {
    const nothing = '0'.repeat(40);
    const change =
      to === undefined
        ? ['update-ref', '-d', `refs/heads/${branch}`, from ?? nothing]
        : ['update-ref', `refs/heads/${branch}`, to, from ?? nothing];
    return await this.optional(change) !== undefined;
  }

  public async entries(commitId: string, folder: string): Promise<TreeEntry[]> {
    const treeish = folder === '' ? `${commitId}^{tree}` : `${commitId}:${folder}`;
    const output = (await this.objects.read(['ls-tree', '-z', treeish], commitId)).toString('utf8');
    return output.split('\0').filter(line => line !== '').map(entryOf);
  }

  public async entry(commitId: string, path: string): Promise<TreeEntry | undefined> {
    const command = ['ls-tree', '-z', '--full-tree', commitId, '--', path];
    const output = (await this.objects.read(command, commitId)).toString('utf8');
    return output.split('\0').filter(line => line !== '').map(entryOf).find(entry => entry.path === path);
  }

  public async blob(id: string): Promise<Buffer> {
    return this.objects.read(['cat-file', 'blob', id], id);
  }

  public async findBlob(id: string): Promise<Buffer | undefined> {
    return ifPossible(this.blob(id));
  }

  public async differences(before: string | undefined, after: string): Promise<Difference[]> {
    const from = before ?? EMPTY_TREE;
    const command = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', from, after];
    const fields = (await this.objects.read(command, from, after)).toString('utf8').split('\0');
    const found: Difference[] = [];
    for (let index = 0; index + 1 < fields.length; index += 2) {
      const [modeBefore, modeAfter, idBefore, idAfter] = fields[index].slice(1).split(' ');
      const [path] = [fields[index + 1]];
      found.push({
        ...isThere(modeBefore) && { before: { path, mode: modeBefore, id: idBefore, type: typeOf(modeBefore) } },
        ...isThere(modeAfter) && { after: { path, mode: modeAfter, id: idAfter, type: typeOf(modeAfter) } },
      });
    }
    return found;
  }

  /** Returns a commit as a zip archive. */
  public async archive(commitId: string): Promise<Buffer> {
    return this.git.run(['archive', '--format=zip', commitId], this.here());
  }

  public async treeOf(commitId: string, folder = ''): Promise<string | undefined> {
    const known = this.objects.knownCommit(commitId);
    if (known && folder === '') return known.treeId;
    const treeish = folder === '' ? `${commitId}^{tree}` : `${commitId}:${folder}`;
    return this.optionalObject(['rev-parse', '--verify', '--quiet', '--end-of-options', treeish], commitId);
  }

  public async details(commitId: string): Promise<CommitDetails> {
    return this.objects.commit(commitId);
  }

  public async commit(request: CommitRequest): Promise<{ commitId: string; treeId: string }> {
    const { parent, message, author, put, remove } = request;
    const treeId = await this.changedTree(parent, put, remove);
    const parents = parent === undefined ? [] : ['-p', parent];
    const commitId = await this.text(['commit-tree', treeId, ...parents], {
      environment: signed(author),
      input: message,
    });
    return { commitId, treeId };
  }

  public async writeTree({ base, put, remove }: TreeRequest): Promise<string | undefined> {
    return base === undefined || await this.hasTree(base) ? this.changedTree(base, put, remove) : undefined;
  }

  public async commitTree(
    { treeId, parents, message, author, committer }: TreeCommitRequest,
  ): Promise<string | undefined> {
    if (!await this.hasTree(treeId)) return undefined;
    return this.text(['commit-tree', treeId, ...parents.flatMap(parent => ['-p', parent])], {
      environment: signed(author, committer),
      input: message,
    });
  }

  public async mergeBase(one: string, other: string): Promise<string | undefined> {
    return this.optionalObject(['merge-base', one, other], one, other);
  }

  public async merge({ ours, theirs, message, author, keepOurs, isSquash }: MergeRequest): Promise<MergeResult> {
    const { treeId: mergedTree, conflicts } = await this.mergeTrees(ours, theirs);
    const unresolved = conflicts.filter(path => !keepOurs.includes(path));
    if (unresolved.length > 0) return { conflicts: unresolved };
    const treeId = conflicts.length === 0 ? mergedTree : await this.treeWith(mergedTree, ours, conflicts);
    const commitId = await this.text(['commit-tree', treeId, '-p', ours, ...(isSquash ? [] : ['-p', theirs])], {
      environment: signed(author),
      input: message,
    });
    return { commitId, treeId, conflicts: [] };
  }

  public async exclusively<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.changes.then(change);
    this.changes = result.catch(() => {});
    return result;
  }

  private async mergeTrees(ours: string, theirs: string): Promise<{ treeId: string; conflicts: readonly string[] }> {
    const command = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs];
    const output = await this.git.run(command, this.here()).catch((error: unknown) => {
      // exit code 1: there are conflicts, which the output lists
      if (error instanceof GitError && error.exitCode === 1) return error.stdout;
      throw error;
    });
    const [treeId, ...conflicts] = output.toString('utf8').split('\0').filter(text => text !== '');
    // a file in whose place the other side has a folder gets the name of its commit, and perhaps a number
    const paths = conflicts.map(path => path.replace(/~[0-9a-f]{40}(_\d+)?$/, ''));
    return { treeId, conflicts: [...new Set(paths)] };
  }

  private async hasTree(treeId: string): Promise<boolean> {
    return await this.treeOf(treeId) === treeId;
  }

  /** @param base a commit or a tree */
  private async changedTree(
    base: string | undefined, put: CommitRequest['put'], remove: CommitRequest['remove'],
  ): Promise<string> {
    return this.withIndex(async environment => {
      await this.text(['read-tree', base ?? '--empty'], { environment });
      const blobs = await Promise.all(
        put.map(async file => this.text(['hash-object', '-w', '--stdin'], { input: file.content })),
      );
      const lines = [
        ...remove.map(path => `0 ${'0'.repeat(40)}\t${path}`),
        ...put.map((file, position) => `${file.mode} ${blobs[position]}\t${file.path}`),
      ];
      await this.text(['update-index', '-z', '--index-info'], {
        environment,
        input: lines.map(line => `${line}\0`).join(''),
      });
      return this.text(['write-tree'], { environment });
    });
  }

  /** Returns a tree with the files of a commit at these paths. */
  private async treeWith(treeId: string, commitId: string, paths: readonly string[]): Promise<string> {
    return this.withIndex(async environment => {
      await this.text(['read-tree', treeId], { environment });
      const entries = await Promise.all(paths.map(async path => this.entry(commitId, path)));
      const lines = paths.map((path, index) => {
        const { mode = '0', id = '0'.repeat(40) } = entries[index] ?? {};
        return `${mode} ${id}\t${path}\0`;
      });
      await this.text(['update-index', '-z', '--index-info'], { environment, input: lines.join('') });
      return this.text(['write-tree'], { environment });
    });
  }

  /** Runs an action with an index of its own. */
  private async withIndex<Result>(action: (environment: Record<string, string>) => Promise<Result>): Promise<Result> {
    const index = join(this.path, `index-${randomUUID()}`);
    try {
      return await action({ GIT_INDEX_FILE: index });
    } finally {
      await rm(index, { force: true });
    }
  }

  private async text(argument: readonly string[], options: GitOptions = {}): Promise<string> {
    return this.git.text(argument, { ...options, environment: { ...this.here().environment, ...options.environment } });
  }

  private async optional(argument: readonly string[]): Promise<string | undefined> {
    return ifPossible(this.text(argument));
  }

  /** @param objects what the command reads, perhaps their hashes */
  private async optionalObject(argument: readonly string[], ...objects: readonly string[]) {
    const output = await ifPossible(this.objects.read(argument, ...objects));
    return output?.toString('utf8').trim();
  }

  private here(): { environment: Record<string, string> } {
    return { environment: { GIT_DIR: this.path } };
  }
}

/** Returns undefined if git has failed. */
async function ifPossible<Output>(output: Promise<Output>): Promise<Output | undefined> {
  return output.catch((error: unknown) => {
    if (error instanceof GitError) return undefined;
    throw error;
  });
}

export function signed(author: Author, committer = author): Record<string, string> {
  const dateOf = ({ at }: Author) => `${Math.floor(at / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: dateOf(author),
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: dateOf(committer),
  };
}

function isThere(mode: string): boolean {
  return mode !== '000000';
}

function typeOf(mode: string): TreeEntry['type'] {
  return mode === '160000' ? 'commit' : 'blob';
}

function entryOf(line: string): TreeEntry {
  const [head, path] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)];
  const [mode, type, id] = head.split(' ');
  return { mode, type: type === 'tree' || type === 'commit' ? type : 'blob', id, path };
}
