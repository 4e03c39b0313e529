import { structuredPatch } from 'diff';
import type { Content, Difference } from '../services/codecommit/content';

/** A file of a patch, as hosts show it. */
export interface FilePatch {
  readonly difference: Difference;
  readonly path: string;
  readonly isBinary: boolean;
  /** The changed lines, from the first `@@`. */
  readonly hunks: string;
}

/** Git takes a file for binary if one of its first bytes is 0. */
const SNIFFED_BYTES = 8000;

/** What a commit changes, compared with its first parent, without detection of renames. */
export async function patchOf(git: Content, commitId: string): Promise<readonly FilePatch[]> {
  const [parent] = (await git.details(commitId)).parents;
  return Promise.all((await git.differences(parent, commitId)).map(async difference => fileOf(git, difference)));
}

async function fileOf(git: Content, difference: Difference): Promise<FilePatch> {
  const { before, after } = difference;
  const path = after?.path ?? before?.path ?? '';
  const [old, next] = [await contentOf(git, before?.id), await contentOf(git, after?.id)];
  if ([old, next].some(content => content.subarray(0, SNIFFED_BYTES).includes(0))) {
    return { difference, path, isBinary: true, hunks: '' };
  }
  const { hunks } = structuredPatch('', '', old.toString(), next.toString(), undefined, undefined, { context: 3 });
  const text = hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) =>
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@\n${lines.join('\n')}\n`).join('');
  return { difference, path, isBinary: false, hunks: text };
}

async function contentOf(git: Content, id: string | undefined): Promise<Buffer> {
  return id === undefined ? Buffer.alloc(0) : git.blob(id);
}

/** The output of `git diff`. */
export function textOf(files: readonly FilePatch[]): string {
  return files.map(({ difference: { before, after }, path, isBinary, hunks }) => {
    const [from, to] = [before ? `a/${path}` : '/dev/null', after ? `b/${path}` : '/dev/null'];
    const ids = `index ${(before?.id ?? '0'.repeat(40)).slice(0, 7)}..${(after?.id ?? '0'.repeat(40)).slice(0, 7)}`;
    return [
      `diff --git a/${path} b/${path}`,
      ...before ? [] : [`new file mode ${after?.mode}`],
      ...after ? [] : [`deleted file mode ${before?.mode}`],
      ...before && after && before.mode !== after.mode ? [`old mode ${before.mode}`, `new mode ${after.mode}`] : [],
      ids,
      isBinary ? `Binary files ${from} and ${to} differ\n` : hunks && `--- ${from}\n+++ ${to}\n${hunks}`,
    ].join('\n');
  }).join('');
}
