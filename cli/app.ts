import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { UsageError } from './usage-error';
import { readAssembly } from '../rehearsal/assembly/manifest';

/** The folder of the cloud assembly that `--app` names; a command is run to synthesize it. */
export async function assemblyOf(app: string): Promise<string> {
  const folder = path.resolve(app);
  if (existsSync(folder) && statSync(folder).isDirectory()) return readable(folder);
  if (!/\s/.test(app) && !existsSync(folder)) {
    throw new UsageError(`--app '${app}' is neither a folder nor a command: give the folder of a cloud assembly, usually cdk.out, or the command that synthesizes it`);
  }
  const outdir = mkdtempSync(path.join(tmpdir(), 'org-environments-cdk.out-'));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  await synthesize(app, outdir);
  return readable(outdir);
}

function readable(folder: string): string {
  try {
    readAssembly(folder);
    return folder;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Runs the app as the CDK command line does: in a shell, with the context of cdk.json. */
async function synthesize(command: string, outdir: string): Promise<void> {
  const env = {
    CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:enable-path-metadata': true, ...contextOf('cdk.json'), ...readJson('cdk.context.json') }),
    CDK_DEFAULT_ACCOUNT: '111111111111',
    CDK_DEFAULT_REGION: 'us-east-1',
    ...process.env,
    CDK_OUTDIR: outdir,
  };
  const status = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'inherit', 'inherit'], env });
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (status !== 0) throw new UsageError(`the command '${command}' ended with exit status ${status}, so there is nothing to rehearse`);
}

function contextOf(file: string): object {
  const { context } = readJson(file);
  return typeof context === 'object' && context !== null ? context : {};
}

function readJson(file: string): Record<string, unknown> {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}
