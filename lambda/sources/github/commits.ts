import { hasStatus } from './errors';
import type { GitHubClient, GitHubRepository } from './repository';
import { NAMES } from '../../../src/private/contract';

/** The author of a new commit. */
interface Person {
  readonly name: string;
  readonly email: string;
  readonly date?: string;
}

/** A commit to create. */
export interface NewCommit {
  readonly message: string;
  readonly tree: string;
  readonly parents: string[];
  /** @default - the owner of the credentials */
  readonly author?: Person;
}

/** Reads and creates commits in one repository. */
export class GitHubCommits {
  public constructor(
    private readonly client: GitHubClient,
    private readonly repository: GitHubRepository,
  ) {}

  public async get(commitId: string) {
    const { data } = await this.client.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...this.repository, commit_sha: commitId,
    });
    return data;
  }

  /** Creates a commit that no branch has yet. */
  public async create(commit: NewCommit): Promise<string> {
    const { data } = await this.client.request('POST /repos/{owner}/{repo}/git/commits', {
      ...this.repository, ...commit,
    });
    return data.sha;
  }

  /**
   * Returns a commit without the changes of the descriptor since another commit, so that a merge keeps the descriptor
   * of the branch; the commit itself if it has not changed the descriptor.
   */
  public async withDescriptorOf(baseId: string, commitId: string): Promise<string> {
    const [before, after] = [await this.descriptor(baseId), await this.descriptor(commitId)];
    if (before === after) return commitId;
    const { tree: { sha: base_tree } } = await this.get(commitId);
    const { data: tree } = await this.client.request('POST /repos/{owner}/{repo}/git/trees', {
      ...this.repository,
      base_tree,
      tree: [{ path: NAMES.descriptor, mode: '100644', type: 'blob', sha: before ?? null }],
    });
    return this.create({
      message: `chore(environment): leave ${NAMES.descriptor} to the branch that is merged into`,
      tree: tree.sha,
      parents: [commitId],
    });
  }

  /** The files that conflict, which GitHub does not name: those that both sides have changed or renamed. */
  public async changedOnBothSides(one: string, other: string): Promise<readonly string[]> {
    const [there, here] = [await this.compare(one, other), await this.compare(other, one)];
    const changed = new Set((here.files ?? []).flatMap(namesOf));
    const files = (there.files ?? []).filter(file => namesOf(file).some(name => changed.has(name)));
    return files.map(({ filename }) => filename).filter(name => name !== NAMES.descriptor);
  }

  /** The commits and files of a commit or branch that another one lacks. */
  public async compare(base: string, head: string) {
    const { data } = await this.client.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...this.repository, basehead: `${base}...${head}`,
    });
    return data;
  }

  /** The id of the content of the descriptor; undefined: the commit has none. */
  private async descriptor(ref: string): Promise<string | undefined> {
    try {
      const { data } = await this.client.request('GET /repos/{owner}/{repo}/contents/{path}', {
        ...this.repository, path: NAMES.descriptor, ref,
      });
      return Array.isArray(data) ? undefined : data.sha;
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }
}

function namesOf({ filename, previous_filename: previous }: {
  readonly filename: string; readonly previous_filename?: string;
}): readonly string[] {
  return previous === undefined ? [filename] : [filename, previous];
}
