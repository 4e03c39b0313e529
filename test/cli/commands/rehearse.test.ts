import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { rehearse } from '../../../cli/commands/rehearse';
import { Simulation } from '../../../rehearsal/simulation';
import { COMMAND, CommandLine, queue } from '../command-line';

const FAST = ['--scale', '600'];
const CLASH = { A: queue('same'), B: queue('same') };

let cli: CommandLine;
beforeAll(() => { cli = new CommandLine(); });
afterAll(() => { cli.remove(); });

test('rehearse deploys apps in sequence, destroys the last one, and writes a report', () => {
  const [one, two] = [cli.assembly('one', { A: queue('a') }), cli.assembly('two', { A: queue('a'), B: queue('b') })];
  const apps = ['--app', one, '--app', one, '--app', two];
  const options = ['--destroy', '--report', 'report.json', '--verbose', ...FAST];
  const { status, stdout, stderr } = cli.rehearse(...apps, ...options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('111111111111  Shop  stack created in');
  expect(stdout).toContain('111111111111  Shop/Orders  created in');
  expect(stdout).toContain('Done: no changes, 0 calls to AWS');
  expect(stdout).toContain('Not simulated (placeholders): AWS::SQS::Queue\n');
  expect(cli.report('report.json')).toMatchObject({
    succeeded: true,
    destroyed: true,
    environments: [],
    awsCalls: {},
    placeholderTypes: ['AWS::SQS::Queue'],
    stacks: [],
    accounts: [{ accountId: '111111111111', state: 'ACTIVE' }],
    deployments: [
      { app: one, action: 'deploy', resourceOperations: 1, awsCallCount: 0 },
      { app: one, action: 'deploy', resourceOperations: 0 },
      { app: two, action: 'deploy', resourceOperations: 1 },
      { app: two, action: 'destroy', resourceOperations: 2 },
    ],
  });
});

test('rehearse fails with the full reason if a resource fails', () => {
  const { status, stdout } = cli.rehearse('--app', cli.assembly('clash', CLASH), '--report', 'failed.json', ...FAST);
  expect(status).toBe(1);
  expect(stdout).toContain(
    '✗ Shop/Orders (AWS::SQS::Queue in account 111111111111): '
    + "Resource of type 'AWS::SQS::Queue' with identifier 'same' already exists.",
  );
  expect(stdout.match(/✗/g)).toHaveLength(1);
  expect(stdout).toMatch(/\nStacks that remain:\n {2}Shop in account 111111111111, us-east-1: ROLLBACK_COMPLETE\n/);
  const { stacks, succeeded, deployments } = cli.report('failed.json');
  expect(stacks).toMatchObject([
    { name: 'Shop', status: 'ROLLBACK_COMPLETE', statusReason: expect.stringContaining('failed to create') },
  ]);
  expect({ succeeded, deployments }).toMatchObject({
    succeeded: false,
    deployments: [{
      succeeded: false,
      failures: [{
        stackName: 'Shop',
        accountId: '111111111111',
        constructPath: 'Shop/Orders/Resource',
        resourceType: 'AWS::SQS::Queue',
        reason: expect.stringContaining('already exists'),
      }],
    }],
  });
});

test('rehearse prints what is skipped after a failure', () => {
  const [bad, good] = [cli.assembly('bad', CLASH), cli.assembly('good', { A: queue('a') })];
  const options = ['--destroy', '--report', 'skipped.json', ...FAST];
  const { status, stdout } = cli.rehearse('--app', bad, '--app', good, ...options);
  expect(status).toBe(1);
  expect(stdout).toContain(`! stopped after the first failure; skipped: '${good}', --destroy\n`);
  expect(cli.report('skipped.json')).toMatchObject({ destroyed: false, deployments: [{ app: bad }] });
});

test('rehearse publishes placeholders for images, and names the first five of them', () => {
  const outdir = cli.assembly('images', { A: queue('a') });
  addImages(outdir, 'Shop/Till', 'Shop/Oven');
  const { status, stdout, stderr } = cli.rehearse('--app', outdir, ...FAST);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain("! images are not built; placeholders are published for 'Shop/Till', 'Shop/Oven'\n");
  addImages(outdir, 'a', 'b', 'c', 'd', 'e', 'f', 'g');
  expect(cli.rehearse('--app', outdir, ...FAST).stdout).toContain("for 'a', 'b', 'c', 'd', 'e' and 2 more\n");
});

/** Adds image assets to the assembly of a stack `Shop`. */
function addImages(outdir: string, ...names: string[]): void {
  const destination = { repositoryName: 'cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}' };
  const dockerImages = Object.fromEntries(names.map(name => [`hash-of-${name}`, {
    displayName: name,
    source: { directory: '.' },
    destinations: { here: { ...destination, imageTag: `tag-of-${name}` } },
  }]));
  writeFileSync(
    path.join(outdir, 'Shop.assets.json'), JSON.stringify({ version: '55.0.0', files: {}, dockerImages }),
  );
  const file = path.join(outdir, 'manifest.json');
  const { version, artifacts: { Shop } } = JSON.parse(readFileSync(file, 'utf8'));
  const assets = { type: 'cdk:asset-manifest', properties: { file: 'Shop.assets.json' } };
  const artifacts = { Assets: assets, Shop: { ...Shop, dependencies: ['Assets'] } };
  writeFileSync(file, JSON.stringify({ version, artifacts }));
}

test('rehearse skips a stack without resources, and names a stack with an invalid template', () => {
  const empty = cli.rehearse('--app', cli.assembly('empty-stack', {}), ...FAST);
  expect(empty).toMatchObject({
    status: 0, stdout: expect.stringContaining("! stack 'Shop' has no resources: skipped, as by cdk deploy\n"),
  });
  const invalid = cli.assembly('invalid', { A: { Type: 'AWS::SQS::Queue', DependsOn: 'B' } });
  const error = '✗ Shop (AWS::CloudFormation::Stack in account 111111111111): Template format error: Unresolved';
  expect(cli.rehearse('--app', invalid, ...FAST)).toMatchObject({ status: 1, stdout: expect.stringContaining(error) });
});

test('--unchecked-type accepts a type and a property that the table of types does not have, as the hint says', () => {
  const Thing = { Type: 'AWS::Newest::Thing' };
  const app = cli.assembly('newer', { Thing, Queue: { Type: 'AWS::SQS::Queue', Properties: { Newest: 1 } } });
  const unknownType = cli.rehearse('--app', app, ...FAST);
  expect(unknownType.status).toBe(1);
  expect(unknownType.stdout).toMatch(/ Template format error: Unrecognized resource types: \[AWS::Newest::Thing\]\n/);
  expect(unknownType.stdout).toMatch(/\nhint: the table of types .* add --unchecked-type AWS::Newest::Thing\n/);
  const thing = ['--app', app, '--unchecked-type', 'AWS::Newest::Thing', ...FAST];
  const unknownProperty = cli.rehearse(...thing);
  expect(unknownProperty.status).toBe(1);
  expect(unknownProperty.stdout).toMatch(/\nhint: .* the property Newest of AWS::SQS::Queue: .*-type AWS::SQS::Queue\n/);
  expect(cli.rehearse(...thing, '--unchecked-type', 'AWS::SQS::Queue')).toMatchObject({
    status: 0, stdout: expect.stringContaining('Not simulated (placeholders): AWS::Newest::Thing, AWS::SQS::Queue\n'),
  });
});

test('rehearse deploys only the named stacks', () => {
  const app = cli.assembly('named', { A: queue('a') });
  expect(cli.rehearse('Shop', '--app', app, ...FAST).stdout).toContain('Done: 1 resource operation');
  const { status, stderr } = cli.rehearse('Shopp', '--app', app, ...FAST);
  expect(stderr).toContain("no stack of the app matches 'Shopp': the stacks are 'Shop'");
  expect(status).toBe(2);
});

test('rehearse says at the start what of a repository it does not use, with relative paths', () => {
  const [folder, repository] = [path.join(cli.folder, 'plain-shop'), path.join(cli.folder, 'git-shop')];
  for (const one of [folder, repository]) {
    mkdirSync(one);
    writeFileSync(path.join(one, 'shop.txt'), 'the shop');
  }
  const git = (...args: string[]) => spawnSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).stdout.trim();
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', 'first');
  writeFileSync(path.join(repository, 'more.txt'), 'not committed');
  const { stdout } = cli.rehearse(
    '--app', cli.assembly('described', { A: queue('a') }), ...FAST,
    '--repository', 'plain=plain-shop', '--repository', `shop=${repository}`,
  );
  expect(stdout).toMatch(/^repository plain: the files of plain-shop, which is not a git repository\n/);
  expect(stdout).toContain(
    `\nrepository shop: commit ${git('rev-parse', '--short=7', 'HEAD')} of git-shop, without 1 changed file\n`,
  );
});

