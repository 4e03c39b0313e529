import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type { CleanUp } from './clean-up';
import { readAssembly } from '../../rehearsal/assembly/manifest';
import { StackTraces } from '../output/stack-trace-filter';
import { UsageError } from '../usage-error';

/** The folder of the cloud assembly that `--app` names; a command is run to synthesize it. */
export async function assemblyOf(app: string, cleanUp: CleanUp, verbose: boolean): Promise<string> {
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
  await synthesize(app, outdir, cleanUp, verbose);
  if (!existsSync(path.join(outdir, 'manifest.json'))) {
    throw new Error(`the command '${app}' synthesized nothing: it must write a cloud assembly into the folder that CDK_OUTDIR names, as a CDK app does by itself`);
  }
  readAssembly(outdir);
  return outdir;
}

function checkCommand(app: string): void {
  if (/\s/.test(app)) return;
  if (/\.[cm]?[jt]s$/.test(app) && !isExecutable(app)) {
    const way = /ts$/.test(app) ? `npx tsx ${app}` : `node ${app}`;
    throw new UsageError(`--app '${app}' is a file and no command${existsSync(app) ? '' : ', and it does not exist here'}: give the command that runs it, for example '${way}'`);
  }
  if (existsSync(app)) return;
  throw new UsageError(`--app '${app}' is neither a folder nor a command: give the folder of a cloud assembly, usually cdk.out, or the command that synthesizes it`);
}

function isFolder(file: string): boolean {
  return existsSync(file) && statSync(file).isDirectory();
}

/** Without a slash, a shell would look for it among its commands only. */
function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return file.includes('/');
  } catch {
    return false;
  }
}

/** Runs the app as the CDK command line does: in a shell, with the context of cdk.json. */
async function synthesize(command: string, outdir: string, cleanUp: CleanUp, verbose: boolean): Promise<void> {
  const env = {
    CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:enable-path-metadata': true, ...contextOf('cdk.json'), ...readJson('cdk.context.json') }),
    CDK_DEFAULT_ACCOUNT: '111111111111',
    CDK_DEFAULT_REGION: 'us-east-1',
    ...process.env,
    CDK_OUTDIR: outdir,
  };
  const traces = new StackTraces(line => process.stderr.write(`${line}\n`), verbose);
  // in a group of its own, so that what the shell has started can be ended with it
  const child = spawn(command, { shell: true, detached: true, stdio: ['ignore', 'inherit', 'pipe'], env });
  const lines = createInterface({ input: child.stderr }).on('line', line => traces.line(line));
  const read = once(lines, 'close');
  const forget = cleanUp.add(() => endGroup(child.pid));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  forget();
  // a process in the background may keep the stream open for as long as it likes
  await Promise.race([read, new Promise(resolve => setTimeout(resolve, 200).unref())]);
  child.stderr.destroy();
  traces.end();
  if (status === 0) return;
  const ended = `the command '${command}' ended with ${status === null ? 'a signal' : `exit status ${status}`}, so there is nothing to rehearse`;
  const hint = traces.hidden ? ' (--verbose shows the stack trace)' : '';
  throw new Error(traces.message === undefined ? ended : `${ended}: ${traces.message}${hint}`);
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended by itself
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
