import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import * as path from 'node:path';
import type { RehearseOptions } from './rehearse-options';
import { formatCount } from '../output/format';
import { UsageError } from '../usage-error';

/** Checks the options of `rehearse` before anything runs: their combinations, and the files and folders they name. */
export function checkOptions(options: RehearseOptions): void {
  const { repository = {}, report, log, timeline, seed, fault, as, then = [] } = options;
  Object.entries(repository).forEach(([name, folder]) => checkRepository(name, folder));
  checkOutputFiles([['--report', report], ['--log', log], ['--timeline', timeline]]);
  if (seed !== undefined && fault === undefined) {
    throw new UsageError('--seed has no effect without --fault: add faults, for example --fault throttle,crash');
  }
  if (as !== undefined && then.at(-1)?.as !== as) {
    throw new UsageError(`--as '${as}' has no effect without a command after it: add --then <command> after it`);
  }
}

function checkRepository(name: string, folder: string): void {
  const [option, file] = [`--repository '${name}'`, path.resolve(folder)];
  if (!existsSync(folder)) throw new UsageError(`${option}: the folder '${file}' does not exist`);
  if (!statSync(folder).isDirectory()) {
    throw new UsageError(`${option}: '${file}' is a file: give a folder or a git repository`);
  }
  if (readdirSync(folder).length === 0) {
    throw new UsageError(`${option}: the folder '${file}' is empty: add at least one file for the first commit`);
  }
  if (existsSync(path.join(folder, '.git')) && git(folder, 'rev-list', '--all', '--max-count=1') === '') {
    throw new UsageError(`${option}: '${file}' has no commit: commit at least one file`);
  }
}

/** Describes what of each repository is used: its last commit, or the files of a folder. */
export function describeRepositories(repositories: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(repositories).flatMap(([name, folder]) => {
    if (!existsSync(path.join(folder, '.git'))) return describeFolder(name, folder);
    const changed = git(folder, 'status', '--porcelain')?.split('\n').filter(line => line !== '').length ?? 0;
    const commit = git(folder, 'rev-parse', '--short=7', 'HEAD');
    if (changed === 0 || commit === undefined) return [];
    const left = formatCount(changed, 'changed file');
    return [`repository ${name}: commit ${commit} of ${relative(folder)}, without ${left}`];
  });
}

function describeFolder(name: string, folder: string): string[] {
  // a bare repository has no changed files
  if (['HEAD', 'objects', 'refs'].every(file => existsSync(path.join(folder, file)))) return [];
  return [`repository ${name}: the files of ${relative(folder)}, which is not a git repository`];
}

/** Returns a folder as it can be typed in the current one. */
function relative(folder: string): string {
  return path.relative('', folder) || '.';
}

/** Returns the output of git, or nothing if it fails. */
function git(folder: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function checkOutputFiles(files: readonly (readonly [option: string, file: string | undefined])[]): void {
  const seen = new Map<string, string>();
  for (const [option, file] of files) {
    if (file === undefined) continue;
    checkWritable(option, file);
    const earlier = seen.get(path.resolve(file));
    if (earlier !== undefined) {
      throw new UsageError(`${earlier} and ${option} '${file}' name the same file: give two different files`);
    }
    seen.set(path.resolve(file), `${option} '${file}'`);
  }
}

function checkWritable(option: string, file: string): void {
  const folder = path.dirname(path.resolve(file));
  if (!existsSync(folder)) throw new UsageError(`${option} '${file}': the folder '${folder}' does not exist`);
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new UsageError(`${option} '${file}' is a folder: give the name of a file`);
  }
  try {
    accessSync(existsSync(file) ? file : folder, constants.W_OK);
  } catch {
    throw new UsageError(`${option} '${file}' cannot be written: permission denied`);
  }
}
