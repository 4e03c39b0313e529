import { rmSync } from 'node:fs';

export default function teardown(): void {
  if (process.env.TMPDIR?.includes('org-environments-test-')) {
    rmSync(process.env.TMPDIR, { recursive: true, force: true });
  }
}