test('rehearse makes a new role usable only after some seconds, as on AWS', async () => {
  const start = jest.spyOn(Simulation, 'start');
  const app = [cli.assembly('new-role', { A: queue('a') })];
  await rehearse({ app, scale: 600 }, { write: () => undefined, warn: () => undefined });
  expect(start).toHaveBeenCalledWith(expect.objectContaining({ roleSeconds: 5 }));
  start.mockRestore();
});

test.each([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const)(
  'rehearse ends its processes and removes its temporary files after %s', async (signal, expected) => {
    const table = { Type: 'AWS::DynamoDB::Table', Properties: { AttributeDefinitions: [], KeySchema: [] } };
    const temporaryFiles = (): string[] => readdirSync(path.join(cli.folder, 'tmp'));
    for (const app of ['sleep 60', cli.assembly(`slow-${signal}`, { A: table })]) {
      const child = spawn(process.execPath, [COMMAND, 'rehearse', '--app', app, '--scale', '1'], {
        cwd: cli.folder, env: cli.variables, stdio: 'ignore',
      });
      const exited = new Promise(resolve => child.on('exit', resolve));
      while (temporaryFiles().length === 0) await new Promise(resolve => setTimeout(resolve, 20));
      child.kill(signal);
      expect(await exited).toBe(expected);
      expect(temporaryFiles()).toEqual([]);
    }
  },
);

test('after Ctrl-C, rehearse says that it was interrupted and what was vended, and writes the report', async () => {
  const table = { Type: 'AWS::DynamoDB::Table', Properties: { AttributeDefinitions: [], KeySchema: [] } };
  const args = ['--app', cli.assembly('interrupted', { A: table }), '--scale', '1', '--report', 'interrupted.json'];
  const child = spawn(process.execPath, [COMMAND, 'rehearse', ...args], { cwd: cli.folder, env: cli.variables });
  const closed = new Promise(resolve => child.on('close', resolve));
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', chunk => { stderr += String(chunk); });
  await new Promise<void>(resolve => child.stdout.on('data', chunk => {
    stdout += String(chunk);
    if (stdout.includes('stack creating')) resolve();
  }));
  child.kill('SIGINT');
  expect(await closed).toBe(130);
  expect(stderr).toBe('received SIGINT: cleaning up; a second signal ends the program immediately\n');
  expect(stdout).toMatch(/\nRehearsal interrupted\nVended: no environment\nThe organization was simulated: nothing remains on this machine\n$/);
  expect(cli.report('interrupted.json')).toMatchObject({
    succeeded: false, commandFailures: ['the rehearsal was interrupted'], stacks: [{ status: 'CREATE_IN_PROGRESS' }],
  });
});

test('the verdict is last, and its help names examples, groups and the exit status', () => {
  const { stdout } = cli.rehearse('--app', cli.assembly('verdict', CLASH), ...FAST);
  expect(stdout.slice(stdout.indexOf('Rehearsal failed'))).toMatch(
    /^Rehearsal failed\nVended: no environment\nNot simulated \(placeholders\): AWS::SQS::Queue\n✗ Shop\/.*\n$/,
  );
  const help = cli.rehearse('--help').stdout;
  for (const text of ['Examples:', 'Exit status:', 'The app:', 'What exists before the deployment:', 'Pipelines:']) {
    expect(help).toContain(text);
  }
});

test('rehearse prints which accounts it assumes to be members, unless they are given', () => {
  const app = cli.assembly('member', { A: queue('a') }, 'aws://333333333333/eu-west-1');
  const rehearseTwice = ['--app', app, '--app', app, '--management-account', '999999999999', ...FAST];
  const { stdout } = cli.rehearse(...rehearseTwice);
  expect(stdout.match(/assuming/g)).toHaveLength(1);
  expect(stdout).toContain(
    "! assuming that account 333333333333 (stack 'Shop') is a bootstrapped member account; "
    + 'to confirm: --account 333333333333\n',
  );
  expect(cli.rehearse(...rehearseTwice, '--account', '333333333333').stdout).not.toContain('assuming');
  expect(cli.rehearse('--app', app, ...FAST).stdout).not.toContain('assuming');
});

test.each([[], FAST])('rehearse names a function that calls another host, even if it hides the error', (...mode) => {
  const ZipFile = `exports.handler = async ({ ResponseURL, ...event }) => {
    await fetch('https://api.example.com/').catch(() => undefined);
    const { hostname, pathname: path, search } = new URL(ResponseURL);
    const body = JSON.stringify({ ...event, Status: 'SUCCESS', PhysicalResourceId: 'made' });
    const headers = { 'content-type': '', 'content-length': body.length };
    await new Promise((resolve, reject) => {
      require('https').request({ hostname, path: path + search, method: 'PUT', headers }, resolve)
        .on('error', reject).end(body);
    });
  };`;
  const AssumeRolePolicyDocument = {
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
  };
  const app = cli.assembly(`curious${mode.length}`, {
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument } },
    Curious: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile },
      },
      Metadata: { 'aws:cdk:path': 'Shop/Curious/Resource' },
    },
    Made: { Type: 'Custom::Made', Properties: { ServiceToken: { 'Fn::GetAtt': ['Curious', 'Arn'] } } },
  });
  const { status, stdout } = cli.rehearse('--app', app, '--report', 'curious.json', ...mode);
  expect(stdout).toContain(
    "! Shop/Curious/Resource in account 111111111111 was not allowed to call 'api.example.com': functions reach only "
    + 'the simulated AWS\n',
  );
  expect(status).toBe(0);
  expect(cli.report('curious.json')).toMatchObject({
    refusedConnections: [
      { constructPath: 'Shop/Curious/Resource', accountId: '111111111111', host: 'api.example.com' },
    ],
  });
});
