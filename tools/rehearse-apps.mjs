/**
 * Rehearses every app below a folder: deploys and destroys it, and prints whether it passed, the real seconds, and the
 * first reason if it did not.
 *
 *   node tools/rehearse-apps.mjs <folder> [<part of a name>...] [--options <file>] [--report <file>]
 *
 * An app is a folder with a cdk.json. Its assembly is taken from its folder cdk.out; without one, it is synthesized.
 * `--options` names a JSON file with further options of the command by app, for example parameters of stacks.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';

const COMMAND = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'lib', 'cli', 'org-environments.js');
/** Real seconds after which a rehearsal is stopped. */
const MAX_SECONDS = 120;

const { values: { options: file, report }, positionals: [folder, ...parts] } = parseArgs({
  allowPositionals: true, options: { options: { type: 'string' }, report: { type: 'string' } },
});
if (folder === undefined) throw new Error('give the folder that contains the apps');

const options = file === undefined ? {} : JSON.parse(readFileSync(file, 'utf8'));

const names = appsIn(folder).map(app => path.relative(folder, app))
  .filter(name => parts.length === 0 || parts.some(part => name.includes(part)));
const results = names.map(name => {
  const result = rehearse(path.join(folder, name), options[name] ?? []);
  console.log([result.passed ? 'pass' : 'FAIL', `${result.seconds.toFixed(1)} s`.padStart(7), name, result.reason]
    .join('  ').trimEnd());
  return { name, ...result };
});
console.log(`${results.filter(({ passed }) => passed).length} of ${results.length} apps passed`);
if (report !== undefined) writeFileSync(report, `${JSON.stringify(results, undefined, 2)}\n`);

function appsIn(parent) {
  if (existsSync(path.join(parent, 'cdk.json'))) return [parent];
  return readdirSync(parent, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name !== 'node_modules').map(({ name }) => name).sort()
    .flatMap(name => appsIn(path.join(parent, name)));
}

function rehearse(app, further) {
  const assembly = existsSync(path.join(app, 'cdk.out', 'manifest.json')) ? ['--app', 'cdk.out'] : [];
  const startedAt = Date.now();
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath, [COMMAND, 'rehearse', ...assembly, '--destroy', '--quiet', ...further],
    {
      cwd: app,
      encoding: 'utf8',
      timeout: MAX_SECONDS * 1000,
      killSignal: 'SIGKILL',
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  const seconds = (Date.now() - startedAt) / 1000;
  const reason = status === 0 ? '' : error?.message ?? firstReason(`${stdout}\n${stderr}`);
  return { passed: status === 0, seconds, reason };
}

/** The first failure of the verdict, or the line that begins with what is wrong. */
function firstReason(output) {
  const lines = output.split('\n').map(line => line.trim());
  const failure = lines.findIndex(line => line.startsWith('✗'));
  if (failure >= 0) return lines.slice(failure, failure + 3).join(' ');
  return lines.find(line => /^error/i.test(line)) ?? lines.find(line => line !== '') ?? '';
}
