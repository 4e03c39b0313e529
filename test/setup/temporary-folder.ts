import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** CDK leaves the assembly of every app in the folder for temporary files: all of them go into one that is removed at the end. */
export default function setup(): void {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'org-environments-test-'));
}
