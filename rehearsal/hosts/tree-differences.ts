import type { Content } from '../services/codecommit/content';

export interface FileDifference {
  readonly path: string;
  readonly status: 'added' | 'removed' | 'modified';
  /** The content in the second commit; of a removed file, in the first. */
  readonly id: string;
}

export async function differencesOf(git: Content, from: string, to: string): Promise<readonly FileDifference[]> {
  const found: FileDifference[] = [];
  for (const { before, after } of await git.differences(from, to)) {
    const status = before === undefined ? 'added' : after === undefined ? 'removed' : 'modified';
    const { path, id } = after ?? before ?? { path: '', id: '' };
    found.push({ path, status, id });
  }
  return found;
}

/** The commits that are reachable from a commit, and not from another one; the newest first. */
export async function commitsBetween(git: Content, from: string | undefined, to: string): Promise<readonly string[]> {
  const [known, found] = [await ancestorsOf(git, from), await ancestorsOf(git, to)];
  return [...found].filter(commitId => !known.has(commitId));
}

async function ancestorsOf(git: Content, commitId: string | undefined): Promise<ReadonlySet<string>> {
  const found = new Set(commitId === undefined ? [] : [commitId]);
  for (const id of found) for (const parent of (await git.details(id)).parents) found.add(parent);
  return found;
}
