import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { rehearse } from '../../../cli/commands/rehearse';
import { describeFailures, firstLine } from '../../../cli/output/failures';
import { accountHints, limitHints, logHints, memberWords, organizationIdOf, unitHints } from '../../../cli/output/hints';
import { drawTree } from '../../../cli/output/tree';
import { readAssembly } from '../../../rehearsal';
import { Simulation } from '../../../rehearsal/simulation';

const COMMAND = path.join(__dirname, '../../../lib/cli/org-environments.js');

describe('org-environments rehearse', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cli-test-'));
    mkdirSync(path.join(folder, 'empty'));
    mkdirSync(path.join(folder, 'tmp'));
  });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const result = spawnSync(process.execPath, [COMMAND, 'rehearse', ...args], { cwd: folder, encoding: 'utf8', env: environment() });
    return { status: result.status, stdout: result.stdout, stderr: result.stderr };
  }

  /** With a folder for temporary files of its own, so that it can be seen what is left there. */
  function environment(): NodeJS.ProcessEnv {
    return { ...process.env, AWS_PROFILE: 'company', NO_COLOR: '1', TMPDIR: path.join(folder, 'tmp') };
  }

  /** An assembly of one stack, as the CDK writes it. */
  function assembly(name: string, resources: Record<string, unknown>, target = 'aws://unknown-account/unknown-region'): string {
    const outdir = path.join(folder, name);
    mkdirSync(outdir);
    const artifact = { type: 'aws:cloudformation:stack', environment: target, properties: { templateFile: 'Shop.template.json' } };
    writeFileSync(path.join(outdir, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts: { Shop: artifact } }));
    writeFileSync(path.join(outdir, 'Shop.template.json'), JSON.stringify({ Resources: resources }));
    return outdir;
  }
  /** Adds images to an assembly, as assets of its stack. */
  function addImages(outdir: string, ...names: string[]): void {
    const destination = { repositoryName: 'cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}' };
    const dockerImages = Object.fromEntries(names.map(name => [`hash-of-${name}`, {
      displayName: name, source: { directory: '.' }, destinations: { here: { ...destination, imageTag: `tag-of-${name}` } },
    }]));
    writeFileSync(path.join(outdir, 'Shop.assets.json'), JSON.stringify({ version: '55.0.0', files: {}, dockerImages }));
    const file = path.join(outdir, 'manifest.json');
    const { version, artifacts: { Shop } } = JSON.parse(readFileSync(file, 'utf8'));
    const assets = { type: 'cdk:asset-manifest', properties: { file: 'Shop.assets.json' } };
    const artifacts = { Assets: assets, Shop: { ...Shop, dependencies: ['Assets'] } };
    writeFileSync(file, JSON.stringify({ version, artifacts }));
  }
  const queue = (name: string): unknown => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName: name }, Metadata: { 'aws:cdk:path': 'Shop/Orders/Resource' } });

  test('says that images are not built, and names the first five of them', () => {
    const outdir = assembly('imaged', { A: queue('a') });
    addImages(outdir, 'Shop/Till', 'Shop/Oven');
    const { status, stdout, stderr } = run('--app', outdir, '--scale', '600');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain("! images are not built, a placeholder is published for 'Shop/Till', 'Shop/Oven'\n");
    addImages(outdir, ...['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect(run('--app', outdir, '--scale', '600').stdout).toContain("for 'a', 'b', 'c', 'd', 'e' and 2 more\n");
  });

  test('deploys assemblies one after another and writes a report', () => {
    const [one, two] = [assembly('one', { A: queue('a') }), assembly('two', { A: queue('a'), B: queue('b') })];
    const { status, stdout, stderr } = run('--app', one, '--app', one, '--app', two, '--destroy', '--report', 'report.json', '--scale', '600', '--verbose');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('111111111111  Shop  stack created in');
    expect(stdout).toContain('111111111111  Shop/Orders  created in');
    expect(stdout).toContain('Done: no changes, 0 calls to AWS');
    expect(stdout).toContain('Written down and not acted out: AWS::SQS::Queue\n');
    const report = JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8'));
    expect(report).toMatchObject({
      environments: [],
      awsCalls: {},
      recordedTypes: ['AWS::SQS::Queue'],
      stacks: [],
      accounts: [{ accountId: '111111111111', state: 'ACTIVE' }],
      deployments: [{ app: one, changed: 1 }, { app: one, changed: 0 }, { app: two, changed: 1 }, { changed: 2 }],
    });
  });

  test('ends with 1 and the reason in full when a resource fails', () => {
    const { status, stdout } = run('--app', assembly('clash', { A: queue('same'), B: queue('same') }), '--report', 'failed.json', '--scale', '600');
    expect(status).toBe(1);
    expect(stdout).toContain("✗ Shop/Orders/Resource (AWS::SQS::Queue in account 111111111111): Resource of type 'AWS::SQS::Queue' with identifier 'same' already exists.");
    expect(stdout.match(/✗/g)).toHaveLength(1);
    expect(stdout).toMatch(/\nStacks remain:\n {2}Shop in account 111111111111, us-east-1: ROLLBACK_COMPLETE\n/);
    const { stacks, succeeded, deployments } = JSON.parse(readFileSync(path.join(folder, 'failed.json'), 'utf8'));
    expect(stacks).toMatchObject([{ name: 'Shop', status: 'ROLLBACK_COMPLETE', reason: expect.stringContaining('failed to create') }]);
    const failure = { stack: 'Shop', accountId: '111111111111', path: 'Shop/Orders/Resource', reason: expect.stringContaining('already exists') };
    expect({ succeeded, deployments }).toMatchObject({ succeeded: false, deployments: [{ succeeded: false, failures: [failure] }] });
  });

  test('tells what is not done any more after a failure', () => {
    const [bad, good] = [assembly('bad', { A: queue('same'), B: queue('same') }), assembly('good', { A: queue('a') })];
    const { status, stdout } = run('--app', bad, '--app', good, '--destroy', '--report', 'undone.json', '--scale', '600');
    expect(status).toBe(1);
    expect(stdout).toContain(`! the first failure ends it: '${good}' is not deployed, nothing is destroyed\n`);
    expect(JSON.parse(readFileSync(path.join(folder, 'undone.json'), 'utf8'))).toMatchObject({ destroyed: false, deployments: [{ app: bad }] });
  });

  test('runs a command that synthesizes the app', () => {
    const source = assembly('source', { A: queue('a') });
    const { status, stdout } = run('--app', `cp ${source}/* "$CDK_OUTDIR"`, '--scale', '600');
    expect(status).toBe(0);
    expect(stdout).toContain('Done: 1 resource operation, 0 calls to AWS');
  });

  test('runs a command beside the simulated AWS, to which git finds the repositories', () => {
    const app = assembly('then', { A: queue('a') }, 'aws://222222222222/eu-west-1');
    mkdirSync(path.join(folder, 'shop'));
    writeFileSync(path.join(folder, 'shop', 'shop.txt'), 'the shop');
    const clone = (address: string, into: string): string => `git clone -q ${address} ${into} && cat ${into}/shop.txt`;
    const { status, stdout, stderr } = run(
      '--app', app, '--management-account', '999999999999', '--repository', 'shop=shop', '--scale', '600',
      '--then', clone('"https://git-codecommit.$AWS_REGION.amazonaws.com/v1/repos/shop"', 'over-https'), '--then', clone('"codecommit::$AWS_REGION://shop"', 'by-name'),
      '--then', 'echo "profile: $AWS_PROFILE"',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.match(/the shop/g)).toHaveLength(2);
    expect(stdout).toContain('profile: \n');
  });

  test('ends with 1 when a command beside AWS fails, runs no later one, and tells and writes what there is', () => {
    const { status, stdout, stderr } = run(
      '--app', assembly('then-fails', { A: queue('a') }), '--scale', '600', '--destroy', '--report', 'then.json', '--timeline', 'then.html',
      '--then', 'exit 3', '--then', 'echo "it goes on"',
    );
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).not.toContain('it goes on\n');
    expect(stdout).toMatch(/\nTime: [^]*\n✗ --then 'exit 3' ended with status 3\n$/);
    expect(JSON.parse(readFileSync(path.join(folder, 'then.json'), 'utf8'))).toMatchObject({
      succeeded: false, commandFailure: "--then 'exit 3' ended with status 3", stacks: [{ name: 'Shop' }], deployments: [{ succeeded: true }],
    });
    expect(readFileSync(path.join(folder, 'then.html'), 'utf8')).toContain('<title>Rehearsal of Shop</title>');
  });

  test('tells why an app does not synthesize, first and last, and the stack trace only when that is asked for', () => {
    writeFileSync(path.join(folder, 'broken.js'), [
      'console.error("deprecated: shop");', 'class ValidationError extends Error { name = "ValidationError"; }', 'throw new ValidationError("[App/Shop] is closed\\non Sundays");',
    ].join('\n'));
    const { status, stdout, stderr } = run('--app', 'node broken.js');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.split('\n').filter(line => line !== '')).toEqual([
      'deprecated: shop', 'ValidationError: [App/Shop] is closed', 'on Sundays',
      "error: the command 'node broken.js' ended with exit status 1, so there is nothing to rehearse: ValidationError: [App/Shop] is closed (--verbose shows the stack trace)",
    ]);
    const verbose = run('--app', 'node broken.js', '--verbose');
    expect(verbose.stderr).toMatch(/broken.js:3\nthrow new [^]*\n {4}at [^]*\nerror: .*: ValidationError: \[App\/Shop\] is closed\n$/);
  });

  test('lets a role be assumed only when it has been known for some seconds', async () => {
    const start = jest.spyOn(Simulation, 'start');
    await rehearse({ app: [assembly('young', { A: queue('a') })], scale: 600 }, { write: () => undefined, warn: () => undefined });
    expect(start).toHaveBeenCalledWith(expect.objectContaining({ roleSeconds: 5 }));
    start.mockRestore();
  });

  test('does not wait for what an app has left running', () => {
    const app = assembly('in-the-background', { A: queue('a') });
    const startedAt = Date.now();
    const { status, stdout } = run('--app', `sleep 20 >&- & cp ${app}/* "$CDK_OUTDIR"`, '--scale', '600');
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('Done: 1 resource operation') });
    expect(Date.now() - startedAt).toBeLessThan(15_000);
  });

  test('leaves what is no stack trace as the app has written it', () => {
    const text = ['/tmp/report:12', '  at your service', 'look there:', '/tmp/other:3', 'and there', '', 'last'].join('\n');
    writeFileSync(path.join(folder, 'words.js'), `process.stderr.write(${JSON.stringify(`${text}\n/tmp/end:1`)}); process.exitCode = 4;`);
    expect(run('--app', 'node words.js').stderr).toBe(`${text}\n/tmp/end:1\nerror: the command 'node words.js' ended with exit status 4, so there is nothing to rehearse\n`);
  });

  test('ends with 1 when the command fails, and leaves nothing behind', () => {
    const { status, stderr } = run('--app', 'echo half > "$CDK_OUTDIR/manifest.json"; exit 3');
    expect(stderr).toContain('ended with exit status 3, so there is nothing to rehearse');
    expect(status).toBe(1);
    expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
  });

  test.each([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const)('ends what it started and leaves nothing behind after %s', async (signal, expected) => {
    const slow = assembly(`slow-${signal}`, { A: { Type: 'AWS::DynamoDB::Table', Properties: { AttributeDefinitions: [], KeySchema: [] } } });
    for (const app of ['sleep 60', slow]) {
      const child = spawn(process.execPath, [COMMAND, 'rehearse', '--app', app, '--scale', '1'], { cwd: folder, env: environment(), stdio: 'ignore' });
      const ended = new Promise(resolve => child.on('exit', resolve));
      while (readdirSync(path.join(folder, 'tmp')).length === 0) await new Promise(resolve => setTimeout(resolve, 20));
      child.kill(signal);
      expect(await ended).toBe(expected);
      expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
    }
  });

  test('takes the organization from the policies of the app, and warns of another', () => {
    const policy = (id: string): unknown => ({ Type: 'AWS::SQS::QueuePolicy', Properties: { PolicyDocument: { Condition: { StringEquals: { 'aws:PrincipalOrgID': [id] } } } } });
    const one = assembly('organization', { A: policy('o-aaaaaaaaaa') });
    expect(run('--app', one, '--scale', '600')).toMatchObject({ status: 0, stderr: '' });
    const { status, stderr } = run('--app', one, '--organization-id', 'o-cccccccccc', '--scale', '600');
    expect(stderr).toContain("--organization-id is 'o-cccccccccc', but the policies of the app ask for 'o-aaaaaaaaaa'");
    expect(status).toBe(0);
    const clash = assembly('organization-clash', { A: policy('o-aaaaaaaaaa'), B: queue('same'), C: queue('same') });
    const failed = run('--app', clash, '--organization-id', 'o-cccccccccc', '--scale', '600');
    expect(failed).toMatchObject({ status: 1, stdout: expect.stringMatching(/\nhint: the policies of the app ask for the organization 'o-aaaaaaaaaa', .*: --organization-id o-aaaaaaaaaa, or leave it away\n$/) });
    expect(run('--app', clash, '--scale', '600').stdout).not.toContain('hint: the policies');
    expect(organizationIdOf(readAssembly(one), undefined, () => undefined)).toBe('o-aaaaaaaaaa');
    const several = run('--app', assembly('organizations', { A: policy('o-aaaaaaaaaa'), B: policy('o-bbbbbbbbbb') }));
    expect(several).toMatchObject({ status: 2, stderr: expect.stringContaining('names 2 organizations, o-aaaaaaaaaa and o-bbbbbbbbbb') });
  });

  test('tells what was retained, and which repository the app wants instead', () => {
    mkdirSync(path.join(folder, 'source-code'));
    writeFileSync(path.join(folder, 'source-code/README.md'), 'shop');
    const rule = { Type: 'AWS::Events::Rule', Properties: { EventPattern: { resources: ['arn:aws:codecommit:eu-west-1:111111111111:shop'] } } };
    const kept = { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Retain', Properties: { QueueName: 'kept' } };
    const { status, stdout } = run('--app', assembly('hints', { A: queue('same'), B: queue('same'), Kept: kept, Rule: rule }), '--repository', 'shoo=source-code', '--scale', '600');
    expect(status).toBe(1);
    expect(stdout).toMatch(/Resources were retained:\n {2}AWS::SQS::Queue \S+ of stack Shop in account 111111111111/);
    expect(stdout).toContain("hint: no stack of the app uses the repository 'shoo' that --repository gives: it names 'shop'");
    expect(stdout).toContain("hint: the app uses the repository 'shop', which was not given: --repository shop=<path>");
  });

  test('tells which option gives a unit that is not there', () => {
    const unit = { Type: 'AWS::Organizations::OrganizationalUnit', Properties: { Name: 'Test', ParentId: 'ou-ab12-12345678' } };
    const { status, stdout } = run('--app', assembly('unit', { Unit: unit }), '--scale', '600');
    expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringMatching(/doesn't exist[^]*\nhint: roots and units have other ids here .*--organizational-unit <path>/) });
    const failed = (reason: string): string[] => unitHints([`Error: organizational unit '${reason}`]);
    expect(failed("Workloads/Test' does not exist: the root has no units")).toEqual([
      "if AWS has the unit 'Workloads/Test', let the rehearsal have it, too: --organizational-unit Workloads/Test",
    ]);
    expect(failed("My Units/Test' does not exist: the root has no units")).toEqual([expect.stringMatching(/--organizational-unit 'My Units\/Test'$/)]);
    expect(failed("ou-ab12-12345678' does not exist: give it")).toEqual([expect.stringContaining('roots and units have other ids here than on AWS')]);
    expect(unitHints(["'same' already exists"])).toEqual([]);
  });

  test('tells which option gives an account that is not there, and the role that an invited one has', () => {
    const role = "account 123456789012 cannot be entered through its role 'vending-entry'";
    expect(accountHints([`Error: ${role}: account 123456789012 is not in the organization; invite it first`])).toEqual([
      "if AWS has account 123456789012 with the role 'vending-entry', let the rehearsal have it, too: --account 123456789012=vending-entry",
    ]);
    expect(accountHints([`${role}: accounts that were invited do not have it; create the role there`])).toEqual([
      "if account 123456789012 has the role 'vending-entry' on AWS, let the rehearsal have it, too: --account 123456789012=vending-entry",
    ]);
    expect(accountHints(["'same' already exists"])).toEqual([]);
  });

  test('tells which option helps where the limit of accounts is reached, and where a function is silent', () => {
    expect(limitHints(['the organization has 2 accounts, and its limit of accounts is 2'])).toEqual([expect.stringContaining('--account-limit')]);
    expect(limitHints(["account 'x' cannot be created: the organization has reached its limit of accounts; ask AWS"])).toEqual([expect.stringContaining('--account-limit')]);
    expect(logHints(['CloudFormation did not receive a response from your Custom Resource. Please check your logs'])).toEqual([expect.stringContaining('--log <file>')]);
    expect([...limitHints(['other']), ...logHints(['other'])]).toEqual([]);
    expect(run('--app', '.', '--account-limit', '0')).toMatchObject({ status: 2, stderr: expect.stringContaining("must be a number from 1 to 99999, got '0'") });
  });

  test('tells which accounts it takes for members of the organization, but not of those that were given', () => {
    const app = assembly('member', { A: queue('a') }, 'aws://333333333333/eu-west-1');
    const guessed = run('--app', app, '--app', app, '--management-account', '999999999999', '--scale', '600');
    expect(guessed.stdout.match(/taken for/g)).toHaveLength(1);
    expect(guessed.stdout).toContain("! account 333333333333 (stack 'Shop') is taken for a member of the organization that is bootstrapped; if it is one, --account 333333333333 says so\n");
    expect(run('--app', app, '--management-account', '999999999999', '--account', '333333333333', '--scale', '600').stdout).not.toContain('taken for');
    expect(run('--app', app, '--scale', '600').stdout).not.toContain('taken for');
  });

  test('tells nothing of the CICD account, and all others in one line', () => {
    const stack = (displayName: string, accountId: string, template = '{}') => ({ ...readAssembly(path.join(folder, 'one'))[0], displayName, accountId, template });
    const stacks = [stack('Cicd', '2', JSON.stringify({ RoleName: 'org-environments-account-provider' })), stack('A', '3'), stack('B', '3'), stack('C', '3'), stack('D', '4')];
    expect(memberWords(stacks, ['2'])).toBeUndefined();
    expect(memberWords(stacks, ['2', '3', '4'])).toBe(
      "accounts 3 (stacks 'A' and 'B' and 1 more) and 4 (stack 'D') are taken for members of the organization that are bootstrapped; if they are, --account <id> says so",
    );
  });

  test('skips a stack without resources, and names a stack that is refused', () => {
    const empty = run('--app', assembly('nothing', {}), '--scale', '600');
    expect(empty).toMatchObject({ status: 0, stdout: expect.stringContaining("stack 'Shop' has no resources: it is skipped") });
    const refused = run('--app', assembly('refused', { A: { Type: 'AWS::SQS::Queue', DependsOn: 'B' } }), '--scale', '600');
    expect(refused).toMatchObject({ status: 1, stdout: expect.stringContaining('✗ Shop (AWS::CloudFormation::Stack in account 111111111111): Template format error: Unresolved') });
  });

  test.each<[string, string[], string]>([
    ['an unknown folder', ['--app', 'nowhere'], "--app 'nowhere' is neither a folder nor a command"],
    ['a folder without a manifest', ['--app', '.'], 'it holds no manifest.json'],
    ['an empty app', ['--app', ''], 'or the command that synthesizes it; it is empty'],
    ['a script instead of a command', ['--app', 'app.js'], "for example 'node app.js'"],
    ['an empty unit', ['--app', '.', '--organizational-unit', ''], "none of them empty, for example Workloads/Test, got ''"],
    ['a unit with an empty part', ['--app', '.', '--organizational-unit', 'Workloads//Test'], "got 'Workloads//Test'"],
    ['a bad existing account', ['--app', '.', '--account', '12=role'], "must be <id> or <id>=<role name>, where the id is twelve digits, got '12=role'"],
    ['a report in no folder', ['--app', 'exit 3', '--report', 'no/report.json'], "--report 'no/report.json': the folder"],
    ['a log that is a folder', ['--app', 'exit 3', '--log', '.'], "--log '.' is a folder: name a file"],
    ['an empty repository', ['--app', 'exit 3', '--repository', 'shop=empty'], "--repository 'shop': the folder is empty"],
    ['no app', [], "required option '--app <folder or command>' not specified"],
    ['an empty command', ['--app', 'exit 3', '--then', ' '], 'must be a command, for example a git push; it is empty'],
    ['an unknown option', ['--app', '.', '--fast'], "unknown option '--fast'"],
    ['a bad account', ['--app', '.', '--management-account', '12'], "must be twelve digits, got '12'"],
    ['a bad repository', ['--app', '.', '--repository', 'shop'], "must be <name>=<path>, got 'shop'"],
    ['a repository given twice', ['--app', '.', '--repository', 'shop=empty', '--repository', 'shop=tmp'], "repository 'shop' is given twice"],
    ['a file for two things', ['--app', 'exit 3', '--report', 'x', '--timeline', './x'], "--report 'x' and --timeline './x' are the same file: name two"],
    ['a file for the log, too', ['--app', 'exit 3', '--report', 'x', '--log', 'x'], "--report 'x' and --log 'x' are the same file: name two"],
    ['a missing repository', ['--app', '.', '--repository', 'shop=none'], "--repository 'shop': the folder"],
  ])('ends with 2 and clear words for %s', (_name, args, words) => {
    const { status, stderr } = run(...args);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });
});

test('environments are drawn below their parents', () => {
  const environment = (branch: string, parent: string): Parameters<typeof drawTree>[0][number] => ({
    name: branch.slice(4), branch, parent, commitId: 'abcdef0123', accountId: '300000000001', organizationalUnit: 'Workloads', pipeline: 'shop', enabled: branch !== 'env/dev',
  });
  const drawn = drawTree([environment('env/dev', 'env/test'), environment('env/prod', 'main'), environment('env/test', 'env/prod'), environment('env/fix', 'env/prod')]);
  expect(drawn.split('\n').map(line => line.replace(/\u001b\[\d+m/g, '').replace(/\s{2,}/g, '  ').trimEnd())).toEqual([
    'main',
    '└─ env/prod  prod  abcdef0  300000000001  Workloads  shop  enabled',
    expect.stringMatching(/├─ env\/test {2,}test/),
    expect.stringMatching(/└─ env\/dev {2,}dev .* disabled$/),
    expect.stringMatching(/└─ env\/fix {2,}fix/),
  ]);
});

test('reasons are told without the noise of CDK, in one line while the deployment goes on', () => {
  const reason = 'Received response status [FAILED] from custom resource. Message returned: Error: it broke\n\nLogs: /aws/lambda/Shop-Handler-123\n\n'
    + '    at Runtime.handler (/var/task/framework.js:1:2) (RequestId: 4cf0e5d4-17fc-4faa-b74f-8859c74be0c3)';
  expect(firstLine(reason)).toBe('Received response status [FAILED] from custom resource. Message returned: Error: it broke');
  expect(firstLine('x'.repeat(500))).toHaveLength(120);
  const failure = { stackName: 'Shop', accountId: '111111111111', logicalId: 'A', type: 'Custom::A', reason };
  const nothing = { skipped: [], invited: [], images: [], changed: 0, calls: 0, seconds: 0 };
  const result = { succeeded: false, stacks: [], failures: [failure, failure], ...nothing };
  expect(describeFailures([{ app: 'shop', result }])).toEqual([expect.stringMatching(/Message returned: Error: it broke$/)]);
  const cancelled = { ...failure, logicalId: 'B', reason: 'Resource creation cancelled' };
  const failures = (...all: typeof result.failures) => describeFailures([{ app: 'shop', result: { ...result, failures: all } }]);
  expect(failures(cancelled, failure)).toEqual([expect.stringMatching(/it broke$/)]);
  expect(failures(cancelled)).toEqual([expect.stringMatching(/Resource creation cancelled$/)]);
});

test('tells its version', () => {
  const { status, stdout } = spawnSync(process.execPath, [COMMAND, '--version'], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${JSON.parse(readFileSync(path.join(__dirname, '../../../package.json'), 'utf8')).version}\n` });
});

test('the demo refuses an unknown option in words', () => {
  const { status, stderr } = spawnSync(process.execPath, [path.join(__dirname, '../../../examples/demo.mjs'), '--fast'], { encoding: 'utf8' });
  expect(stderr).toMatch(/^Unknown option '--fast'.*\nusage: npm run demo/);
  expect(status).toBe(2);
});
