import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, CustomResource, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import type { RehearseOptions } from '../../../cli/options/rehearse-options';
import { timeOf } from '../../../cli/run/time';
import { readAssembly, type AssemblyStack } from '../../../rehearsal/assembly/manifest';
import { ownProcesses } from '../../../rehearsal/assembly/processes';
import { zip } from '../../../rehearsal/core/zip';

const COMMAND = path.join(__dirname, '../../../lib/cli/org-environments.js');
const HANDLER = 'exports.handler = async event => ({ PhysicalResourceId: event.PhysicalResourceId ?? "one" });\n';
const env = { account: '111122223333', region: 'eu-west-1' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cli-time-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes a folder with the code of a function. */
function code(name: string, files: Readonly<Record<string, string>>): Code {
  const at = path.join(folder, `code-${name}`);
  mkdirSync(at);
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(at, file), content);
  return Code.fromAsset(at);
}

/** Synthesizes an app with a stack `Shop`: these functions, and a custom resource for each. Returns its folder. */
function synthesize(name: string, functions: Readonly<Record<string, Code>>, runtime = Runtime.NODEJS_22_X): string {
  const outdir = path.join(folder, name);
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Shop', { env });
  for (const [id, found] of Object.entries(functions)) {
    const onEventHandler = new LambdaFunction(stack, id, { runtime, handler: 'index.handler', code: found });
    const { serviceToken } = new Provider(stack, `${id}Provider`, { onEventHandler });
    new CustomResource(stack, `${id}Resource`, { serviceToken });
  }
  app.synth();
  return outdir;
}

function run(app: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const given = [COMMAND, 'rehearse', '--app', app, ...args];
  const result = spawnSync(process.execPath, given, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

const reportOf = (name: string): Record<string, unknown> => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));

describe('a rehearsal without pipelines', () => {
  test('runs in virtual time, so that its simulated seconds do not depend on this machine', () => {
    const app = synthesize('virtual', { Worker: code('virtual', { 'index.js': HANDLER }) });
    const results = ['one.json', 'two.json'].map(report => run(app, '--report', report));
    expect(results.map(({ status, stderr }) => ({ status, stderr }))).toEqual([
      { status: 0, stderr: '' },
      { status: 0, stderr: '' },
    ]);
    expect(results[0].stdout).toMatch(/\nTime: [0-9ms ]+ on AWS \(estimate\), [0-9.]+ seconds on this machine\n/);
    const [one, two] = ['one.json', 'two.json'].map(reportOf);
    expect(one.clock).toBe('virtual');
    expect(one.simulatedSeconds).toBeGreaterThan(0);
    expect(two.simulatedSeconds).toBe(one.simulatedSeconds);
  });

  test('runs in scaled time for a function that needs its own process, and prints which and why', () => {
    const module = code('module', { 'index.mjs': HANDLER.replace('exports.handler =', 'export const handler =') });
    const app = synthesize('scaled', { Worker: module, Other: code('common', { 'index.js': HANDLER }) });
    const { status, stdout } = run(app, '--report', 'scaled.json');
    const reason = "function 'Shop/Worker' is an ES module and needs its own process";
    expect(stdout).toContain(`! time is scaled and not virtual: ${reason}\n`);
    expect(stdout).toContain(` on this machine; computing on this machine counts 60 times, because ${reason}\n`);
    expect({ status, report: reportOf('scaled.json') }).toMatchObject({
      status: 0,
      report: { clock: 'scaled', succeeded: true },
    });
  });

  test('fails with an explanation if a function leaves an error uncaught', () => {
    const left = `exports.handler = async () => {
      setTimeout(() => { throw new TypeError('left alone'); }, 10);
      await new Promise(done => setTimeout(done, 1000));
    };`;
    const app = synthesize('left', { Worker: code('left', { 'index.js': left }) });
    const { status, stderr } = run(app);
    expect(stderr).toMatch(
      /^error: a Lambda function left an error uncaught: TypeError: left alone; with --scale 60 /m,
    );
    expect(status).toBe(1);
  });
});

describe('the time of a rehearsal', () => {
  const stacks = (): AssemblyStack[] => readAssembly(path.join(folder, 'virtual'));
  const time = async (options: Partial<RehearseOptions>, pipelines = false) =>
    timeOf({ app: [], ...options }, pipelines, stacks());

  test('is virtual if nothing works in real time', async () => {
    expect(await time({})).toEqual({});
  });

  test('is scaled for pipelines, for faults, and with --scale', async () => {
    expect(await time({}, true)).toEqual({ scale: 60, reason: 'builds and commands run in real time' });
    expect(await time({ scale: 5 }, true)).toMatchObject({ scale: 5 });
    expect(await time({ fault: ['crash'] }))
      .toEqual({ scale: 60, reason: 'faults are injected into separate processes' });
    expect(await time({ scale: 600 })).toEqual({ scale: 600, reason: '--scale is given' });
  });
});

describe('its own process', () => {
  async function needed(name: string, found: Code, runtime?: Runtime): Promise<unknown> {
    return ownProcesses(readAssembly(synthesize(`own-${name}`, { Worker: found }, runtime)));
  }
  const because = (reason: string): unknown => [{ name: 'Shop/Worker', reason }];

  test('is needed by an ES module, and by code that starts threads or processes', async () => {
    const manifest = { 'index.js': 'export const handler = async () => {};', 'package.json': '{"type":"module"}' };
    expect(await needed('package', code('package', manifest))).toEqual(because('is an ES module'));
    const threads = { 'index.js': `const { Worker } = require('node:worker_threads'); ${HANDLER}` };
    expect(await needed('threads', code('threads', threads))).toEqual(
      because('starts threads or processes (worker_threads, cluster)'),
    );
    const processes = { 'index.js': `const { spawn } = require("child_process"); ${HANDLER}` };
    expect(await needed('processes', code('processes', processes))).toEqual(
      because('starts processes (child_process)'),
    );
    const inline = Code.fromInline(`require('child_process').exec('ls'); ${HANDLER}`);
    expect(await needed('inline', inline)).toEqual(because('starts processes (child_process)'));
  });

  test('is needed by such a function in an archive', async () => {
    const archive = path.join(folder, 'function.zip');
    writeFileSync(
      archive,
      await zip([{ path: 'index.mjs', content: Buffer.from('export const handler = 1;'), mode: 0o100644 }]),
    );
    expect(await needed('archive', Code.fromAsset(archive))).toEqual(because('is an ES module'));
  });

  test('is not needed by code that blocks until its process ends, nor by what the rehearsal never runs', async () => {
    const waiting = code('waiting', { 'index.js': `require('child_process').execSync('ls'); ${HANDLER}` });
    expect(await needed('waiting', waiting)).toEqual([]);
    const python = code('python', { 'index.py': 'import subprocess' });
    expect(await needed('python', python, Runtime.PYTHON_3_13)).toEqual([]);
  });
});
