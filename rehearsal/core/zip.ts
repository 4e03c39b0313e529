import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';

export interface ZipEntry {
  /** Path within the archive. */
  readonly path: string;
  readonly content: Buffer;
  /** As `stat` tells it, with the bits of the file's type. */
  readonly mode: number;
}

/** The type of a file, which is all of its mode but the rights. */
const SYMBOLIC_LINK = 0o12;

export async function zip(entries: readonly ZipEntry[]): Promise<Buffer> {
  const archive = new ZipFile();
  for (const { path, content, mode } of entries) archive.addBuffer(content, path, { mode });
  archive.end();
  return buffer(archive.outputStream);
}

/** Unpacks into a folder; entries that would lie outside of it are refused by the library. */
export async function unzip(archive: Buffer, folder: string): Promise<void> {
  // an archive without any entry is nothing but its end record, which the library takes as well
  const opened = await fromBufferPromise(archive, { lazyEntries: true });
  for await (const entry of opened.eachEntry()) {
    const path = join(folder, entry.fileName);
    const mode = Math.floor(entry.externalFileAttributes / 0x10000);
    if (entry.fileName.endsWith('/')) {
      mkdirSync(path, { recursive: true });
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    const content = await buffer(await opened.openReadStreamPromise(entry));
    if (Math.floor(mode / 0o10000) === SYMBOLIC_LINK) {
      symlinkSync(content.toString('utf8'), path);
    } else {
      writeFileSync(path, content);
      if (isExecutable(mode)) chmodSync(path, 0o755);
    }
  }
}

function isExecutable(mode: number): boolean {
  return /[1357]/.test((mode % 0o1000).toString(8));
}
