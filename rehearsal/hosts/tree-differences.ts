import type { Content } from '../services/codecommit/content';

/** Files with their content ids, by path. */
export type Files = ReadonlyMap<string, string>;

export async function filesOf(git: Content, commitId: string, folder = ''): Promise<Files> {
  const found = new Map<string, string>();
  for (const entry of await git.entries(commitId, folder)) {
    const path = folder === '' || entry.path.startsWith(`${folder}/`) ? entry.path : `${folder}/${entry.path}`;
    if (entry.type === 'tree') for (const [inner, id] of await filesOf(git, commitId, path)) found.set(inner, id);
    else found.set(path, entry.id);
  }
  return found;
}

export interface FileDifference {
  readonly path: string;
  readonly status: 'added' | 'removed' | 'modified';
  /** The content in the second commit; of a removed file, in the first. */
  readonly id: string;
}

export async function differencesOf(git: Content, from: string, to: string): Promise<readonly FileDifference[]> {
  const [before, after] = [await filesOf(git, from), await filesOf(git, to)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path): readonly FileDifference[] => {
    const [old, id] = [before.get(path), after.get(path)];
    if (old === id) return [];
    if (id === undefined) return [{ path, status: 'removed', id: old ?? '' }];
    return [{ path, status: old === undefined ? 'added' : 'modified', id }];
  });
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
