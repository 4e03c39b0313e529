import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import type { CdkPipelineOptions, PipelinePlan } from '../../src';
import { BuildSecret, ExecutionMode, PipelineDefinition, Rollback } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import type { SynthesizedTemplate } from '../fixtures/assembly';
import { pipelineTemplateOf, onlyResource, resourcesOf } from '../fixtures/assembly';
import { identityStatements, textOf } from '../fixtures/policies';

interface BuildSpec {
  readonly phases: { readonly install: { readonly 'commands'?: string[]; readonly 'runtime-versions'?: object }; readonly build: { readonly commands: string[] } };
  readonly [property: string]: unknown;
}

function templateOf(definition?: PipelineDefinition): SynthesizedTemplate {
  const app = quickApp();
  const { pipeline } = new Cicd(app, { imported: true }).environment('dev', { pipeline: { definition } });
  return pipelineTemplateOf(app.synth(), pipeline);
}

interface Project {
  readonly Environment: { readonly PrivilegedMode: boolean; readonly EnvironmentVariables: readonly { readonly Name: string }[] };
  readonly buildSpec: BuildSpec;
}

function projectOf(template: SynthesizedTemplate, name: string): Project {
  const [project] = resourcesOf(template, 'AWS::CodeBuild::Project').filter(({ Properties }) => Properties.Name === `org-environments-${name}`);
  const { Environment, Source, ...others } = project?.Properties ?? {};
  return { ...others, Environment, buildSpec: JSON.parse(textOf(Source.BuildSpec)) as BuildSpec };
}

interface Stage {
  readonly 'Fn::If'?: [string, { Actions: object[] }, object];
  readonly 'Name'?: string;
  readonly 'Actions': { readonly Name: string; readonly Configuration: Readonly<Record<string, unknown>> }[];
  readonly 'OnFailure'?: object;
  readonly 'OnSuccess'?: object;
}

function stagesOf(template: SynthesizedTemplate): Stage[] {
  return onlyResource(template, 'AWS::CodePipeline::Pipeline').Properties.Stages as Stage[];
}

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
      "npx --yes aws-cdk@2.1148.1 deploy '**' --app cdk.out --require-approval never --progress events --outputs-file outputs.json",
    ]);
  });

  test('compares templates before anything is deployed, and tells whoever approves', () => {
    const { phases, env } = projectOf(template, 'check').buildSpec;
    expect(phases.build.commands[0]).toBe("npx --yes aws-cdk@2.1148.1 diff '**' --app cdk.out --method template --no-color > diff.txt 2>&1 || { cat diff.txt; exit 1; }");
    expect(env).toEqual({ 'exported-variables': ['CHECK_SUMMARY', 'CHECK_BUILD'] });
  });

  test('takes the version of the CDK command line that it is tested with, unless another one is named', () => {
    const versionsIn = (definition: PipelineDefinition) => [...new Set(JSON.stringify(templateOf(definition)).match(/aws-cdk@[\d.]+/g))];
    const { version } = JSON.parse(readFileSync(require.resolve('aws-cdk/package.json'), 'utf8')) as { version: string };
    expect(versionsIn(PipelineDefinition.cdk())).toEqual([`aws-cdk@${version}`]);
    expect(versionsIn(PipelineDefinition.selfMutating({ stackName: 'Pipeline' }))).toEqual([`aws-cdk@${version}`]);
    expect(versionsIn(PipelineDefinition.cdk({ cliVersion: '2.1200.0' }))).toEqual(['aws-cdk@2.1200.0']);
    expect(versionsIn(PipelineDefinition.selfMutating({ stackName: 'Pipeline', cliVersion: '2' }))).toEqual(['aws-cdk@2']);
  });

  test('has other commands when they are given', () => {
    const other = templateOf(PipelineDefinition.cdk({
      installCommands: ['yarn'], buildCommands: ['yarn build'], testCommands: ['yarn test'], synthCommands: ['yarn cdk synth'],
    }));
    const { phases } = projectOf(other, 'synth').buildSpec;
    expect(phases.install.commands?.slice(1)).toEqual(['yarn']);
    expect(phases.build.commands).toEqual(['yarn build', 'yarn test', 'yarn cdk synth']);
  });

  test('goes back to the previous commit when the deployment, the smoke test or an alarm fails', () => {
    const verified = stagesOf(templateOf(PipelineDefinition.cdk({ smokeTestCommands: ['npm run smoke-test'], alarmNames: ['errors'] }))).at(-1);
    expect(verified?.Actions.map(({ Name }) => Name)).toEqual(['Deploy', 'Verify']);
    expect(verified?.OnFailure).toEqual({ Result: 'ROLLBACK' });
    expect(verified?.OnSuccess).toMatchObject({
      Conditions: [{ Result: 'ROLLBACK', Rules: [{ Configuration: { AlarmName: 'errors', AlarmStates: 'ALARM', WaitTime: '5' } }] }],
    });
  });
});

