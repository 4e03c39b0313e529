import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAction, buildProject, MEMBER, PipelineWorld, REGION } from './world';

const APP = `
const { App, Stack } = require('aws-cdk-lib');
const { StringParameter } = require('aws-cdk-lib/aws-ssm');
const app = new App({ builtinCloudFormationValidation: false });
const stack = new Stack(app, 'Shop', { env: { account: '${MEMBER}', region: '${REGION}' } });
const { version } = require('./package.json');
new StringParameter(stack, 'Release', { parameterName: '/shop/release', stringValue: version });
`;
const manifest = (version: string): string =>
  JSON.stringify({
    name: 'shop',
    version,
    dependencies: { 'aws-cdk-lib': '^2.0.0', 'constructs': '^10.0.0' },
    devDependencies: { 'aws-cdk': '^2.0.0' },
  });

let world: PipelineWorld;
beforeAll(async () => {
  world = await PipelineWorld.start({
    scale: 200,
    files: {
      'app.js': APP,
      'cdk.json': '{"app":"node app.js"}',
      'package.json': manifest('1.0.0'),
      'package-lock.json': '{}',
      '.gitignore': 'node_modules/\n',
    },
  });
  await world.simulation.cloudformation.seed({
    accountId: MEMBER,
    region: REGION,
    name: 'CDKToolkit',
    body: readFileSync(join(__dirname, '../../../../lib/rehearsal/bootstrap-template.json'), 'utf8'),
    parameters: { FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY' },
    capabilities: ['CAPABILITY_NAMED_IAM'],
  });
});
afterAll(() => world.stop());

test('a pipeline synthesizes a commit and deploys it with the bootstrap roles and the real command line', async () => {
  await world.pipeline(
    [
      { Name: 'Synth', Actions: [buildAction('Synth', 'synth', { OutputArtifacts: [{ Name: 'Assembly' }] })] },
      { Name: 'Deploy', Actions: [buildAction('Deploy', 'deploy', { InputArtifacts: [{ Name: 'Assembly' }] })] },
    ],
    {
      resources: {
        Synth: buildProject('synth', {
          phases: { install: { commands: ['npm ci'] }, build: { commands: ['npx cdk synth --quiet'] } },
          artifacts: { files: ['cdk.out/**/*'] },
        }),
        Deploy: buildProject('deploy', [
          "npx --yes aws-cdk@2 deploy '**' --app cdk.out --require-approval never --progress events",
        ]),
      },
    },
  );
  await world.ended();
  expect(await world.actions()).toMatchObject(
    ['Deploy', 'Synth', 'Source'].map(actionName => ({ actionName, status: 'Succeeded' })),
  );
  expect(world.simulation.ssm.value(MEMBER, REGION, '/shop/release')).toBe('1.0.0');
  expect(world.simulation.cloudformation.find(MEMBER, REGION, 'Shop')?.status).toBe('CREATE_COMPLETE');

  const commitId = await world.commit({ 'package.json': manifest('1.1.0') });
  const executionId = await world.run({ commitId });
  expect(await world.ended(executionId)).toMatchObject({
    status: 'Succeeded',
    sourceRevisions: [{ revisionId: commitId }],
  });
  expect(world.simulation.ssm.value(MEMBER, REGION, '/shop/release')).toBe('1.1.0');
});
