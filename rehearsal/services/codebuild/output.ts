import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import type { ArtifactSpec } from './buildspec';
import type { ZipEntry } from '../../core/zip';

/** Returns the files that match the patterns of an artifact. Omits links to places outside the source. */
export function artifactEntries(source: string, spec: ArtifactSpec): ZipEntry[] {
  const base = join(source, spec['base-directory']);
  const patterns = spec.files.map(toRegularExpression);
  const inside = realpathSync(source) + sep;
  return filesBelow(base).filter(path => patterns.some(pattern => pattern.test(path))).flatMap(path => {
    const file = join(base, path);
    const mode = lstatSync(file).mode;
    if (lstatSync(file).isSymbolicLink()) {
      const leadsOutside = !`${realpathSync(file)}${sep}`.startsWith(inside);
      return leadsOutside ? [] : [{ path, content: Buffer.from(readlinkSync(file)), mode }];
    }
    return [{ path: spec['discard-paths'] ? basename(path) : path, content: readFileSync(file), mode }];
  });
}

function filesBelow(base: string): string[] {
  const entries = readdirSync(base, { withFileTypes: true, recursive: true });
  return entries
    .filter(entry => !entry.isDirectory())
    .map(entry => relative(base, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** `**` matches any number of folders, `*` any text within a name; a folder itself matches nothing. */
function toRegularExpression(pattern: string): RegExp {
  const normal = pattern.replace(/^\.\//, '');
  const expression = normal.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, found => {
    if (found === '**/') return '(?:.*/)?';
    if (found === '**') return '.*';
    if (found === '*') return '[^/]*';
    return found === '?' ? '[^/]' : `\\${found}`;
  });
  return new RegExp(`^${expression}$`);
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