describe('a definition', () => {
  const cdk = (options: CdkPipelineOptions) => templateOf(PipelineDefinition.cdk(options));

  test.each([
    ['everything that CodeBuild offers', { buildImage: 'aws/codebuild/amazonlinux-x86_64-standard:5.0', computeType: ComputeType.LARGE, timeout: Duration.minutes(90) }, {
      Environment: { Image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0', ComputeType: 'BUILD_GENERAL1_LARGE' }, TimeoutInMinutes: 90,
    }],
    ['the smallest machine', {}, { Environment: { Image: 'aws/codebuild/standard:7.0', ComputeType: 'BUILD_GENERAL1_SMALL' }, TimeoutInMinutes: 60 }],
  ])('chooses %s', (_, options, expected) => {
    const template = cdk(options);
    const projects = resourcesOf(template, 'AWS::CodeBuild::Project');
    expect(projects).toHaveLength(3);
    for (const { Properties } of projects) expect(Properties).toMatchObject(expected);
  });

  test.each([
    ['asks for the version of Node.js that it needs from', {}, { nodejs: '22' }],
    ['asks for it from', { buildImage: 'aws/codebuild/amazonlinux-x86_64-standard:5.0' }, { nodejs: '22' }],
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
    const privileged = ['synth', 'check', 'deploy', 'verify'].map(name => [name, projectOf(template, name).Environment.PrivilegedMode]);
    expect(privileged).toEqual([['synth', true], ['check', false], ['deploy', true], ['verify', false]]);
  });

  test('gives environment variables to all builds, and secrets to those that run what is in the repository', () => {
    const secrets = { TOKEN: BuildSecret.secretsManager('npm', 'token'), KEY: BuildSecret.parameter('/shop/key') };
    const template = cdk({ environmentVariables: { SIZE: 'small' }, secrets, smokeTestCommands: ['true'] });
    const variables = (name: string) => projectOf(template, name).Environment.EnvironmentVariables;
    for (const name of ['synth', 'verify']) {
      expect(variables(name).slice(1)).toEqual([
        { Name: 'SIZE', Value: 'small' },
        { Name: 'TOKEN', Type: 'SECRETS_MANAGER', Value: 'npm:token' },
        { Name: 'KEY', Type: 'PARAMETER_STORE', Value: '/shop/key' },
      ]);
    }
    for (const name of ['check', 'deploy']) expect(variables(name)).toEqual([{ Name: 'SIZE', Value: 'small' }]);
    const rights = identityStatements(template).filter(({ Sid }) => Sid === 'Secrets' || Sid === 'Parameters').map(({ Action, Resource }) => [Action, textOf(Resource)]);
    expect(rights).toEqual([0, 1].flatMap(() => [
      ['secretsmanager:GetSecretValue', 'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:npm-??????'],
      ['ssm:GetParameters', 'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/shop/key'],
    ]));
  });

  test('keeps a cache beside the artifacts, for the step that synthesizes', () => {
    const template = cdk({ cachePaths: ['/root/.npm/**/*'] });
    expect(projectOf(template, 'synth')).toMatchObject({ Cache: { Type: 'S3' }, buildSpec: { cache: { paths: ['/root/.npm/**/*'] } } });
    expect(projectOf(template, 'deploy')).not.toHaveProperty('Cache');
    expect(projectOf(cdk({}), 'synth')).not.toHaveProperty('Cache');
  });

  test('runs in a network that is there, and makes none', () => {
    const template = cdk({ network: { vpcId: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] } });
    expect(projectOf(template, 'deploy')).toMatchObject({ VpcConfig: { VpcId: 'vpc-1', Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] } });
    expect(resourcesOf(template, 'AWS::EC2::NatGateway')).toEqual([]);
    expect(resourcesOf(cdk({}), 'AWS::CodeBuild::Project').filter(({ Properties }) => 'VpcConfig' in Properties)).toEqual([]);
  });

  test('checks templates against Guard rules of the repository', () => {
    const template = cdk({ guardRules: ['policies/rules.guard'] });
    expect(projectOf(template, 'synth').buildSpec.artifacts).toEqual({ files: ['cdk.out/**/*', 'policies/rules.guard'] });
    expect(projectOf(template, 'check').buildSpec.phases.build.commands.join('\n')).toContain("validate --rules 'policies/rules.guard'");
    expect(JSON.stringify(projectOf(cdk({}), 'check').buildSpec)).not.toContain('cfnguard');
  });

  test.each(Object.values(ExecutionMode))('lets commits follow each other in the mode %s, and go back', executionMode => {
    const template = cdk({ executionMode });
    expect(onlyResource(template, 'AWS::CodePipeline::Pipeline').Properties.ExecutionMode).toBe(executionMode);
    expect(stagesOf(template).at(-1)?.OnFailure).toMatchObject({ Result: 'ROLLBACK' });
  });

  test('that does not go back leaves everything as it is, and fails on alarms', () => {
    const deploy = stagesOf(cdk({ rollback: Rollback.NONE, alarmNames: ['errors'], alarmWindow: Duration.minutes(30) })).at(-1);
    expect(deploy).not.toHaveProperty('OnFailure');
    expect(deploy?.OnSuccess).toMatchObject({ Conditions: [{ Result: 'FAIL', Rules: [{ Configuration: { WaitTime: '30' } }] }] });
  });

  test('tests what is deployed only when it says how', () => {
    expect(stagesOf(cdk({})).at(-1)?.Actions.map(({ Name }) => Name)).toEqual(['Deploy']);
    const { phases } = projectOf(cdk({ smokeTestCommands: ['npm run smoke-test'] }), 'verify').buildSpec;
    expect(phases.install.commands?.at(-1)).toBe('npm ci');
    expect(phases.build.commands).toEqual([
      'export STACK_OUTPUTS="$CODEBUILD_SRC_DIR_Deployed/outputs.json"', expect.stringMatching(/^eval "\$\(node -e .* "\$STACK_OUTPUTS"\)"$/s), 'npm run smoke-test',
    ]);
  });

  test('shows whoever approves what would change, and a link to the details', () => {
    const approve = stagesOf(cdk({})).find(stage => stage['Fn::If'])?.['Fn::If']?.[1];
    expect(approve?.Actions).toMatchObject([{
      TimeoutInMinutes: { Ref: 'ApprovalMinutes' },
      Configuration: { CustomData: '#{Check.CHECK_SUMMARY}', ExternalEntityLink: { 'Fn::Join': ['', expect.arrayContaining([expect.stringContaining('#{Check.CHECK_BUILD}')])] } },
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

  test.each(['Pipeline', 'Roles', 'State', 'Approval', 'BuildLogs', 'Disabled', 'ManualApproval', 'Steps', 'Builds'])('of a subclass may name a step %s', name => {
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
    expect(stagesOf(template).at(-1)).toMatchObject({ Name: 'LoadTest', Actions: [{ Configuration: { ProjectName: 'org-environments-loadtest' }, InputArtifacts: [{ Name: 'Source' }] }] });
    expect(projectOf(template, 'loadtest').buildSpec.phases.build.commands).toEqual(['npm run load-test']);
  });
});

describe('the definition of OpenTofu', () => {
  const template = templateOf(PipelineDefinition.tofu({ tofuVersion: '1.9.0', directory: 'infrastructure', initArguments: ['-backend-config=backend.hcl'] }));

  test('plans, and applies what was planned', () => {
    expect(stagesOf(template).map(({ Name }) => Name)).toEqual(['Source', 'Plan', undefined, 'Deploy']);
    const { install, build } = projectOf(template, 'plan').buildSpec.phases;
    const plan = [...install.commands ?? [], ...build.commands].join('\n');
    for (const words of ['tofu_1.9.0_linux_amd64.zip', 'sha256sum --check', "cd 'infrastructure'", 'tofu init -backend-config=backend.hcl', 'tofu validate', 'tofu plan -lock=false -out=environment.tfplan']) {
      expect(plan).toContain(words);
    }
    expect(projectOf(template, 'deploy').buildSpec.phases.build.commands.join('\n')).toContain('tofu apply environment.tfplan');
  });

  const STALE = 'Error: Saved plan is stale';
  const MESSAGE = 'the state has changed since this plan was approved: push a commit or start the pipeline to plan again';
  test.each([
    ['is applied', 'fits', 'one', 'manual', ['environment.tfplan'], 0],
    ['that was approved and no longer fits is not replaced by another', STALE, 'one', 'manual', [STALE, MESSAGE], 1],
    ['that nobody had to approve and that no longer fits is made anew', STALE, 'one', 'none', [STALE, '-auto-approve'], 0],
    ['that no longer fits is made anew on the way back, which is an execution of its own', STALE, 'two', 'manual', [STALE, '-auto-approve'], 0],
    ['that fails otherwise fails', 'Error: no rights', 'two', 'none', ['Error: no rights'], 1],
  ])('a plan %s', (_, state, execution, approval, lines, status) => {
    const folder = mkdtempSync(join(tmpdir(), 'tofu-'));
    writeFileSync(join(folder, 'environment.execution'), 'one\n');
    writeFileSync(join(folder, 'tofu'), '#!/bin/sh\nif [ "$2" = -auto-approve ] || [ "$STATE" = fits ]; then echo "$2"; else echo "$STATE" >&2; exit 1; fi\n', { mode: 0o755 });
    const command = projectOf(template, 'deploy').buildSpec.phases.build.commands.find(line => line.startsWith('tofu apply')) ?? '';
    const env = { PATH: `${folder}:${process.env.PATH}`, STATE: state, PIPELINE_EXECUTION_ID: execution, PIPELINE_APPROVAL: approval };
    const run = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8', env });
    rmSync(folder, { recursive: true });
    expect({ lines: run.stdout.trim().split('\n'), status: run.status }).toEqual({ lines, status });
  });

  test('tells its builds in which execution they run, and whether somebody must approve', () => {
    const variables = stagesOf(template).at(-1)?.Actions.map(({ Configuration }) => textOf(Configuration.EnvironmentVariables));
    expect(variables).toEqual([
      '[{"name":"PIPELINE_EXECUTION_ID","value":"#{codepipeline.PipelineExecutionId}"},{"name":"PIPELINE_APPROVAL","value":"<Approval>"}]',
    ]);
  });

  test('only reads while it plans, and may do what CloudFormation may do for applications when it applies', () => {
    for (const [step, role] of [['plan', 'plan'], ['deploy', 'application']]) {
      const name = `arn:<AWS::Partition>:iam::<AWS::AccountId>:role/org-environments-${role}-<AWS::Region>`;
      const roles = resourcesOf(template, 'AWS::IAM::Role').filter(({ Properties }) => Properties.RoleName === `org-environments-pipeline-${step}`);
      const assumed = identityStatements({ Resources: Object.fromEntries(roles.entries()) }).filter(({ Action }) => Action === 'sts:AssumeRole');
      expect(assumed.map(({ Resource }) => textOf(Resource))).toEqual([name]);
      expect(projectOf(template, step).buildSpec.phases.build.commands[0]).toContain(`'${name}'`);
    }
  });
});

describe('the definition of a pipeline that mutates itself', () => {
  test('deploys its stack as long as there is no pipeline in it, and leaves it alone from then on', () => {
    const template = templateOf(PipelineDefinition.selfMutating({ stackName: 'Pipeline' }));
    expect(stagesOf(template).map(({ Name }) => Name)).toEqual(['Source', 'Synth', undefined, 'Deploy']);
    expect(projectOf(template, 'deploy').buildSpec.phases.build.commands).toEqual([
      expect.stringContaining("diff 'Pipeline' --app cdk.out --exclusively --method template"),
      'if grep -qF "[+] AWS::CodePipeline::Pipeline" diff.txt; then npx --yes aws-cdk@2.1148.1 deploy \'Pipeline\' --app cdk.out --require-approval never --progress events; '
      + "else echo 'the pipeline of the stack Pipeline exists and updates itself'; fi",
    ]);
  });
});

describe('a definition with a stage more', () => {
  const loadTest = { name: 'LoadTest', steps: [{ name: 'LoadTest', description: 'Tests under load', commands: ['npm run load-test'] }] };
  const namesOf = (definition: PipelineDefinition) => definition.plan().stages.map(({ name }) => name);

  test.each([
    [undefined, ['Synth', 'Check', 'Deploy', 'LoadTest']],
    [{ before: 'Deploy' }, ['Synth', 'Check', 'LoadTest', 'Deploy']],
    [{ before: 'Synth' }, ['LoadTest', 'Synth', 'Check', 'Deploy']],
    [{ after: 'Synth' }, ['Synth', 'LoadTest', 'Check', 'Deploy']],
    [{ after: 'Deploy' }, ['Synth', 'Check', 'Deploy', 'LoadTest']],
  ])('places it by %j', (placement, names) => {
    expect(namesOf(PipelineDefinition.cdk().withStage(loadTest, placement))).toEqual(names);
  });

  test('keeps the options of the definition, and leaves the definition as it is', () => {
    const definition = PipelineDefinition.cdk({ executionMode: ExecutionMode.QUEUED, buildImage: 'example/image' });
    const { executionMode, builds } = definition.withStage(loadTest).plan();
    expect({ executionMode, builds }).toMatchObject({ executionMode: ExecutionMode.QUEUED, builds: { buildImage: 'example/image' } });
    expect(namesOf(definition)).toEqual(['Synth', 'Check', 'Deploy']);
  });

  test('is deployed with its build project', () => {
    const template = templateOf(PipelineDefinition.tofu().withStage(loadTest));
    expect(projectOf(template, 'loadtest').buildSpec).toMatchObject({ phases: { build: { commands: ['npm run load-test'] } } });
  });

  test.each([
    [{ before: 'Deploi' }, "the stage 'LoadTest' cannot be placed before 'Deploi', which is not a stage of the definition: use one of Synth, Check, Deploy"],
    [{ after: 'Verify' }, "the stage 'LoadTest' cannot be placed after 'Verify', which is not a stage of the definition: use one of Synth, Check, Deploy"],
    [{ before: 'Deploy', after: 'Synth' }, "the stage 'LoadTest' is placed before 'Deploy' and after 'Synth': set only one of them"],
  ])('is rejected when it is placed by %j', (placement, message) => {
    expect(() => PipelineDefinition.cdk().withStage(loadTest, placement)).toThrow(message);
  });
});
