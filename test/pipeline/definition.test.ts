import { readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import { projectOf, stagesOf, templateOf } from './templates';
import type { CdkPipelineOptions, PipelinePlan } from '../../src';
import { BuildSecret, ExecutionMode, PipelineDefinition, Rollback } from '../../src';
import { onlyResource, resourcesOf } from '../fixtures/assembly';
import { identityStatements, textOf } from '../fixtures/policies';

describe('the definition of a CDK app', () => {
  const template = templateOf();

  test('installs, builds, tests and synthesizes it', () => {
    expect(projectOf(template, 'synth').buildSpec).toMatchObject({
      phases: {
        install: { commands: [expect.stringContaining('environment.json'), 'npm ci'] },
        build: { commands: ['npm run build --if-present', 'npm test --if-present', 'npx cdk synth --quiet'] },
      },
      artifacts: { files: ['cdk.out/**/*'] },
    });
  });

  test('deploys all its stacks, those of stages included', () => {
    expect(projectOf(template, 'deploy').buildSpec.phases.build.commands).toEqual([
      "npx --yes aws-cdk@2.1148.1 deploy '**' --app cdk.out --require-approval never --progress events "
        + '--outputs-file outputs.json',
    ]);
  });

  test('compares templates before the deployment, with a summary for the approver', () => {
    const { phases, env } = projectOf(template, 'check').buildSpec;
    expect(phases.build.commands[0]).toBe(
      "npx --yes aws-cdk@2.1148.1 diff '**' --app cdk.out --method template --no-color > diff.txt 2>&1 "
        + '|| { cat diff.txt; exit 1; }',
    );
    expect(env).toEqual({ 'exported-variables': ['CHECK_SUMMARY', 'CHECK_BUILD'] });
  });

  test('takes the version of the CDK command line that it is tested with, unless another one is named', () => {
    const versionsIn = (definition: PipelineDefinition) => [
      ...new Set(JSON.stringify(templateOf(definition)).match(/aws-cdk@[\d.]+/g)),
    ];
    const { version } = JSON.parse(
      readFileSync(require.resolve('aws-cdk/package.json'), 'utf8'),
    ) as { version: string };
    expect(versionsIn(PipelineDefinition.cdk())).toEqual([`aws-cdk@${version}`]);
    expect(versionsIn(PipelineDefinition.selfMutating({ stackName: 'Pipeline' }))).toEqual([`aws-cdk@${version}`]);
    expect(versionsIn(PipelineDefinition.cdk({ cliVersion: '2.1200.0' }))).toEqual(['aws-cdk@2.1200.0']);
    expect(
      versionsIn(PipelineDefinition.selfMutating({ stackName: 'Pipeline', cliVersion: '2' })),
    ).toEqual(['aws-cdk@2']);
  });

  test('has other commands when they are given', () => {
    const other = templateOf(PipelineDefinition.cdk({
      installCommands: ['yarn'],
      buildCommands: ['yarn build'],
      testCommands: ['yarn test'],
      synthCommands: ['yarn cdk synth'],
    }));
    const { phases } = projectOf(other, 'synth').buildSpec;
    expect(phases.install.commands?.slice(1)).toEqual(['yarn']);
    expect(phases.build.commands).toEqual(['yarn build', 'yarn test', 'yarn cdk synth']);
  });

  test('rolls back to the previous commit when the deployment, the smoke test or an alarm fails', () => {
    const verified = stagesOf(
      templateOf(PipelineDefinition.cdk({ smokeTestCommands: ['npm run smoke-test'], alarmNames: ['errors'] })),
    ).at(-1);
    expect(verified?.Actions.map(({ Name }) => Name)).toEqual(['Deploy', 'Verify']);
    expect(verified?.OnFailure).toEqual({ Result: 'ROLLBACK' });
    expect(verified?.OnSuccess).toMatchObject({
      Conditions: [
        {
          Result: 'ROLLBACK', Rules: [{ Configuration: { AlarmName: 'errors', AlarmStates: 'ALARM', WaitTime: '5' } }],
        },
      ],
    });
  });
});

describe('a definition', () => {
  const cdk = (options: CdkPipelineOptions) => templateOf(PipelineDefinition.cdk(options));

  test.each([
    ['everything that CodeBuild offers', {
      buildImage: 'aws/codebuild/amazonlinux-x86_64-standard:5.0',
      computeType: ComputeType.LARGE,
      timeout: Duration.minutes(90),
    }, {
      Environment: {
        Image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0', ComputeType: 'BUILD_GENERAL1_LARGE',
      },
      TimeoutInMinutes: 90,
    }],
    [
      'the smallest machine',
      {},
      {
        Environment: { Image: 'aws/codebuild/standard:7.0', ComputeType: 'BUILD_GENERAL1_SMALL' }, TimeoutInMinutes: 60,
      },
    ],
  ])('chooses %s', (_, options, expected) => {
    const template = cdk(options);
    const projects = resourcesOf(template, 'AWS::CodeBuild::Project');
    expect(projects).toHaveLength(3);
    for (const { Properties } of projects) expect(Properties).toMatchObject(expected);
  });

  test.each([
    ['requires its version of Node.js from', {}, { nodejs: '22' }],
    ['requires it from', { buildImage: 'aws/codebuild/amazonlinux-x86_64-standard:5.0' }, { nodejs: '22' }],
    ['takes what there is in', { buildImage: 'public.ecr.aws/docker/library/node:22' }, undefined],
  ])('%s the image %j', (_, options, versions) => {
    const template = cdk({ smokeTestCommands: ['true'], ...options });
    for (const name of ['synth', 'check', 'deploy', 'verify']) {
      const { install } = projectOf(template, name).buildSpec.phases;
      expect(install?.['runtime-versions']).toEqual(versions);
      // a phase with nothing in it is none
      expect(install).not.toEqual({});
    }
  });

  test('gives Docker only to what needs it', () => {
    const template = cdk({ smokeTestCommands: ['true'] });
    const privileged = ['synth', 'check', 'deploy', 'verify'].map(
      name => [name, projectOf(template, name).Environment.PrivilegedMode],
    );
    expect(privileged).toEqual([['synth', true], ['check', false], ['deploy', true], ['verify', false]]);
  });

  test('gives environment variables to all builds, and secrets to those that run what is in the repository', () => {
    const secrets = { TOKEN: BuildSecret.secretsManager('npm', 'token'), KEY: BuildSecret.parameter('/shop/key') };
    const template = cdk({ environmentVariables: { SIZE: 'small' }, secrets, smokeTestCommands: ['true'] });
    const variables = (name: string) => projectOf(template, name).Environment.EnvironmentVariables;
    for (const name of ['synth', 'verify']) {
      expect(variables(name).slice(1)).toEqual([
        { Name: 'SIZE', Value: 'small' },
        { Name: 'KEY', Type: 'PARAMETER_STORE', Value: '/shop/key' },
        { Name: 'TOKEN', Type: 'SECRETS_MANAGER', Value: 'npm:token' },
      ]);
    }
    for (const name of ['check', 'deploy']) expect(variables(name)).toEqual([{ Name: 'SIZE', Value: 'small' }]);
    const rights = identityStatements(template).filter(
      ({ Sid }) => Sid === 'Secrets' || Sid === 'Parameters',
    ).map(({ Action, Resource }) => [Action, textOf(Resource)]);
    expect(rights).toEqual([0, 1].flatMap(() => [
      [
        'secretsmanager:GetSecretValue',
        'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:npm-??????',
      ],
      ['ssm:GetParameters', 'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/shop/key'],
    ]));
  });

  test('keeps a cache beside the artifacts, for the step that synthesizes', () => {
    const template = cdk({ cachePaths: ['/root/.npm/**/*'] });
    expect(projectOf(template, 'synth')).toMatchObject({
      Cache: { Type: 'S3' }, buildSpec: { cache: { paths: ['/root/.npm/**/*'] } },
    });
    expect(projectOf(template, 'deploy')).not.toHaveProperty('Cache');
    expect(projectOf(cdk({}), 'synth')).not.toHaveProperty('Cache');
  });

  test('runs in a network that is there, and makes none', () => {
    const template = cdk({ network: { vpcId: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] } });
    expect(projectOf(template, 'deploy')).toMatchObject({
      VpcConfig: { VpcId: 'vpc-1', Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
    });
    expect(resourcesOf(template, 'AWS::EC2::NatGateway')).toEqual([]);
    expect(
      resourcesOf(cdk({}), 'AWS::CodeBuild::Project').filter(({ Properties }) => 'VpcConfig' in Properties),
    ).toEqual([]);
  });

  test('checks templates against Guard rules of the repository', () => {
    const template = cdk({ guardRules: ['policies/rules.guard'] });
    expect(projectOf(template, 'synth').buildSpec.artifacts).toEqual({
      files: ['cdk.out/**/*', 'policies/rules.guard'],
    });
    expect(
      projectOf(template, 'check').buildSpec.phases.build.commands.join('\n'),
    ).toContain("validate --rules 'policies/rules.guard'");
    expect(JSON.stringify(projectOf(cdk({}), 'check').buildSpec)).not.toContain('cfnguard');
  });

  test.each(
    Object.values(ExecutionMode),
  )('lets commits follow each other in the mode %s, and go back', executionMode => {
    const template = cdk({ executionMode });
    expect(onlyResource(template, 'AWS::CodePipeline::Pipeline').Properties.ExecutionMode).toBe(executionMode);
    expect(stagesOf(template).at(-1)?.OnFailure).toMatchObject({ Result: 'ROLLBACK' });
  });

  test('that does not go back leaves everything as it is, and fails on alarms', () => {
    const deploy = stagesOf(
      cdk({ rollback: Rollback.NONE, alarmNames: ['errors'], alarmWindow: Duration.minutes(30) }),
    ).at(-1);
    expect(deploy).not.toHaveProperty('OnFailure');
    expect(deploy?.OnSuccess).toMatchObject({
      Conditions: [{ Result: 'FAIL', Rules: [{ Configuration: { WaitTime: '30' } }] }],
    });
  });

  test('tests what is deployed only when it says how', () => {
    expect(stagesOf(cdk({})).at(-1)?.Actions.map(({ Name }) => Name)).toEqual(['Deploy']);
    const { phases } = projectOf(cdk({ smokeTestCommands: ['npm run smoke-test'] }), 'verify').buildSpec;
    expect(phases.install.commands?.at(-1)).toBe('npm ci');
    expect(phases.build.commands).toEqual([
      'export STACK_OUTPUTS="$CODEBUILD_SRC_DIR_Deployed/outputs.json"', expect.stringMatching(
        /^eval "\$\(node -e .* "\$STACK_OUTPUTS"\)"$/s,
      ), 'npm run smoke-test',
    ]);
  });

  test('shows the approver a summary of the changes, and a link to the details', () => {
    const approve = stagesOf(cdk({})).find(stage => stage['Fn::If'])?.['Fn::If']?.[1];
    expect(approve?.Actions).toMatchObject([{
      TimeoutInMinutes: { Ref: 'ApprovalMinutes' },
      Configuration: {
        CustomData: '#{Check.CHECK_SUMMARY}',
        ExternalEntityLink: {
          'Fn::Join': ['', expect.arrayContaining([expect.stringContaining('#{Check.CHECK_BUILD}')])],
        },
      },
    }]);
  });

  test.each<[string, PipelineDefinition]>([
    ['of a CDK app with all that there is', PipelineDefinition.cdk({
      smokeTestCommands: ['npm run smoke-test'],
      guardRules: ['rules.guard'],
      alarmNames: ['a', 'b', 'c', 'd', 'e'],
      cachePaths: ['/root/.npm/**/*'],
      secrets: { TOKEN: BuildSecret.secretsManager('npm') },
      network: { vpcId: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
    })],
    ['of OpenTofu', PipelineDefinition.tofu({ smokeTestCommands: ['./smoke-test'] })],
    ['of a pipeline that mutates itself', PipelineDefinition.selfMutating({ stackName: 'Pipeline' })],
  ])('%s makes a template that fits into a request', (_, definition) => {
    const template = templateOf(definition);
    expect(Buffer.byteLength(JSON.stringify(template))).toBeLessThan(51_200);
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(40);
  });

  test.each([
    'Pipeline', 'Roles', 'State', 'Approval', 'BuildLogs', 'Disabled', 'ManualApproval', 'Steps', 'Builds',
  ])('of a subclass may name a step %s', name => {
    class WithStep extends PipelineDefinition {
      public plan(): PipelinePlan {
        const plan = PipelineDefinition.cdk().plan();
        return { ...plan, stages: [...plan.stages, { name, steps: [{ name, description: 'x', commands: ['true'] }] }] };
      }
    }
    const template = templateOf(new WithStep());
    expect(projectOf(template, name.toLowerCase()).buildSpec.phases.build.commands).toEqual(['true']);
    expect(stagesOf(template).at(-1)?.Name).toBe(name);
  });

  test('of a subclass adds stages', () => {
    class WithLoadTest extends PipelineDefinition {
      public plan(): PipelinePlan {
        const plan = PipelineDefinition.cdk().plan();
        const loadTest = { name: 'LoadTest', description: 'Tests under load', commands: ['npm run load-test'] };
        return { ...plan, stages: [...plan.stages, { name: 'LoadTest', steps: [loadTest] }] };
      }
    }
    const template = templateOf(new WithLoadTest());
    expect(stagesOf(template).at(-1)).toMatchObject({
      Name: 'LoadTest',
      Actions: [{ Configuration: { ProjectName: 'org-environments-loadtest' }, InputArtifacts: [{ Name: 'Source' }] }],
    });
    expect(projectOf(template, 'loadtest').buildSpec.phases.build.commands).toEqual(['npm run load-test']);
  });
});
