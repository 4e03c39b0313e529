import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
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

describe('without --app, rehearse', () => {
  const project = (content: object) => writeFileSync(path.join(cli.folder, 'cdk.json'), JSON.stringify(content));
  afterEach(() => rmSync(path.join(cli.folder, 'cdk.json'), { force: true }));

  test('takes the app of cdk.json', () => {
    const source = cli.assembly('of-cdk-json', { A: queue('a') });
    project({ app: `cp ${source}/* "$CDK_OUTDIR"` });
    const { status, stdout } = cli.rehearse(...FAST);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('Done: 1 resource operation') });
  });

  test('says that there is no cdk.json, and what to do', () => {
    const { status, stderr } = cli.rehearse();
    expect(stderr).toContain(`there is no cdk.json in '${cli.folder}': give the command that synthesizes the app, or `
      + 'the folder of a cloud assembly, with --app');
    expect(status).toBe(2);
  });

  test('says that cdk.json has no app', () => {
    project({});
    expect(cli.rehearse().stderr).toContain('cdk.json names no app: give the command');
  });
});

test('a command that writes into cdk.out, as cdk synth does, is accepted', () => {
  const source = cli.assembly('own-output', { A: queue('a') });
  const { status } = cli.rehearse('-a', `mkdir -p cdk.out && cp ${source}/* cdk.out && touch cdk.out/*`, ...FAST);
  expect(status).toBe(0);
});

test('an old cdk.out is not taken for the output of a command', () => {
  const folder = path.join(cli.folder, 'cdk.out');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'manifest.json'), '{}');
  utimesSync(path.join(folder, 'manifest.json'), 1, 1);
  const { status, stderr } = cli.rehearse('-a', 'exit 0', ...FAST);
  expect(stderr).toContain("the command 'exit 0' wrote no cloud assembly: it must be a CDK app");
  expect(status).toBe(1);
});

test('-c gives context to the app', () => {
  const source = cli.assembly('context', { A: queue('a') });
  const command = `cp ${source}/* "$CDK_OUTDIR"; echo "$CDK_CONTEXT_JSON" > context.json`;
  expect(cli.rehearse('-a', command, '-c', 'stage=test', '-c', 'size=a=b', ...FAST).status).toBe(0);
  expect(cli.report('context.json')).toMatchObject({ stage: 'test', size: 'a=b' });
});

test('--quiet prints only the verdict', () => {
  const { stdout } = cli.rehearse('-a', cli.assembly('quiet', { A: queue('a') }), '--quiet', ...FAST);
  expect(stdout).toBe(
    '\nRehearsal succeeded\nVended: no environment\nNot simulated (placeholders): AWS::SQS::Queue\n',
  );
});

test('--json prints the report, and nothing of the app', () => {
  const source = cli.assembly('json', { A: queue('a') });
  const { stdout } = cli.rehearse('-a', `echo noise; cp ${source}/* "$CDK_OUTDIR"`, '--json', ...FAST);
  expect(JSON.parse(stdout)).toMatchObject({ succeeded: true, placeholderTypes: ['AWS::SQS::Queue'] });
});

test('the error of an app is printed with the line of the app, its stack trace only with --verbose', () => {
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
    expect.stringMatching(/^ {4}at Object\.<anonymous> \(\/.*\/broken\.js:3:7\)$/),
    `error: the command 'node broken.js' failed with exit status 1: ValidationError: ${message} `
    + '(use --verbose for the stack trace)',
  ]);
  const verbose = cli.rehearse('--app', 'node broken.js', '--verbose');
  expect(verbose.stderr).toMatch(/broken.js:3\nthrow new [^]*\n {4}at [^]*\nerror: /);
  expect(verbose.stderr).toMatch(/: ValidationError: \[App\/Shop\] is closed\n$/);
});

test('the line of the app comes first if the error is thrown in a package', () => {
  const folder = path.join(cli.folder, 'node_modules', 'library');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'index.js'), 'exports.make = () => { throw new Error("too many shops"); };');
  writeFileSync(path.join(cli.folder, 'shop.js'), 'const { make } = require("library");\n\nmake();\nmake();\n');
  const { stderr } = cli.rehearse('--app', 'node shop.js');
  expect(stderr).toMatch(/^Error: too many shops\n {4}at Object\.<anonymous> \(\/.*\/shop\.js:3:1\)\n/m);
  expect(stderr).not.toContain('library/index.js');
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

test('an app that looks up availability zones gets those of the region', () => {
  writeFileSync(path.join(cli.folder, 'zones.js'), `
    const { App, CfnOutput, CfnResource, Stack } = require('${require.resolve('aws-cdk-lib')}');
    const stack = new Stack(new App({ analyticsReporting: false }), 'S', {
      env: { account: '111111111111', region: 'eu-west-1' },
    });
    new CfnResource(stack, 'A', { type: 'AWS::SQS::Queue' });
    new CfnOutput(stack, 'Zones', { value: stack.availabilityZones.join() });
  `);
  const { status } = cli.rehearse('-a', 'node zones.js', '--report', 'zones.json', ...FAST);
  expect(status).toBe(0);
  expect(JSON.stringify(cli.report('zones.json'))).toContain('eu-west-1a,eu-west-1b,eu-west-1c');
});
