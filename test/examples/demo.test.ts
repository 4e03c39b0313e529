import { spawnSync } from 'node:child_process';
import * as path from 'node:path';

test('the demo rejects an unknown option with its usage', () => {
  const demo = path.join(__dirname, '../../examples/demo.mjs');
  const { status, stderr } = spawnSync(process.execPath, [demo, '--fast'], { encoding: 'utf8' });
  expect(stderr).toMatch(/^Unknown option '--fast'.*\nusage: npm run demo/);
  expect(status).toBe(2);
});
