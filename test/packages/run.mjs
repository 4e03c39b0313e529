import { spawn, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const consumers = path.join(root, 'test/packages/consumers');

/** How the clients of the registries say that a version does not exist. */
const NOT_SERVED = new RegExp([
  'No matching distribution found for .*', 'Could not find artifact \\S+',
  '(?:unknown revision|no matching versions) .*', 'E404 .*', 'ETARGET .*',
].join('|'));

/** This machine lacks something that has nothing to do with the package. */
export class MissingError extends Error {}

/** @throws MissingError if one of the commands does not exist */
export function requireTools(...commands) {
  for (const command of commands) {
    const { error, status } = spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    if (error || status !== 0) throw new MissingError(`'${command}' is not installed`);
  }
}

/**
 * Runs a command. Returns its standard output.
 *
 * @throws MissingError if it fails because a registry does not serve a version
 */
export async function run(command, args, { cwd = root, env = {} } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, all] = [[], []];
  child.stdout.on('data', chunk => { out.push(chunk); all.push(chunk); });
  child.stderr.on('data', chunk => all.push(chunk));
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status === 0) return Buffer.concat(out).toString();
  const text = Buffer.concat(all).toString();
  const missing = NOT_SERVED.exec(text);
  if (missing) throw new MissingError(`the registry does not serve it: ${missing[0].slice(0, 200)}`);
  throw new Error(`'${[command, ...args].join(' ')}' failed with exit status ${status}:\n${text.slice(-6000)}`);
}

/** Generates and builds the package for a language. */
export async function pacmak(language, outdir) {
  const env = { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };
  const command = path.join(root, 'node_modules/.bin/jsii-pacmak');
  await run(command, ['--target', language, '--outdir', outdir], { env });
}
