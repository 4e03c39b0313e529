import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CommandLine, type Result } from '../command-line';

const [CICD, PROD] = ['222222222222', '333333333333'];
const MODULES = path.join(__dirname, '../../../node_modules');

/** An app whose pipeline deploys a stage with a file, an image and an output into other accounts. */
const APP = `
const { App, CfnOutput, CfnResource, Stack, Stage } = require('aws-cdk-lib');
const { Repository } = require('aws-cdk-lib/aws-codecommit');
const { DockerImageAsset } = require('aws-cdk-lib/aws-ecr-assets');
const { Asset } = require('aws-cdk-lib/aws-s3-assets');
const { StringParameter } = require('aws-cdk-lib/aws-ssm');
const { CodePipeline, CodePipelineSource, ShellStep } = require('aws-cdk-lib/pipelines');
const { version } = require('./package.json');
const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
const region = 'eu-west-1';
const stack = new Stack(app, 'Pipeline', { env: { account: '${CICD}', region } });
const repository = Repository.fromRepositoryName(stack, 'Repository', 'shop');
const { BROKEN = '', COUNT = '1' } = process.env;
const synth = new ShellStep('Synth', {
  input: CodePipelineSource.codeCommit(repository, 'main'),
  commands: ['npm ci', 'node app.js'],
  env: { CDK_OUTDIR: 'cdk.out', BROKEN, COUNT: '2' },
});
const pipeline = new CodePipeline(stack, 'Pipeline', { crossAccountKeys: true, synth, publishAssetsInParallel: false });
for (const name of ['Blue', 'Green'].slice(0, Number(COUNT))) {
  const stage = new Stage(app, name, { env: { account: '${PROD}', region } });
  const shop = new Stack(stage, 'Shop');
  const release = new StringParameter(shop, 'Release', { parameterName: '/' + name, stringValue: version });
  new Asset(shop, 'File', { path: 'image' });
  new DockerImageAsset(shop, 'Image', { directory: 'image' });
  if (BROKEN) new CfnResource(shop, 'Broken', { type: 'AWS::SSM::Parameter', properties: { Size: 'large' } });
  const output = new CfnOutput(shop, 'Name', { value: release.parameterName });
  pipeline.addStage(stage, {
    post: [new ShellStep('Test', { envFromCfnOutputs: { NAME: output }, commands: ['test "$NAME" = /' + name] })],
  });
}
app.synth();
`;

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  const shop = path.join(cli.folder, 'shop');
  mkdirSync(path.join(shop, 'image'), { recursive: true });
  const files: Record<string, string> = {
    'app.js': APP,
    'cdk.json': '{"app":"node app.js"}',
    'package.json': JSON.stringify({
      name: 'shop', version: '1.2.0', dependencies: { 'aws-cdk-lib': '^2.0.0', 'constructs': '^10.0.0' },
    }),
    'package-lock.json': '{}',
    '.gitignore': 'node_modules\ncdk.out\n',
    'image/Dockerfile': 'FROM scratch\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(shop, name), content);
  symlinkSync(MODULES, path.join(cli.folder, 'node_modules'));
});
afterAll(() => { cli.remove(); });

/** Synthesizes the app with one stage; its pipeline synthesizes it with two. */
function rehearse(variables: string, ...options: string[]): Result {
  const app = `cd shop && ${variables} node app.js`;
  return cli.rehearse('--app', app, '--repository', 'shop=shop', '--scale', '600', ...options);
}

const TRUST = ['--bootstrap', `${PROD}=${CICD}`];
const DEPLOY_ROLE = `arn:aws:iam::${PROD}:role/cdk-hnb659fds-deploy-role-${PROD}-eu-west-1`;
const UNTRUSTED = new RegExp(
  `✗ Pipeline/Pipeline/Pipeline .*: arn:aws:iam::${CICD}:role/Pipeline-PipelineRole\\w+-\\w+ is not `
  + `authorized to perform AssumeRole on role ${DEPLOY_ROLE} \\(Service: AWSCodePipeline; Status Code: 400; `
  + 'Error Code: InvalidStructureException\\)',
);

test('a pipeline of CDK adds a stage to itself, publishes assets and deploys into another account', () => {
  const { status, stdout } = rehearse('', '--pipelines', ...TRUST);
  expect(stdout).toMatch(/✓ .* succeeded: shop, Synth, SelfMutate, .*Shop.Prepare, Shop.Deploy, Test/);
  for (const name of ['Blue', 'Green']) expect(stdout).toContain(`${PROD}  ${name}-Shop  stack created`);
  expect(stdout).toContain(`${CICD}  Pipeline  stack updated`);
  expect(status).toBe(0);
});

test('a pipeline is rejected if its target trusts no other account, with the option that changes it', () => {
  const { status, stdout } = rehearse('', '--pipelines');
  expect(stdout).toMatch(UNTRUSTED);
  expect(stdout).toContain(
    `hint: if the bootstrap of account ${PROD} trusts account ${CICD} on AWS (cdk bootstrap --trust ${CICD}), say so: `
    + `--bootstrap ${PROD}=${CICD}`,
  );
  expect(status).toBe(1);
});

test('a pipeline into an account that is not bootstrapped is rejected', () => {
  const { status, stdout } = rehearse('', '--pipelines', '--bootstrap', `${PROD}=none`);
  expect(stdout).toMatch(/Invalid principal in policy|is not authorized to perform AssumeRole/);
  expect(status).toBe(1);
});

test('a failed deployment of a stage names the resource and its reason', () => {
  const { status, stdout } = rehearse('BROKEN=1', '--pipelines', ...TRUST);
  expect(stdout).toMatch(
    /failed in stage Blue: Stack Blue-Shop ended in ROLLBACK_COMPLETE\..*Encountered unsupported property Size/,
  );
  expect(status).toBe(1);
});

test('without --pipelines, the stages are deployed, and the management account is outside of the app', () => {
  const { status, stdout, stderr } = rehearse('', ...TRUST);
  expect(stdout).toContain(`${PROD}  Blue-Shop  stack created`);
  expect(stdout + stderr).toContain('assuming that the management account is 999999999999, in which no stack is');
  expect(status).toBe(0);
});

test('a management account that is given is not described as assumed', () => {
  const { stdout, stderr } = rehearse('', ...TRUST, '--management-account', '888888888888');
  expect(stdout + stderr).not.toContain('the management account is');
});
