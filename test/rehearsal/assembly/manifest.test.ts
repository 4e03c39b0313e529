import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, CfnResource, LegacyStackSynthesizer, Stack, Stage } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { deployAssembly, readAssembly, Simulation } from '../../../rehearsal';

const env = { account: '111122223333', region: 'eu-west-1' };
let folder: string;
let count = 0;

beforeAll(() => { folder = mkdtempSync(path.join(tmpdir(), 'manifest-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function synthesize(build: (app: App) => void): string {
  const outdir = path.join(folder, String(++count));
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  build(app);
  app.synth();
  return outdir;
}

/** An assembly with a queue, whose manifest was edited. */
function edited(change: (manifest: Record<string, unknown>) => void): string {
  const outdir = synthesize(app => {
    new CfnResource(new Stack(app, 'S', { env }), 'Queue', { type: 'AWS::SQS::Queue' });
  });
  const file = path.join(outdir, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  change(manifest);
  writeFileSync(file, JSON.stringify(manifest));
  return outdir;
}

/** A regular expression for exactly this text. */
function regular(text: string): string {
  return text.replaceAll(/[()]/g, '\\$&');
}

describe('readAssembly', () => {
  test('rejects a schema that is newer than every known one, with its version', () => {
    const outdir = edited(manifest => { manifest.version = '999.0.0'; });
    expect(() => readAssembly(outdir)).toThrow(
      `the assembly '${outdir}' has schema 999.0.0, which the rehearsal does not know: update cdk-org-environments, or `
      + 'install the aws-cdk-lib that wrote it in the current folder (the one there does not read it: Cloud assembly '
      + 'schema version mismatch: ',
    );
  });

  test.each([
    ['without an installed aws-cdk-lib, without a cause', undefined, ''],
    [
      'with the cause for which the installed aws-cdk-lib cannot be loaded', "throw new Error('it is damaged');",
      ' (the one there does not read it: it is damaged)',
    ],
  ])('rejects a newer schema %s', (_, installed, cause) => {
    const outdir = edited(manifest => { manifest.version = '999.0.0'; });
    const project = mkdtempSync(path.join(folder, 'project-'));
    if (installed !== undefined) {
      const library = path.join(project, 'node_modules', 'aws-cdk-lib', 'cx-api');
      mkdirSync(library, { recursive: true });
      writeFileSync(path.join(library, 'index.js'), installed);
    }
    const cwd = jest.spyOn(process, 'cwd').mockReturnValue(project);
    try {
      expect(() => readAssembly(outdir)).toThrow(new RegExp(`wrote it in the current folder${regular(cause)}$`));
    } finally {
      cwd.mockRestore();
    }
  });

  test('reads a schema of years ago', () => {
    const outdir = edited(manifest => { manifest.version = '20.0.0'; });
    expect(readAssembly(outdir)).toMatchObject([{ name: 'S', accountId: env.account, region: env.region }]);
  });

  test('rejects a manifest that does not follow its schema', () => {
    const outdir = edited(manifest => { manifest.artifacts = { S: { type: 'aws:cloudformation:stack' } }; });
    expect(() => readAssembly(outdir)).toThrow(
      `'${outdir}' is not a valid cloud assembly: Invalid CloudFormation stack artifact.`,
    );
  });

  test('rejects an assembly that is not finished, with the values that are missing', () => {
    const outdir = synthesize(app => {
      const stack = new Stack(new Stage(app, 'Test', { env }), 'S');
      Vpc.fromLookup(stack, 'Vpc', { vpcId: 'vpc-1' });
    });
    expect(() => readAssembly(outdir)).toThrow(new RegExp(
      `^the assembly '${outdir}' is not finished, because values of its context are missing: `
      + "'vpc-provider:account=111122223333:.*': write them to cdk.context.json, as cdk synth does, or pass them with "
      + '--context <key>=<value>$',
    ));
  });
});

describe('the legacy synthesizer', () => {
  const source = (name: string): string => {
    const made = path.join(folder, name);
    mkdirSync(made, { recursive: true });
    writeFileSync(path.join(made, 'index.js'), 'exports.handler = async () => 1;');
    return made;
  };
  const stackIn = (app: App): Stack => new Stack(app, 'Old', { env, synthesizer: new LegacyStackSynthesizer() });

  test('its stacks are deployed with the files that their parameters name', async () => {
    const simulation = await Simulation.start({ managementAccountId: '999999999999', virtual: {} });
    const outdir = synthesize(app => {
      const stack = stackIn(app);
      new LambdaFunction(stack, 'Function', {
        runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromAsset(source('code')),
      });
      new Asset(stack, 'File', { path: path.join(source('file'), 'index.js') });
    });
    try {
      const { failures, stacks } = await deployAssembly(simulation, outdir);
      expect([failures, stacks]).toMatchObject([[], [{ name: 'Old', status: 'CREATE_COMPLETE' }]]);
      const id = simulation.cloudformation.all.flatMap(({ resources }) => [...resources.values()])
        .find(({ type }) => type === 'AWS::Lambda::Function')?.id;
      const arn = `arn:aws:lambda:${env.region}:${env.account}:function:${id}`;
      expect(await simulation.lambda.invoke(arn, {})).toEqual({ payload: '1', failed: false });
    } finally {
      await simulation.stop();
    }
  });

  test('its images are rejected, because no bootstrap has their repository', () => {
    const outdir = synthesize(app => {
      const made = source('image');
      writeFileSync(path.join(made, 'Dockerfile'), 'FROM scratch');
      new DockerImageAsset(stackIn(app), 'Image', { directory: made });
    });
    expect(() => readAssembly(outdir)).toThrow(
      /^stack 'Old' has the image 'asset\.\w+' and the legacy synthesizer, which publishes it to a repository that no /,
    );
  });
});
