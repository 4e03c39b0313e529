import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CommandLine, queue } from '../command-line';

const FAST = ['--scale', '600'];
const CLASH = { A: queue('same'), B: queue('same') };

let cli: CommandLine;
beforeAll(() => { cli = new CommandLine(); });
afterAll(() => { cli.remove(); });

test('--then runs commands against the simulated AWS, where git finds the repositories', () => {
  const app = cli.assembly('then', { A: queue('a') }, 'aws://222222222222/eu-west-1');
  mkdirSync(path.join(cli.folder, 'shop'));
  writeFileSync(path.join(cli.folder, 'shop', 'shop.txt'), 'the shop');
  const clone = (address: string, to: string): string[] => (
    ['--then', `git clone -q ${address} ${to} && cat ${to}/shop.txt`]
  );
  const { status, stdout, stderr } = cli.rehearse(
    '--app', app, '--management-account', '999999999999', '--repository', 'shop=shop', ...FAST,
    ...clone('"https://git-codecommit.$AWS_REGION.amazonaws.com/v1/repos/shop"', 'over-https'),
    ...clone('"codecommit::$AWS_REGION://shop"', 'by-name'),
    '--then', 'echo "profile: $AWS_PROFILE"',
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.match(/the shop/g)).toHaveLength(2);
  expect(stdout).toContain('profile: \n');
});

test('git says where the repositories are if a command of --then names a wrong region', () => {
  const app = cli.assembly('wrong-region', { A: queue('a') }, 'aws://222222222222/eu-west-1');
  mkdirSync(path.join(cli.folder, 'wrong-region-shop'));
  writeFileSync(path.join(cli.folder, 'wrong-region-shop', 'shop.txt'), 'the shop');
  const { status, stderr } = cli.rehearse(
    '--app', app, '--management-account', '999999999999', '--repository', 'shop=wrong-region-shop', ...FAST,
    '--then', 'git clone -q codecommit::eu-west-2://shop wrong-region-clone',
  );
  expect(stderr).toContain('no-such-repository--those-of-account-222222222222-are-in-eu-west-1/eu-west-2://shop');
  expect(stderr).not.toContain('is not a git command');
  expect(status).toBe(1);
});

test('the verdict names calls of --then to services that are not simulated', () => {
  const script = 'const scope = "Credential=a/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0";'
    + 'const authorization = "AWS4-HMAC-SHA256 " + scope;'
    + 'const body = "Action=ListQueues&Version=2012-11-05";'
    + 'void fetch(process.env.AWS_ENDPOINT_URL, { method: "POST", headers: { authorization }, body });';
  writeFileSync(path.join(cli.folder, 'list-queues.js'), script);
  const { status, stdout } = cli.rehearse(
    '--app', cli.assembly('unsimulated', { A: queue('a') }), ...FAST, '--then', 'node list-queues.js',
    '--report', 'unsimulated.json',
  );
  expect(stdout).toContain('\nNot simulated (calls that failed): sqs:ListQueues\n');
  expect(cli.report('unsimulated.json').unsimulatedCalls).toEqual(['sqs:ListQueues']);
  expect(status).toBe(0);
});

