import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CommandLine, type Result } from '../command-line';

const [CICD, MANAGEMENT, MEMBER] = ['222222222222', '999999999999', '333333333333'];
const ROLE = `arn:aws:iam::${CICD}:role/deployer`;
const [WHO, ENTER] = ['node who.js', 'node enter.js'];
const SCRIPTS = {
  'who.js': `
    const { Account, Arn } = await new sts.STSClient().send(new sts.GetCallerIdentityCommand());
    console.log(Account, Arn);
  `,
  'enter.js': `
    await new sts.STSClient().send(new sts.AssumeRoleCommand({ RoleArn: '${ROLE}', RoleSessionName: 'attempt' }));
    console.log('the role was assumed');
  `,
  'close.js': `
    const { OrganizationsClient, CloseAccountCommand } = require('${require.resolve('@aws-sdk/client-organizations')}');
    await new OrganizationsClient().send(new CloseAccountCommand({ AccountId: '${MEMBER}' }));
  `,
  'make.js': `
    const ssm = require('${require.resolve('@aws-sdk/client-ssm')}');
    await new ssm.SSMClient().send(new ssm.PutParameterCommand({ Name: '/guest', Value: 'a', Type: 'String' }));
  `,
};

let cli: CommandLine;
let app: string;
beforeAll(() => {
  cli = new CommandLine();
  const AssumeRolePolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${CICD}:root` } }],
  };
  const Properties = { RoleName: 'deployer', AssumeRolePolicyDocument };
  app = cli.assembly('roles', { Role: { Type: 'AWS::IAM::Role', Properties } }, `aws://${CICD}/eu-west-1`);
  Object.entries(SCRIPTS).forEach(([name, body]) => writeScript(name, body));
  mkdirSync(path.join(cli.folder, 'shop'));
  writeFileSync(path.join(cli.folder, 'shop/shop.txt'), 'the shop');
});
afterAll(() => { cli.remove(); });

/** Writes a script that uses the client of STS. */
function writeScript(name: string, body: string): void {
  writeFileSync(path.join(cli.folder, name), `
    const sts = require('${require.resolve('@aws-sdk/client-sts')}');
    const run = async () => {${body}};
    run().catch(error => {
      console.log(error.name, error.message);
      process.exitCode = 4;
    });
  `);
}

function rehearseIn(...options: string[]): Result {
  const organization = ['--management-account', MANAGEMENT, '--account', MEMBER, '--repository', 'shop=shop'];
  return cli.rehearse('--app', app, ...organization, '--scale', '600', ...options);
}

test('each command of --then runs as an administrator of the account of the --as before it', () => {
  const { status, stdout } = rehearseIn(
    '--then', WHO, '--as', MANAGEMENT, '--then', WHO, '--as', `account-${MEMBER}`, '--then', WHO,
  );
  expect(status).toBe(0);
  expect(stdout.match(/^\d{12} arn:aws:sts::.*$/gm)).toEqual([CICD, MANAGEMENT, MEMBER].map(account => (
    `${account} arn:aws:sts::${account}:assumed-role/rehearsal-administrator/rehearsal`
  )));
  expect(stdout).toContain(` as account-${MEMBER}\n`);
});

test('the policies of the app decide what another account may do', () => {
  expect(rehearseIn('--as', CICD, '--then', ENTER)).toMatchObject({
    status: 0, stdout: expect.stringContaining('the role was assumed'),
  });
  const { status, stdout } = rehearseIn('--as', MEMBER, '--then', ENTER);
  expect(status).toBe(1);
  expect(stdout).toContain(
    `AccessDenied User: arn:aws:sts::${MEMBER}:assumed-role/rehearsal-administrator/rehearsal is not authorized to `
    + `perform: sts:AssumeRole on resource: ${ROLE}`,
  );
  expect(stdout).not.toContain('the role was assumed');
});

test('git finds no repositories of other accounts, and does not look for them on AWS', () => {
  const clone = 'git clone -q https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop elsewhere';
  const { status, stderr } = rehearseIn('--as', MEMBER, '--then', clone);
  expect(status).toBe(1);
  expect(stderr).toContain(`/no-such-repository--those-of-account-${MEMBER}-are-in-eu-west-1`);
});

test('between two apps, another account changes what the second one finds', () => {
  const Guest = { Type: 'AWS::SSM::Parameter', Properties: { Name: '/guest', Value: 'b', Type: 'String' } };
  const second = cli.assembly('second', { Guest }, `aws://${MEMBER}/eu-west-1`);
  const made = ['--as', MEMBER, '--then', 'node make.js'];
  const between = rehearseIn(...made, '--app', second, '--then', WHO, '--continue');
  expect(between.status).toBe(1);
  expect(between.stdout).toMatch(
    /\nDeploying \S+\/roles[^]*\nRunning node make.js as 333333333333[^]*\nDeploying \S+\/second[^]*\nRunning node who/,
  );
  expect(between.stdout).toMatch(/✗ Shop\/Guest .*already exists/);
  const before = rehearseIn('--app', second, ...made);
  expect(before.stdout).toContain('ParameterAlreadyExists ');
  expect(before.stdout).toContain("✗ --then 'node make.js' failed with exit status 4\n");
});

test('the rehearsal fails before the deployment if no account has the name', () => {
  expect(rehearseIn('--as', 'shop-test', '--then', WHO)).toEqual({
    status: 2,
    stdout: '',
    stderr: "error: --as 'shop-test': no account has this name; use an id, or one of 'management', "
      + `'account-${MEMBER}'\n`,
  });
});

test('no user acts in an account that a command has closed', () => {
  const { status, stdout } = rehearseIn('--as', MANAGEMENT, '--then', 'node close.js', '--as', MEMBER, '--then', WHO);
  expect(status).toBe(1);
  expect(stdout).toContain(
    `✗ --as '${MEMBER}': account ${MEMBER} (account-${MEMBER}) was closed, so no user can act in it: use `
    + 'another account',
  );
  expect(stdout).not.toContain('assumed-role/rehearsal-administrator');
});

test.each<[string, string[]]>([
  ['without', []],
  ['with', ['--as', MEMBER, '--then', WHO]],
])('%s --as, the stack says what the rehearsal cannot do with its template', (title, options) => {
  const topics = ['Name', ['a', 'b'], { 'Topic${Name}': { Type: 'AWS::SNS::Topic' } }];
  const loop = cli.assembly(`loop-${title}`, { 'Fn::ForEach::Topics': topics });
  const { status, stdout } = cli.rehearse('--app', loop, '--account', MEMBER, '--scale', '600', ...options);
  expect(stdout).toContain("the rehearsal does not support macros: 'Fn::ForEach::Topics' in Resources needs ");
  expect(status).toBe(1);
});

test('the rehearsal fails if no account has the id, and names those that exist', () => {
  const { status, stdout } = rehearseIn('--as', '444444444444', '--then', WHO, '--report', 'as.json');
  expect(status).toBe(1);
  const failure = "--as '444444444444': no account has this id or name; the organization has "
    + `${MANAGEMENT} (management), ${MEMBER} (account-${MEMBER}), ${CICD} (account-${CICD})`;
  expect(stdout).toContain(`✗ ${failure}\n`);
  expect(cli.report('as.json')).toMatchObject({ succeeded: false, commandFailures: [failure] });
});
