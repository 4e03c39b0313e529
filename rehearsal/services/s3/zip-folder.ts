import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { zip } from '../../core/zip';

/** Returns a zip archive of a folder. */
export async function zipFolder(folder: string): Promise<Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
  return zip(
    files.map(file => ({
      path: relative(folder, file).split(sep).join('/'),
      content: readFileSync(file),
      mode: statSync(file).mode,
    })),
  );
}
