import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

/** Matches code that uses a module of Node. */
const uses = (name: string): RegExp => new RegExp(`["'\`](?:node:)?${name}["'\`]`);

/** Returns why a function cannot run in this process; undefined if it can. */
export function processObstacle(folder: string, handler: string): string | undefined {
  const base = path.join(folder, handler.slice(0, handler.lastIndexOf('.')));
  const file = ['.js', '.cjs', '.mjs'].map(ending => base + ending).find(existsSync);
  // it would also fail in a separate process
  if (file === undefined) return undefined;
  if (file.endsWith('.mjs') || file.endsWith('.js') && isModulePackage(folder)) return 'is an ES module';
  return codeObstacle(readFileSync(file, 'utf8'));
}

/** The same for a single CommonJS module. */
export function codeObstacle(code: string): string | undefined {
  if (uses('(?:worker_threads|cluster)').test(code)) return 'starts threads or processes (worker_threads, cluster)';
  // the SDK starts a process only for profile credentials; synchronous calls let no time pass
  const isHarmless = /credential_process|\b(?:exec|execFile|spawn)Sync\b/.test(code);
  return uses('child_process').test(code) && !isHarmless ? 'starts processes (child_process)' : undefined;
}

function isModulePackage(folder: string): boolean {
  const manifest = path.join(folder, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
}
