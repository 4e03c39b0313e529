import { createHash } from 'node:crypto';
import type { Comparison } from './source';

/** Commits of one side, without merges. */
export interface MissingCommits {
  readonly commitIds: readonly string[];
  /** Whether there are more. */
  readonly isMinimum?: true;
}

/** What is compared in the repository of a host. */
export interface ComparedCommits {
  /** The commits that a commit contains, and another one lacks. */
  missing(otherId: string, commitId: string): Promise<MissingCommits>;
  /** What a commit changes, as the output of `git diff`; undefined: the host does not show it. */
  patch(commitId: string): Promise<string | undefined>;
}

/** Commits of one side that are compared: beyond them, the numbers are minimums. */
export const MAX_COMMITS = 500;

/** Patches that are read concurrently, below the limits of hosts. */
const CONCURRENT = 10;

/** Counts the commits of both sides as `git cherry` does: commits with the same patch on both sides do not count. */
export async function compareByPatch(commits: ComparedCommits, head: string, other: string): Promise<Comparison> {
  if (head === other) return { ahead: 0, behind: 0 };
  const [ahead, behind] = [await commits.missing(other, head), await commits.missing(head, other)];
  const counts = await unmatched(commits, ahead.commitIds, behind.commitIds);
  return { ...counts, ...(ahead.isMinimum || behind.isMinimum) && { isMinimum: true } };
}

async function unmatched(
  commits: ComparedCommits, ahead: readonly string[], behind: readonly string[],
): Promise<Pick<Comparison, 'ahead' | 'behind'>> {
  if (ahead.length === 0 || behind.length === 0) return { ahead: ahead.length, behind: behind.length };
  const ids = await patchIds(commits, [...ahead, ...behind]);
  const [here, there] = [ids.slice(0, ahead.length), ids.slice(ahead.length)];
  return {
    ahead: here.filter(id => !there.includes(id)).length,
    behind: there.filter(id => !here.includes(id)).length,
  };
}

async function patchIds(commits: ComparedCommits, commitIds: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (let start = 0; start < commitIds.length; start += CONCURRENT) {
    const group = commitIds.slice(start, start + CONCURRENT);
    found.push(...await Promise.all(group.map(async commitId => {
      const patch = await commits.patch(commitId);
      // a patch that is not shown is the same as no other one
      return patch === undefined ? commitId : patchId(patch);
    })));
  }
  return found;
}

/** The id of a patch, as of `git patch-id`: without line numbers, white space and the ids of contents. */
export function patchId(patch: string): string {
  const files = patch.split(/^diff --git /m).slice(1).map(file => {
    const isBinary = /^(Binary files |GIT binary patch)/m.test(file);
    const ignored = isBinary ? IGNORED_IN_BINARY : IGNORED;
    return file.split('\n').filter(line => !ignored.test(line)).join('').replace(/\s/g, '');
  });
  return createHash('sha256').update(files.sort().join('\n')).digest('hex');
}

/** Of a binary file, git compares the ids of its contents. */
const IGNORED_IN_BINARY = /^(@@ |\\ |(old|new) mode |(dis)?similarity index )/;
const IGNORED = /^(@@ |\\ |(old|new) mode |(dis)?similarity index |index [0-9a-f])/;
