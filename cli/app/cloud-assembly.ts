import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { lookedUpValues } from './lookups';
import { StackTraceFilter } from './stack-trace-filter';
import { missingContext } from '../../rehearsal/assembly/loader';
import { readAssembly } from '../../rehearsal/assembly/manifest';
import type { CleanUp } from '../clean-up';
import { UsageError } from '../usage-error';

interface SynthesisOptions {
  /** Values of `--context`. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly verbose: boolean;
  /** Whether the app may write to the standard output. */
  readonly isStdoutFree: boolean;
}

/**
 * Returns the app of cdk.json in the current folder, as `cdk` does.
 *
 * @throws UsageError if there is none
 */
export function appOfProject(): string {
  const { app } = readJson('cdk.json');
  if (typeof app === 'string') return app;
  const problem = existsSync('cdk.json') ? 'cdk.json names no app' : `there is no cdk.json in '${process.cwd()}'`;
  throw new UsageError(
    `${problem}: give the command that synthesizes the app, or the folder of a cloud assembly, with --app`,
  );
}

/** Returns the folder of the cloud assembly for `--app`. If that is a command, runs it to synthesize the assembly. */
export async function cloudAssemblyOf(app: string, cleanUp: CleanUp, options: SynthesisOptions): Promise<string> {
  const folder = path.resolve(app);
  if (isFolder(folder)) {
    try {
      readAssembly(folder);
    } catch (error) {
      throw new UsageError(messageOf(error));
    }
    return folder;
  }
  checkCommand(app);
  const outdir = mkdtempSync(path.join(tmpdir(), 'org-environments-cdk.out-'));
  cleanUp.add(() => rmSync(outdir, { recursive: true, force: true, maxRetries: 5 }));
  const written = await write(app, outdir, cleanUp, options);
  readAssembly(written);
  return written;
}

/** Synthesizes again with the values that the app looks up and that the rehearsal knows, as the CDK does. */
async function write(app: string, outdir: string, cleanUp: CleanUp, options: SynthesisOptions): Promise<string> {
  const startedAt = Date.now();
  await synthesize(app, outdir, cleanUp, options);
  const written = [outdir, outputOfProject()].find(candidate => isWrittenAfter(candidate, startedAt));
  if (written === undefined) {
    throw new Error(
      `the command '${app}' wrote no cloud assembly: it must be a CDK app, or write an assembly into the folder in `
      + `CDK_OUTDIR, or into '${outputOfProject()}', as cdk synth does`,
    );
  }
  const found = lookedUpValues(missingContext(written), options.context);
  if (Object.keys(found).length === 0) return written;
  return write(app, outdir, cleanUp, { ...options, context: { ...options.context, ...found } });
}

/** The folder into which `cdk synth` writes in the current folder. */
function outputOfProject(): string {
  const { output } = readJson('cdk.json');
  return path.resolve(typeof output === 'string' ? output : 'cdk.out');
}

/** Whether a folder has a cloud assembly that is not older than this, with the precision of file systems. */
function isWrittenAfter(folder: string, time: number): boolean {
  const manifest = path.join(folder, 'manifest.json');
  return existsSync(manifest) && statSync(manifest).mtimeMs >= time - 2000;
}

function checkCommand(app: string): void {
  if (/\s/.test(app)) return;
  if (/\.[cm]?[jt]s$/.test(app) && !isExecutable(app)) {
    const problem = existsSync(app) ? 'is a file and not a command' : 'does not exist';
    const command = /ts$/.test(app) ? `npx tsx ${app}` : `node ${app}`;
    throw new UsageError(`--app '${app}' ${problem}: give the command that runs it, for example '${command}'`);
  }
  if (existsSync(app)) return;
  throw new UsageError(
    `--app '${app}' is neither a folder nor a command: give the folder of a cloud assembly, usually cdk.out, or the `
    + 'command that synthesizes it',
  );
}

function isFolder(file: string): boolean {
  return existsSync(file) && statSync(file).isDirectory();
}

/** Without a slash, a shell would look for the file only in PATH. */
function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return file.includes('/');
  } catch {
    return false;
  }
}

/** Runs the app as the CDK command line does: in a shell, with the context of cdk.json. */
async function synthesize(
  command: string, outdir: string, cleanUp: CleanUp, { context: given, verbose, isStdoutFree }: SynthesisOptions,
): Promise<void> {
  const context = {
    'aws:cdk:enable-path-metadata': true, ...contextOf('cdk.json'), ...readJson('cdk.context.json'), ...given,
  };
  const env = {
    CDK_CONTEXT_JSON: JSON.stringify(context),
    CDK_DEFAULT_ACCOUNT: '111111111111',
    CDK_DEFAULT_REGION: 'us-east-1',
    ...process.env,
    CDK_OUTDIR: outdir,
  };
  const traces = new StackTraceFilter(line => process.stderr.write(`${line}\n`), verbose);
  // in its own process group, so that the children of the shell can be killed with it
  const child = spawn(command, {
    shell: true, detached: true, stdio: ['ignore', isStdoutFree ? 'inherit' : 'ignore', 'pipe'], env,
  });
  const lines = createInterface({ input: child.stderr }).on('line', line => traces.line(line));
  const read = once(lines, 'close');
  const removeCleanUp = cleanUp.add(() => killGroup(child.pid));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  removeCleanUp();
  // a process in the background may keep the stream open
  await Promise.race([read, new Promise(resolve => setTimeout(resolve, 200).unref())]);
  child.stderr.destroy();
  traces.end();
  if (status === 0) return;
  const failure = `the command '${command}' failed with ${status === null ? 'a signal' : `exit status ${status}`}`;
  const hint = traces.hidden ? ' (use --verbose for the stack trace)' : '';
  throw new Error(traces.message === undefined ? failure : `${failure}: ${traces.message}${hint}`);
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // it has already exited
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function contextOf(file: string): object {
  const { context } = readJson(file);
  return typeof context === 'object' && context !== null ? context : {};
}

function readJson(file: string): Record<string, unknown> {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}
