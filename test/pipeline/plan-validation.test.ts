import { Duration } from 'aws-cdk-lib';
import type { CdkPipelineOptions, PipelinePlan, PipelineStep } from '../../src';
import { BuildSecret, PipelineDefinition } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';

const define = (definition: PipelineDefinition) => () => new Cicd(quickApp(), { imported: true }).environment(
  'dev', { pipeline: { definition } },
);

class Planned extends PipelineDefinition {
  public constructor(private readonly planned: PipelinePlan) {
    super();
  }

  public plan(): PipelinePlan {
    return this.planned;
  }
}

const step = (name: string, more: Partial<PipelineStep> = {}): PipelineStep => ({
  name, description: 'x', commands: ['true'], ...more,
});
const stages = (...steps: PipelineStep[]) => new Planned({
  stages: [...steps, step('Deploy')].map(own => ({ name: own.name, steps: [own] })),
});

describe('a pipeline stops at synth', () => {
  test.each<[string, CdkPipelineOptions, string]>([
    ['when it watches too many alarms', { alarmNames: ['a', 'b', 'c', 'd', 'e', 'f'] },
      "the stage 'Deploy' can watch at most 5 alarms, got 6: combine some in one alarm with metric math"],
    [
      'when an alarm has no name',
      { alarmNames: ['a', ''] },
      "an alarm of the stage 'Deploy' must be a name of at least one character, got ''",
    ],
    [
      'when it watches an alarm twice',
      { alarmNames: ['a', 'b', 'a'] },
      "the stage 'Deploy' watches the alarm 'a' twice: name it once",
    ],
    [
      'when it watches alarms for too long',
      { alarmNames: ['a'], alarmWindow: Duration.days(2) },
      'the alarmWindow must be 1 to 1440 whole minutes, got 2 days',
    ],
    [
      'when a build may take too little time',
      { timeout: Duration.minutes(4) },
      'the timeout must be 5 to 2160 whole minutes, got 4 minutes',
    ],
    [
      'when a build may take half a minute',
      { timeout: Duration.seconds(330) },
      'the timeout must be 5 to 2160 whole minutes, got 5 minutes 30 seconds',
    ],
    ['when a variable has no proper name', { environmentVariables: { 'MY-SIZE': 'x' } },
      "the name of an environment variable must be letters, digits and '_', not beginning with a digit, got 'MY-SIZE'"],
    [
      'when a variable is its own',
      { environmentVariables: { CODEBUILD_SRC_DIR: 'x' } },
      "the environment variable 'CODEBUILD_SRC_DIR' is set by the pipeline itself: choose another name",
    ],
    ['when a variable is the id of its execution', { environmentVariables: { PIPELINE_EXECUTION_ID: 'x' } },
      "the environment variable 'PIPELINE_EXECUTION_ID' is set by the pipeline itself: choose another name"],
    [
      'when a variable is where commands are found',
      { environmentVariables: { PATH: '/opt/bin' } },
      "the environment variable 'PATH' is needed by the pipeline itself: choose another name",
    ],
    [
      'when a variable is the home of the user',
      { environmentVariables: { HOME: '/tmp' } },
      "the environment variable 'HOME' is needed by the pipeline itself: choose another name",
    ],
    ['when a variable is the region', { environmentVariables: { AWS_DEFAULT_REGION: 'us-east-1' } },
      "the environment variable 'AWS_DEFAULT_REGION' is needed by the pipeline itself: choose another name"],
    ['when a secret is a credential', { secrets: { AWS_ACCESS_KEY_ID: BuildSecret.parameter('/x') } },
      "the environment variable 'AWS_ACCESS_KEY_ID' is needed by the pipeline itself: choose another name"],
    ['when a variable is also a secret', {
      environmentVariables: { TOKEN: 'x' }, secrets: { TOKEN: BuildSecret.parameter('/x') },
    },
    "'TOKEN' is both in 'environmentVariables' and in 'secrets': keep one of them"],
    ['when its network has no subnets', { network: { vpcId: 'vpc-1', subnetIds: [], securityGroupIds: ['sg-1'] } },
      "the network of builds must have at least one of 'subnetIds', got none"],
    ['when its network has no security groups', {
      network: { vpcId: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: [] },
    },
    "the network of builds must have at least one of 'securityGroupIds', got none"],
    ['when Guard rules are not in the repository', { guardRules: ['../rules.guard'] },
      "a file of 'guardRules' must be a path within the repository without spaces and quotes, got '../rules.guard'"],
    ['when a secret is named by its ARN', {
      secrets: { TOKEN: BuildSecret.secretsManager('arn:aws:secretsmanager:eu-west-1:123456789012:secret:npm-a1B2c3') },
    },
    "the secret 'TOKEN' must be the name of a secret of Secrets Manager and not an ARN: letters, "
        + "digits and '/_+=.@!-', got 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:npm-a1B2c3'"],
    ['when a secret has no name', { secrets: { TOKEN: BuildSecret.secretsManager('') } },
      "the secret 'TOKEN' must be the name of a secret of Secrets Manager and not an ARN: letters, "
        + "digits and '/_+=.@!-', got ''"],
    ['when a parameter is named by its ARN', {
      secrets: { TOKEN: BuildSecret.parameter('arn:aws:ssm:eu-west-1:123456789012:parameter/npm') },
    },
    "the secret 'TOKEN' must be the name of a parameter of Systems Manager and not an ARN: letters, digits and "
        + "'/_.-', got 'arn:aws:ssm:eu-west-1:123456789012:parameter/npm'"],
    ['when a parameter has no name', { secrets: { TOKEN: BuildSecret.parameter('') } },
      "the secret 'TOKEN' must be the name of a parameter of Systems Manager and not an ARN: "
        + "letters, digits and '/_.-', got ''"],
    [
      'when there is no such command line',
      { cliVersion: 'latest; true' },
      "the 'cliVersion' must be a version like '2.1148.1', got 'latest; true'",
    ],
    [
      'when a list is one command',
      { installCommands: 'npm ci' as unknown as string[] },
      "'installCommands' must be a list of commands, got 'npm ci': write ['npm ci']",
    ],
    ['when a command is empty', { smokeTestCommands: [' '] }, "'smokeTestCommands' has an empty command: omit it"],
    [
      'when nothing synthesizes',
      { synthCommands: [] },
      "'synthCommands' must have at least one command, which synthesizes the app to cdk.out, got none",
    ],
  ])('%s', (_, options, message) => {
    expect(define(PipelineDefinition.cdk(options))).toThrow(`[Cicd/dev/Pipeline] ${message}`);
  });

  test.each<[string, PipelineDefinition, string]>([
    [
      'when nothing is deployed',
      new Planned({ stages: [] }),
      "a pipeline must have a stage 'Deploy', before which it requires approval, got none",
    ],
    [
      'when a stage is empty',
      new Planned({ stages: [{ name: 'Test', steps: [] }, { name: 'Deploy', steps: [step('Deploy')] }] }),
      "the stage 'Test' must have at least one step, got none",
    ],
    [
      'when a stage has no proper name',
      stages(step('Load test')),
      "the name of a stage must be a letter and at most 30 more letters and digits, got 'Load test'",
    ],
    [
      'when a stage has the name of one of its own',
      stages(step('Approve')),
      "the name 'Approve' of a stage is reserved for the pipeline itself: choose another name",
    ],
    [
      'when a step has the name of a role of its own',
      stages(step('Events')),
      "the name 'Events' of a stage is reserved for the pipeline itself: choose another name",
    ],
    ['when a step has the name of another role of its own', new Planned({
      stages: [{ name: 'Deploy', steps: [step('operate')] }],
    }),
    "the name 'operate' of a step is reserved for the pipeline itself: choose another name"],
    ['when the stack of its own pipeline breaks out of a command', PipelineDefinition.selfMutating({
      stackName: "Pipeline'; true",
    }),
    "the 'stackName' must be a name or a path of letters, digits and '_-/', got 'Pipeline'; true'"],
    [
      'when OpenTofu has no proper version',
      PipelineDefinition.tofu({ tofuVersion: 'v1.10' }),
      "the 'tofuVersion' must be like '1.10.6', got 'v1.10'",
    ],
    [
      'when the checksum of the version of OpenTofu is unknown',
      PipelineDefinition.tofu({ tofuVersion: '1.9.0' }),
      "the 'tofuVersion' 1.9.0 needs its 'tofuSha256', because this library knows only the checksums of 1.10.6, "
      + "1.12.3, 1.12.6, 1.13.1: use the line 'tofu_1.9.0_linux_amd64.zip' of "
      + 'https://github.com/opentofu/opentofu/releases/download/v1.9.0/tofu_1.9.0_SHA256SUMS, after you have verified '
      + "that list with 'cosign verify-blob' (https://opentofu.org/docs/intro/install/standalone)",
    ],
    [
      'when the checksum of OpenTofu is not one',
      PipelineDefinition.tofu({ tofuVersion: '1.9.0', tofuSha256: '1234' }),
      "the 'tofuSha256' must be 64 hexadecimal digits in lower case, got '1234'",
    ],
    [
      'when the checksum of OpenTofu is another one than the known',
      PipelineDefinition.tofu({ tofuSha256: 'a'.repeat(64) }),
      "the 'tofuSha256' of the 'tofuVersion' 1.10.6 must be "
      + "'15b7bed76420b50da3e121769c43341df8cd57d751ca14e6dbe9c850124c6dac', got "
      + `'${'a'.repeat(64)}': omit it`,
    ],
    ['when the configuration of OpenTofu is not in the repository', PipelineDefinition.tofu({ directory: "../in'fra" }),
      "the 'directory' must be a path within the repository without spaces and quotes, got '../in'fra'"],
    ['when two steps differ in case alone', new Planned({
      stages: [{ name: 'Deploy', steps: [step('Test'), step('test')] }],
    }),
    "the pipeline has two steps named 'test': choose another name for one of them"],
    [
      'when an artifact comes from nowhere',
      stages(step('Test', { inputArtifact: 'Assembly' })),
      "the step 'Test' uses the artifact 'Assembly', which no earlier step creates: use one of Source",
    ],
    [
      'when a step does nothing',
      stages(step('Test', { commands: [] })),
      "the step 'Test' must have at least one command, got none",
    ],
    ['when a file is not in the repository', stages(step('Test', { outputFiles: ['/etc/hosts'] })),
      "a file of the step 'Test' must be a path within the repository without spaces and quotes, got '/etc/hosts'"],
    ['when an artifact is made twice', stages(
      step('One', { outputArtifact: 'Made' }), step('Two', { outputArtifact: 'Made' }),
    ),
    "the step 'Two' creates the artifact 'Made', which an earlier step creates: choose another name"],
  ])('%s', (_, definition, message) => {
    expect(define(definition)).toThrow(`[Cicd/dev/Pipeline] ${message}`);
  });

  test('when the timeout of the approval is longer than 60 days', () => {
    expect(
      () => new Cicd(quickApp(), { imported: true }).environment(
        'dev', { pipeline: { approvalTimeout: Duration.days(61) } },
      ),
    ).toThrow(
      '[Cicd/dev/Pipeline] the approvalTimeout must be 5 to 86400 whole minutes, got 61 days');
  });
});
