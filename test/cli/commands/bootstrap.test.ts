import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, CfnResource, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import { CommandLine, type Result } from '../command-line';

const [CICD, PROD] = ['222222222222', '333333333333'];
const DEPLOY_ROLE = `arn:aws:iam::${PROD}:role/cdk-hnb659fds-deploy-role-${PROD}-eu-west-1`;
const DENIED = new RegExp(`\n.* is not authorized to perform: sts:AssumeRole .*${DEPLOY_ROLE}`);

let cli: CommandLine;
let app: string;
beforeAll(() => {
  cli = new CommandLine();
  app = synthesize('stacks');
  writeFileSync(path.join(cli.folder, 'enter.js'), `
    const sts = require('${require.resolve('@aws-sdk/client-sts')}');
    const enter = new sts.AssumeRoleCommand({ RoleArn: '${DEPLOY_ROLE}', RoleSessionName: 'attempt' });
    new sts.STSClient().send(enter).then(() => console.log('entered'), error => console.log(error.message));
  `);
});
afterAll(() => { cli.remove(); });

/** Writes an app with a stack in each account. */
function synthesize(name: string, prodProps: { readonly synthesizer?: LegacyStackSynthesizer } = {}): string {
  const outdir = path.join(cli.folder, name);
  const made = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  for (const [id, account] of [['Cicd', CICD], ['Prod', PROD]]) {
    const props = id === 'Prod' ? prodProps : {};
    const stack = new Stack(made, id, { env: { account, region: 'eu-west-1' }, ...props });
    new CfnResource(stack, 'Queue', { type: 'AWS::SQS::Queue' });
  }
  made.synth();
  return outdir;
}

function rehearse(folder: string, ...options: string[]): Result {
  return cli.rehearse('--app', folder, '--management-account', '999999999999', ...options, '--scale', '600');
}

test('a stack in an account that is not bootstrapped fails with the words of the CDK', () => {
  const { status, stdout } = rehearse(app, '--bootstrap', `${PROD}=none`);
  expect(status).toBe(1);
  expect(stdout).toContain(
    `✗ Prod (AWS::CloudFormation::Stack in account ${PROD}): SSM parameter /cdk-bootstrap/hnb659fds/version not found `
    + `in aws://${PROD}/eu-west-1. `
    + "Has the environment been bootstrapped? Please run 'cdk bootstrap' (see "
    + 'https://docs.aws.amazon.com/cdk/latest/guide/bootstrapping.html)\n',
  );
  expect(stdout).toContain(`assuming that account ${CICD} (stack 'Cicd') is a bootstrapped member account`);
});

test('a stack that needs no bootstrap is deployed into an account that is not bootstrapped', () => {
  const legacy = synthesize('legacy', { synthesizer: new LegacyStackSynthesizer() });
  expect(rehearse(legacy, '--bootstrap', `${PROD}=none`).status).toBe(0);
});

test.each([
  ['the named account', [CICD], /\nentered\n/],
  ['no other account', ['999999999999'], DENIED],
  ['no other account by default', undefined, DENIED],
])('the roles of a bootstrap trust %s', (_whom, trusted, expected) => {
  const bootstrap = trusted === undefined ? [] : ['--bootstrap', `${PROD}=${trusted.join(',')}`];
  const { status, stdout } = rehearse(app, ...bootstrap, '--as', CICD, '--then', 'node enter.js');
  expect(status).toBe(0);
  expect(stdout).toMatch(expected);
});

test('a bootstrap of an account without a stack is a wrong call', () => {
  expect(rehearse(app, '--bootstrap', '444444444444=none')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(
      '--bootstrap 444444444444 has no effect, because no stack is in this account; the stacks are in '
      + `${CICD}, ${PROD}`,
    ),
  });
});
