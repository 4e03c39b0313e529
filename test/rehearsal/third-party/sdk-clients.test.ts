import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, CustomResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { WORK } from './world';
import { deployAssembly, destroyAssembly, Simulation, type DeploymentResult } from '../../../rehearsal';
import type { SimulationOptions } from '../../../rehearsal/simulation-options';

const VIRTUAL = { virtual: {} };
/** In scaled time, functions are processes with the shipped clients. */
const SCALED = { scale: 600 };

let modules: string;
beforeEach(() => { modules = mkdtempSync(path.join(tmpdir(), 'modules-')); });
afterEach(() => { rmSync(modules, { recursive: true }); });

/** Deploys a custom resource whose function requires a client at its top level, where no client is installed. */
async function deploy(
  options: Partial<SimulationOptions>, client: string, call: string,
): Promise<DeploymentResult> {
  const simulation = await Simulation.start({ managementAccountId: '999999999999', modules, ...options });
  try {
    const app = new App({ outdir: path.join(modules, 'cdk.out'), builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Stack', { env: { account: WORK, region: 'eu-west-1' } });
    const handler = new LambdaFunction(stack, 'Handler', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      initialPolicy: [new PolicyStatement({ actions: ['*'], resources: ['*'] })],
      code: Code.fromInline(`
        const sdk = require('@aws-sdk/client-${client}');
        exports.handler = async ({ ResponseURL, StackId, RequestId, LogicalResourceId }) => {
          ${call}
          const Status = 'SUCCESS';
          const body = JSON.stringify({ Status, PhysicalResourceId: 'id', StackId, RequestId, LogicalResourceId });
          await fetch(ResponseURL, { method: 'PUT', body });
        };`),
    });
    new CustomResource(stack, 'Resource', { serviceToken: handler.functionArn });
    app.synth();
    return await deployAssembly(simulation, path.join(modules, 'cdk.out'));
  } finally {
    await simulation.stop();
  }
}
const send = (client: string, command: string, input = '{}'): string =>
  `await new sdk.${client}({}).send(new sdk.${command}(${input}));`;
const reasonsOf = ({ failures }: DeploymentResult): string[] => failures.map(({ reason }) => reason);

test.each([
  ['s3', send('S3Client', 'ListBucketsCommand')],
  ['ssm', send('SSMClient', 'PutParameterCommand', "{ Name: '/a', Value: 'a', Type: 'String' }")],
  ['sns', send('SNSClient', 'ListTopicsCommand')],
  ['iam', send('IAMClient', 'ListRolesCommand')],
])('in virtual time, a function uses client-%s although it is not installed', async (client, call) => {
  expect(reasonsOf(await deploy(VIRTUAL, client, call))).toEqual([]);
});

test('in scaled time, a function uses the shipped clients', async () => {
  expect(reasonsOf(await deploy(SCALED, 'lambda', send('LambdaClient', 'ListFunctionsCommand')))).toEqual([]);
});

test.each([
  ['virtual', VIRTUAL],
  ['scaled', SCALED],
])('in %s time, a function can send its response with fetch', async (_time, options) => {
  expect(reasonsOf(await deploy(options, 'lambda', ''))).toEqual([]);
});

test.each([
  ['in virtual time, a description of EC2', VIRTUAL, 'ec2', send('EC2Client', 'DescribeVpcsCommand')],
  ['in scaled time, a client that is not installed', SCALED, 'rekognition', ''],
])('%s names the command that installs the client', async (_what, options, client, call) => {
  const [reason] = reasonsOf(await deploy(options, client, call));
  expect(reason).toContain(`the rehearsal does not include '@aws-sdk/client-${client}'`);
  expect(reason).toContain(`npm install @aws-sdk/client-${client}`);
  expect(reason).toContain("exclude 'Resource' from the rehearsal");
});

test('in virtual time, a bucket with autoDeleteObjects is emptied where no client is installed', async () => {
  const simulation = await Simulation.start({ managementAccountId: '999999999999', modules, ...VIRTUAL });
  try {
    const app = new App({ outdir: path.join(modules, 'cdk.out'), builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Site', { env: { account: WORK, region: 'eu-west-1' } });
    new Bucket(stack, 'Bucket', {
      bucketName: 'site', versioned: true, removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true,
    });
    app.synth();
    expect(reasonsOf(await deployAssembly(simulation, path.join(modules, 'cdk.out')))).toEqual([]);
    simulation.s3.write('site', 'index.html', Buffer.from('hello'));
    simulation.s3.write('site', 'index.html', Buffer.from('hello again'));
    const destroyed = await destroyAssembly(simulation, path.join(modules, 'cdk.out'));
    expect(destroyed.failures).toEqual([]);
    expect(simulation.s3.bucket('site')).toBeUndefined();
  } finally {
    await simulation.stop();
  }
});
