/**
 * The commands `npm`, `npx` and `cdk-assets` of a build, bundled into one file.
 *
 * A build starts with an empty home folder and no
 * cache, so installing packages would take most of its time. Packages that are installed beside the rehearsal in
 * matching versions are linked; everything else is passed to the real command.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { satisfies, validRange } from 'semver';
import { npmCommand } from './npm-command';
import { publishAssets } from './publish-assets';

interface Manifest {
  readonly version?: string;
  readonly bin?: string | Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Folder of the packages to link, and the arguments of the command. */
const [modules = '', command = '', ...given] = process.argv.slice(2);

if (command === 'cdk-assets') void publishAssets(given).then(status => process.exit(status));
else process.exit(command === 'npm' ? npm() : npx());

function npm(): number {
  const { verb, names, options, isGlobal, isElsewhere } = npmCommand(given);
  if (isElsewhere) return real(given);
  if (isGlobal && ['install', 'i', 'add'].includes(verb)) return installGlobally(names, options);
  const installsAll = ['ci', 'clean-install', 'install', 'i'].includes(verb) && names.length === 0;
  if (!installsAll || existsSync('node_modules') || !existsSync('package.json')) return real(given);
  const { dependencies, devDependencies } = manifest('package.json');
  if (verb === 'ci' && !existsSync('package-lock.json')) return real(given);
  const missing = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([name, range]) => !isInstalled(name, range),
  );
  if (missing.length > 0) {
    console.log(
      `npm really installs: ${missing.map(([name, range]) => `${name}@${range}`).join(', ')} not found in ${modules}`,
    );
    return real([...given, '--prefer-offline', '--no-audit', '--no-fund']);
  }
  lend();
  console.log(`linking packages of ${modules} into the build`);
  return 0;
}

/** Links the commands of packages that are installed here into the folder of commands of the build. */
function installGlobally(names: readonly string[], options: readonly string[]): number {
  const missing = names.filter(wanted => wanted.replace(/@.*/, '') !== 'cdk-assets' && !linkCommands(wanted));
  return missing.length === 0 ? 0 : real(['install', ...options, ...missing, '--no-audit', '--no-fund']);
}

/** Returns whether the package is installed here. */
function linkCommands(wanted: string): boolean {
  const { name = '', range = 'latest' } = /^(?<name>@?[^@]+)(?:@(?<range>.+))?$/.exec(wanted)?.groups ?? {};
  const folder = join(process.env.npm_config_prefix ?? '', 'bin');
  if (process.env.npm_config_prefix === undefined || !isInstalled(name, range)) return false;
  const { bin = '' } = manifest(join(modules, name, 'package.json'));
  mkdirSync(folder, { recursive: true });
  for (const [program, file] of Object.entries(typeof bin === 'string' ? { [name.replace(/.*\//, '')]: bin } : bin)) {
    if (!existsSync(join(folder, program))) symlinkSync(join(modules, name, file), join(folder, program));
  }
  return true;
}

/** Links each package and not the whole folder, so that a later installation does not change this machine. */
function lend(): void {
  for (const entry of readdirSync(modules)) {
    const names =
      entry.startsWith('@') || entry === '.bin'
        ? readdirSync(join(modules, entry)).map(name => join(entry, name))
        : [entry];
    for (const name of names) {
      mkdirSync(dirname(join('node_modules', name)), { recursive: true });
      symlinkSync(join(modules, name), join('node_modules', name));
    }
  }
}

/** Whether `npx [--yes] name@range …` names a package that is installed here. */
function npx(): number {
  const positional = given.filter(
    (argument, index) =>
      !(['--yes', '-y'].includes(argument) && given.slice(0, index).every(before => before.startsWith('-'))),
  );
  const [, name, range] = /^((?:@[^/]+\/)?[^@]+)@(.+)$/.exec(positional[0] ?? '') ?? [];
  if (name === undefined || !isInstalled(name, range)) return real(given);
  const { bin = '' } = manifest(join(modules, name, 'package.json'));
  const [file] = typeof bin === 'string' ? [bin] : Object.values(bin);
  return run(process.execPath, [join(modules, name, file), ...positional.slice(1)], process.env.PATH);
}

function isInstalled(name: string, range: string): boolean {
  const file = join(modules, name, 'package.json');
  if (!existsSync(file)) return false;
  const { version } = manifest(file);
  return range === 'latest' || version !== undefined && validRange(range) !== null && satisfies(version, range);
}

function manifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Returns the command of this machine, without the override. */
function real(argument: readonly string[]): number {
  const own = process.env.REHEARSAL_TOOLS ?? dirname(__filename);
  return run(
    command,
    argument,
    (process.env.PATH ?? '')
      .split(delimiter)
      .filter(folder => folder !== own)
      .join(delimiter),
  );
}

function run(program: string, argument: readonly string[], path: string | undefined): number {
  const { status, error } = spawnSync(program, argument, { stdio: 'inherit', env: { ...process.env, PATH: path } });
  if (error) console.error(error.message);
  return status ?? 1;
}
