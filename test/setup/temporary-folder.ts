import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sets a temporary folder for all tests, which is deleted at the end: the CDK does not delete its assemblies. */
export default function setup(): void {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'org-environments-test-'));
}
