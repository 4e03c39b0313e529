import type { CommitDetails } from './content';
import type { Git } from './git';

const HASH = /^[0-9a-f]{40}$/;

/** Longer outputs are read again, which saves memory. */
const MAX_BYTES = 100_000;

/** Commits that are read in one call, because a reader of one often reads its ancestors. */
const COMMITS_IN_ONE_CALL = 100;

const COMMIT_FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%ad', '%cn', '%ce', '%cd', '%B'];

/** Reads objects of a repository, and remembers what it has read by hashes: what has a hash never changes. */
export class GitObjects {
  private readonly outputs = new Map<string, Promise<Buffer>>();
  private readonly commits = new Map<string, CommitDetails>();

  public constructor(private readonly git: Git, private readonly path: string) {}

  /**
   * Returns the output of a command.
   *
   * @param objects all objects that the command reads. Its output is remembered if all of them are full hashes
   */
  public async read(argument: readonly string[], ...objects: readonly string[]): Promise<Buffer> {
    if (!objects.every(isHash)) return this.run(argument);
    const key = argument.join('\0');
    const known = this.outputs.get(key);
    if (known) return known;
    const output = this.run(argument);
    this.outputs.set(key, output);
    const forget = (): unknown => this.outputs.delete(key);
    // an object that is missing may be written later
    output.then(({ length }) => length > MAX_BYTES && forget(), forget);
    return output;
  }

  /** Returns a commit. Fails if there is none. */
  public async commit(reference: string): Promise<CommitDetails> {
    const known = this.knownCommit(reference);
    if (known) return known;
    const format = `--format=${COMMIT_FIELDS.join('%x00')}`;
    const count = `--max-count=${COMMITS_IN_ONE_CALL}`;
    const command = ['log', '-z', count, '--date=raw', format, '--end-of-options', `${reference}^{commit}`, '--'];
    const output = await this.run(command);
    const fields = output.toString('utf8').split('\0');
    const first = detailsOf(fields);
    for (let index = 0; index + COMMIT_FIELDS.length <= fields.length; index += COMMIT_FIELDS.length) {
      const details = detailsOf(fields.slice(index));
      this.commits.set(details.commitId, details);
    }
    return first;
  }

  /** Returns a commit that was read before. */
  public knownCommit(reference: string): CommitDetails | undefined {
    return this.commits.get(reference);
  }

  private async run(argument: readonly string[]): Promise<Buffer> {
    return this.git.run(argument, { environment: { GIT_DIR: this.path } });
  }
}

export function isHash(reference: string): boolean {
  return HASH.test(reference);
}

function detailsOf(fields: readonly string[]): CommitDetails {
  const [
    commitId, treeId, parents, authorName, authorEmail, authorDate, committerName, committerEmail, committerDate,
    message,
  ] = fields;
  return {
    commitId,
    treeId,
    parents: parents.split(' ').filter(parent => parent !== ''),
    message: message.trimEnd(),
    author: { name: authorName, email: authorEmail, date: authorDate },
    committer: { name: committerName, email: committerEmail, date: committerDate },
  };
}
