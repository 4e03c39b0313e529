// Runs the tests of the handlers' code on the version of Node.js that they have in AWS, which an npm package contains.
// Arguments: further options of Jest.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The decisions of the handlers and what runs their functions; other tests do not depend on the version. */
const TESTS = [
  'account', 'branch', 'deployments', 'entry', 'operations', 'registry', 'shared', 'trigger', 'rehearsal/core',
  'rehearsal/services/lambda',
];

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'node_modules/.cache/node-24');

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw error;
  return status ?? 1;
}

mkdirSync(folder, { recursive: true });
const installed = run('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', 'node@24']);
if (installed !== 0) {
  console.log('skipped the tests on Node 24: the npm package node@24 cannot be installed here');
} else {
  const bin = path.join(folder, 'node_modules/node/bin');
  const jest = path.join(root, 'node_modules/jest/bin/jest.js');
  const tests = TESTS.map(name => `test/${name}/`);
  const env = { PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  process.exitCode = run(path.join(bin, 'node'), [jest, '--ci', ...process.argv.slice(2), ...tests], env);
}
