import { readdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CommandLine, queue } from '../command-line';

const FAST = ['--scale', '600'];

let cli: CommandLine;
beforeAll(() => { cli = new CommandLine(); });
afterAll(() => { cli.remove(); });

test('--app runs a command that synthesizes the app', () => {
  const source = cli.assembly('source', { A: queue('a') });
  const { status, stdout } = cli.rehearse('--app', `cp ${source}/* "$CDK_OUTDIR"`, ...FAST);
  expect(status).toBe(0);
  expect(stdout).toContain('Done: 1 resource operation, 0 calls to AWS');
});

test('the error of an app is printed immediately and at the end, its stack trace only with --verbose', () => {
  const message = '[App/Shop] is closed';
  writeFileSync(path.join(cli.folder, 'broken.js'), [
    'console.error("deprecated: shop");',
    'class ValidationError extends Error { name = "ValidationError"; }',
    `throw new ValidationError("${message}\\non Sundays");`,
  ].join('\n'));
  const { status, stdout, stderr } = cli.rehearse('--app', 'node broken.js');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr.split('\n').filter(line => line !== '')).toEqual([
    'deprecated: shop',
    `ValidationError: ${message}`,
    'on Sundays',
    `error: the command 'node broken.js' failed with exit status 1: ValidationError: ${message} `
    + '(use --verbose for the stack trace)',
  ]);
  const verbose = cli.rehearse('--app', 'node broken.js', '--verbose');
  expect(verbose.stderr).toMatch(/broken.js:3\nthrow new [^]*\n {4}at [^]*\nerror: /);
  expect(verbose.stderr).toMatch(/: ValidationError: \[App\/Shop\] is closed\n$/);
});

test('error output that is no stack trace is printed unchanged', () => {
  const lines = ['/tmp/report:12', '  at your service', 'look there:', '/tmp/other:3', 'and there', '', 'last'];
  const text = lines.join('\n');
  const script = `process.stderr.write(${JSON.stringify(`${text}\n/tmp/end:1`)}); process.exitCode = 4;`;
  writeFileSync(path.join(cli.folder, 'text.js'), script);
  expect(cli.rehearse('--app', 'node text.js').stderr)
    .toBe(`${text}\n/tmp/end:1\nerror: the command 'node text.js' failed with exit status 4\n`);
});

test('rehearse fails and removes its temporary files if the command of the app fails', () => {
  const { status, stderr } = cli.rehearse('--app', 'echo half > "$CDK_OUTDIR/manifest.json"; exit 3');
  expect(stderr).toContain('failed with exit status 3');
  expect(status).toBe(1);
  expect(readdirSync(path.join(cli.folder, 'tmp'))).toEqual([]);
});

test('rehearse does not wait for processes that the command of the app leaves running', () => {
  const app = cli.assembly('in-the-background', { A: queue('a') });
  const startedAt = Date.now();
  const { status, stdout } = cli.rehearse('--app', `sleep 20 >&- & cp ${app}/* "$CDK_OUTDIR"`, ...FAST);
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('Done: 1 resource operation') });
  expect(Date.now() - startedAt).toBeLessThan(15_000);
});