test('rehearse fails if a command of --then fails, skips later commands, and writes report and timeline', () => {
  const { status, stdout, stderr } = cli.rehearse(
    '--app', cli.assembly('then-fails', { A: queue('a') }), ...FAST, '--destroy',
    '--report', 'then.json', '--timeline', 'then.html', '--then', 'exit 3', '--then', 'echo "second command"',
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(stdout).not.toContain('second command\n');
  expect(stdout).toContain('! stopped after the first failure; skipped: --then \'echo "second command"\', --destroy\n');
  expect(stdout).toMatch(/\nTime: [^]*\n✗ --then 'exit 3' failed with exit status 3\n$/);
  expect(cli.report('then.json')).toMatchObject({
    succeeded: false,
    commandFailures: ["--then 'exit 3' failed with exit status 3"],
    stacks: [{ name: 'Shop' }],
    deployments: [{ succeeded: true }],
  });
  const page = readFileSync(path.join(cli.folder, 'then.html'), 'utf8');
  expect(page).toContain('<title>Rehearsal of Shop</title>');
});

test('--continue deploys the rest after a failed app and a failed command, and the verdict names each failure', () => {
  const [bad, good] = [cli.assembly('bad-first', CLASH), cli.assembly('good-then', { A: queue('a') })];
  const { status, stdout } = cli.rehearse(
    '--app', bad, '--then', 'exit 3', '--app', good, '--then', 'exit 4', '--then', 'echo "last $((1 + 1))"',
    '--destroy', '--continue', '--report', 'continued.json', ...FAST,
  );
  expect(status).toBe(1);
  expect(stdout).toContain('\nlast 2\n');
  expect(stdout).not.toContain('skipped:');
  const commandFailures = [3, 4].map(code => `--then 'exit ${code}' failed with exit status ${code}`);
  const verdict = stdout.slice(stdout.indexOf('Rehearsal failed'));
  expect(verdict).toMatch(/\n✗ Shop\/Orders .* with identifier 'same' already exists/);
  expect(verdict).toContain(commandFailures.map(failure => `\n✗ ${failure}`).join(''));
  expect(cli.report('continued.json')).toMatchObject({
    succeeded: false,
    commandFailures,
    destroyed: true,
    deployments: [
      { app: bad, action: 'deploy', succeeded: false },
      { app: good, action: 'deploy', succeeded: true },
      { app: good, action: 'destroy', succeeded: true },
    ],
    stacks: [],
  });
});

test('rehearse says that a command of --then was not found', () => {
  const { stdout } = cli.rehearse('--app', cli.assembly('not-found', { A: queue('a') }), ...FAST, '--then', 'nonesuch');
  expect(stdout).toContain("✗ --then 'nonesuch' failed with exit status 127: command not found\n");
});

test('rehearse checks --as and the file of the first --then before the deployment', () => {
  const Properties = { AccountName: 'shop-dev', Email: 'a@example.com' };
  const Account = { Type: 'AWS::Organizations::Account', Properties };
  const app = ['--app', cli.assembly('early', { Account }), ...FAST];
  expect(cli.rehearse(...app, '--as', 'shop-dve', '--then', 'true')).toEqual({
    status: 2,
    stdout: '',
    stderr: "error: --as 'shop-dve': no account has this name; use an id, or one of 'management', 'shop-dev'; "
      + "did you mean 'shop-dev'?\n",
  });
  const { status, stderr } = cli.rehearse(...app, '--then', './nope.sh now');
  expect(stderr).toMatch(/^error: --then '.\/nope.sh now': '\/.*\/nope.sh' does not exist: correct the path\n$/);
  expect(status).toBe(2);
});

test('rehearse fails before the deployment if --approve names no environment, and names those that exist', () => {
  const app = cli.assembly('approve', { A: queue('a') });
  const args = [...FAST, '--approve', 'prdo', '--then', 'echo "a command"'];
  const { status, stdout, stderr } = cli.rehearse('--app', app, ...args);
  expect(stderr).toBe("error: --approve 'prdo': no environment has this name; the app has no environments\n");
  expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
  const branch = { Type: 'Custom::OrgEnvironmentsBranch', Properties: { environmentName: 'prod' } };
  expect(cli.rehearse('--app', cli.assembly('approve-prod', { A: branch }), ...args).stderr).toBe(
    "error: --approve 'prdo': no environment has this name; the environments are 'prod'; did you mean 'prod'?\n",
  );
});

test('rehearse checks --approve after the deployment if the name of an environment is a token', () => {
  const Properties = { environmentName: { 'Fn::Sub': '${AWS::StackName}' }, ServiceToken: 'none' };
  const app = cli.assembly('approve-token', {
    Unused: { Type: 'Custom::OrgEnvironmentsBranch', Condition: 'Never', Properties }, A: queue('a'),
  });
  const template = path.join(app, 'Shop.template.json');
  const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
  writeFileSync(template, JSON.stringify({ ...JSON.parse(readFileSync(template, 'utf8')), Conditions }));
  const { status, stdout } = cli.rehearse('--app', app, ...FAST, '--approve', 'prdo', '--then', 'echo "a command"');
  expect(stdout).toContain("✗ --approve 'prdo': no environment has this name; the app has no environments\n");
  expect(stdout).not.toContain('Running echo');
  expect(status).toBe(1);
});
