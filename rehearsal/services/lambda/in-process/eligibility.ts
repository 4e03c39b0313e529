import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

/** How the code of a function says that it uses a module of Node. */
const uses = (name: string): RegExp => new RegExp(`["'\`](?:node:)?${name}["'\`]`);

/** Why a function cannot run in the process of the rehearsal; undefined for one that can. */
export function processObstacle(folder: string, handler: string): string | undefined {
  const base = path.join(folder, handler.slice(0, handler.lastIndexOf('.')));
  const file = ['.js', '.cjs', '.mjs'].map(ending => base + ending).find(existsSync);
  // it fails in a process of its own as well
  if (file === undefined) return undefined;
  if (file.endsWith('.mjs') || file.endsWith('.js') && isModulePackage(folder)) return 'is an ES module';
  return codeObstacle(readFileSync(file, 'utf8'));
}

/** The same of code that is one CommonJS module. */
export function codeObstacle(code: string): string | undefined {
  if (uses('(?:worker_threads|cluster)').test(code)) return 'starts threads or processes (worker_threads, cluster)';
  // the SDK starts a process only for credentials of a profile; what blocks until its process ends lets no time pass
  const isHarmless = /credential_process|\b(?:exec|execFile|spawn)Sync\b/.test(code);
  return uses('child_process').test(code) && !isHarmless ? 'starts processes (child_process)' : undefined;
}

function isModulePackage(folder: string): boolean {
  const manifest = path.join(folder, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
}
