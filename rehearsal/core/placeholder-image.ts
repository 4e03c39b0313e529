import { gzipSync } from 'node:zlib';

/** Size of a block of a tar archive in bytes. An archive ends with two empty blocks. */
const BLOCK = 512;

const FILE = 'PLACEHOLDER';

/** Returns the placeholder for an image that is not built. The same asset always gives the same image. */
export function placeholderImage(hash: string): { config: Buffer; layer: Buffer } {
  const text = Buffer.from(`placeholder for the image asset ${hash}: the rehearsal does not build images\n`);
  const padding = Buffer.alloc(BLOCK - (text.length % BLOCK));
  const archive = Buffer.concat([header(text.length), text, padding, Buffer.alloc(2 * BLOCK)]);
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { asset: hash } },
    rootfs: { type: 'layers', diff_ids: [] },
  };
  return { config: Buffer.from(JSON.stringify(config)), layer: gzipSync(archive) };
}

/** The header of a file in a tar archive. */
function header(size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  // name, mode, owner, group, size, time, checksum (computed with blanks in its place), type
  block.write(
    FILE
      + '\0'.repeat(100 - FILE.length)
      + octal(0o644, 8)
      + octal(0, 8)
      + octal(0, 8)
      + octal(size, 12)
      + octal(0, 12)
      + ' '.repeat(8)
      + '0',
  );
  block.write('ustar\0' + '00', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 7)} `, 148);
  return block;
}
