import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';

export interface ZipEntry {
  /** Path within the archive. */
  readonly path: string;
  readonly content: Buffer;
  /** Mode as `stat` returns it, including the file type. */
  readonly mode: number;
}

/** Bits of the mode that contain the file type. */
const SYMBOLIC_LINK = 0o12;

export async function zip(entries: readonly ZipEntry[]): Promise<Buffer> {
  const archive = new ZipFile();
  for (const { path, content, mode } of entries) archive.addBuffer(content, path, { mode });
  archive.end();
  return buffer(archive.outputStream);
}

/** Extracts an archive into a folder. The library rejects entries outside the folder. */
export async function unzip(archive: Buffer, folder: string): Promise<void> {
  // an archive without entries consists of the end record only, which the library accepts
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

/** Returns the files of an archive, by their paths. */
export async function zipFiles(archive: Buffer): Promise<[path: string, content: Buffer][]> {
  const opened = await fromBufferPromise(archive, { lazyEntries: true });
  const files: [string, Buffer][] = [];
  for await (const entry of opened.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    files.push([entry.fileName, await buffer(await opened.openReadStreamPromise(entry))]);
  }
  return files;
}

/** Returns a file of an archive; undefined if there is none at the path. */
export async function readZipEntry(archive: Buffer, path: string): Promise<Buffer | undefined> {
  const opened = await fromBufferPromise(archive, { lazyEntries: true });
  for await (const entry of opened.eachEntry()) {
    if (entry.fileName === path) return buffer(await opened.openReadStreamPromise(entry));
  }
  return undefined;
}

function isExecutable(mode: number): boolean {
  return /[1357]/.test((mode % 0o1000).toString(8));
}
