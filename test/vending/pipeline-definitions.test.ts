import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IN_REAL_TIME, reasons, Harness } from './harness';
import { pipelinesIdle } from '../../cli/run/pipeline-runs';
import type { PipelineSummary } from '../../rehearsal/services/codepipeline/service';
import type { PipelinePlan } from '../../src';
import { PipelineDefinition } from '../../src';
import { REGION } from '../fixtures/app';

type Execution = PipelineSummary['executions'][number];

/** Writes the cloud assembly of an app with a self-mutating pipeline. */
const APP = `
const { readFileSync, mkdirSync, writeFileSync } = require('node:fs');
const { accountId, region } = JSON.parse(readFileSync('environment.json', 'utf8'));
const [, release] = /"(.+)"/.exec(readFileSync('main.tf', 'utf8'));
mkdirSync('cdk.out');
const write = (file, value) => writeFileSync('cdk.out/' + file, JSON.stringify(value));
const role = kind => 'arn:aws:iam::' + accountId + ':role/cdk-hnb659fds-' + kind + '-role-' + accountId + '-' + region;
const type = (Category, Provider) => ({ Category, Provider, Owner: 'AWS', Version: '1' });
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'codepipeline.amazonaws.com' } };
const source = {
  Name: 'Source',
  ActionTypeId: type('Source', 'CodeCommit'),
  Configuration: { RepositoryName: 'own', BranchName: 'main' },
  OutputArtifacts: [{ Name: 'Source' }],
};
write('Pipeline.template.json', {
  Resources: {
    Artifacts: { Type: 'AWS::S3::Bucket' },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } },
    },
    Pipeline: { Type: 'AWS::CodePipeline::Pipeline', Properties: {
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
      ArtifactStore: { Type: 'S3', Location: { Ref: 'Artifacts' } },
      Stages: [
        { Name: 'Source', Actions: [source] },
        { Name: 'Approve', Actions: [{ Name: 'Approve', ActionTypeId: type('Approval', 'Manual') }] },
      ],
    } },
  },
  Outputs: { Release: { Value: release } },
});
write('Shop.template.json', { Resources: { Queue: { Type: 'AWS::SQS::Queue' } } });
const stack = name => [name, {
  type: 'aws:cloudformation:stack',
  environment: 'aws://' + accountId + '/' + region,
  properties: {
    templateFile: name + '.template.json',
    assumeRoleArn: role('deploy'),
    cloudFormationExecutionRoleArn: role('cfn-exec'),
    lookupRole: { arn: role('lookup') },
  },
}];
write('manifest.json', { version: '36.0.0', artifacts: Object.fromEntries(['Pipeline', 'Shop'].map(stack)) });
`;
const TOFU = readFileSync(join(__dirname, '../fixtures/tofu.js'), 'utf8');
const release = (version: string): Record<string, string> => ({ 'main.tf': `release = "${version}"\n` });

/** An OpenTofu pipeline that takes the program from the repository instead of downloading it. */
class OfflineTofu extends PipelineDefinition {
  public plan(): PipelinePlan {
    const install = ['mkdir "$HOME/bin" && install -m 755 tofu.js "$HOME/bin/tofu" && export PATH="$HOME/bin:$PATH"'];
    const { stages, ...others } = PipelineDefinition.tofu({
      environmentVariables: { NODE_PATH: join(__dirname, '../../node_modules') },
      smokeTestCommands: ['test -z "$tofu_token" && case "$tofu_release" in *-broken) exit 1;; esac'],
    }).plan();
    return {
      ...others,
      stages: stages.map(({ steps, ...stage }) => ({
        ...stage,
        steps: steps.map(step => (step.name === 'Verify' ? step : { ...step, installCommands: install })),
      })),
    };
  }
}

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start({
    ...IN_REAL_TIME,
    builds: true,
    files: { 'app.js': APP, 'tofu.js': TOFU, ...release('1.0.0') },
  });
  const selfMutating = PipelineDefinition.selfMutating({
    stackName: 'Pipeline',
    installCommands: [],
    buildCommands: [],
    synthCommands: ['node app.js'],
  });
  expect(reasons(await harness.deploy(cicd => {
    cicd.environment('infra', { pipeline: { definition: new OfflineTofu(), approval: true } });
    cicd.environment('own', { pipeline: { definition: selfMutating } });
  }))).toBe('');
  await pipelinesIdle(harness.simulation);
});
afterAll(() => harness.stop());

const account = (name: string): string => harness.vended[`shop-${name}`];
const executions = (name: string): readonly Execution[] =>
  harness.simulation.codepipeline.pipelines(account(name), REGION).find(pipeline => pipeline.name === name)
    ?.executions ?? [];
const actions = ({ actionRuns }: Execution): string[] =>
  [...actionRuns].reverse().map(({ action, status }) => `${action.Name} ${status}`);
const logs = (name: string): string[] =>
  harness.simulation.codebuild.builds(account(name), REGION).map(({ log }) => log.join('\n'));

async function push(name: string, version: string): Promise<void> {
  await harness.push(`env/${name}`, release(version));
  await pipelinesIdle(harness.simulation);
}

describe('OpenTofu pipeline', () => {
  const applied = (): string | undefined => harness.simulation.ssm.value(account('infra'), REGION, '/shop/release');
  const answer = async (): Promise<void> => {
    await harness.answer('infra', account('infra'), { status: 'Approved', summary: 'go ahead' });
    await pipelinesIdle(harness.simulation);
  };
  const approved = async (): Promise<string> => {
    const summary = executions('infra')[0].actionRuns[0].configuration.CustomData;
    await answer();
    return summary;
  };

  test('the plan step changes nothing, and its role permits no changes', () => {
    expect(actions(executions('infra')[0])).toEqual(['Source Succeeded', 'Plan Succeeded', 'Approve InProgress']);
    expect(logs('infra')[0]).toMatch(
      /a write while planning: User: \S+\/org-environments-plan-eu-west-1\/\S+ is not authorized .*: ssm:PutParameter/,
    );
    for (const name of ['/shop/planned', '/tofu/lock', '/tofu/state']) {
      expect(harness.simulation.ssm.value(account('infra'), REGION, name)).toBeUndefined();
    }
    expect(applied()).toBeUndefined();
  });

  test('the approval shows the plan, which is applied and tested after it is approved', async () => {
    expect(await approved()).toBe('Plan: 1 to add, 0 to change, 0 to destroy.');
    expect(actions(executions('infra')[0]).slice(2)).toEqual([
      'Approve Succeeded',
      'Deploy Succeeded',
      'Verify Succeeded',
    ]);
    expect(applied()).toBe('1.0.0');
  });

  test('a failed smoke test rolls back to the previous commit with a new plan', async () => {
    await push('infra', '1.1.0-broken');
    expect(await approved()).toBe('Plan: 0 to add, 1 to change, 0 to destroy.');
    const [again, failed] = executions('infra');
    expect(actions(failed).slice(-2)).toEqual(['Deploy Succeeded', 'Verify Failed']);
    expect(actions(again)).toEqual(['Deploy Succeeded', 'Verify Succeeded']);
    expect(applied()).toBe('1.0.0');
  });

  test('an approved plan that is stale fails, and no other plan is applied instead', async () => {
    await push('infra', '1.2.0');
    await push('infra', '1.3.0');
    expect(executions('infra').slice(0, 2).map(actions)).toEqual([
      ['Source Succeeded', 'Plan Succeeded'], ['Source Succeeded', 'Plan Succeeded', 'Approve InProgress'],
    ]);
    await answer();
    expect(applied()).toBe('1.2.0');
    await answer();
    const [again, failed] = executions('infra');
    expect(actions(failed).slice(2)).toEqual(['Approve Succeeded', 'Deploy Failed']);
    const log = logs('infra').find(
      lines => lines.includes('Saved plan is stale') && !lines.includes('Apply complete!'),
    );
    expect(log).toContain(
      'the state has changed since this plan was approved: push a commit or start the pipeline to plan again',
    );
    expect(actions(again)).toEqual(['Deploy Succeeded', 'Verify Succeeded']);
    expect(applied()).toBe('1.2.0');
  });

  test('a failed plan shows the error of OpenTofu and requests no approval', async () => {
    await push('infra', '');
    expect(actions(executions('infra')[0])).toEqual(['Source Succeeded', 'Plan Failed']);
    expect(logs('infra')[0]).toContain('Error: Argument or block definition required');
  });
});

describe('self-mutating pipeline', () => {
  const deployed = (): string | undefined =>
    harness.simulation.cloudformation
      .find(account('own'), REGION, 'Pipeline')
      ?.outputs.find(({ key }) => key === 'Release')?.value;

  test('the first execution deploys only the stack of the self-mutating pipeline', () => {
    expect(actions(executions('own')[0])).toEqual(['Source', 'Synth', 'Deploy'].map(name => `${name} Succeeded`));
    expect(deployed()).toBe('1.0.0');
    expect(harness.simulation.codepipeline.pipelines(account('own'), REGION)).toHaveLength(2);
    expect(harness.stackStatus(account('own'), 'Shop')).toBeUndefined();
  });

  test('later executions do not deploy the self-mutating pipeline again', async () => {
    await push('own', '1.1.0');
    expect(actions(executions('own')[0])).toEqual(['Source', 'Synth', 'Deploy'].map(name => `${name} Succeeded`));
    expect(logs('own')[0]).toContain('the pipeline of the stack Pipeline exists and updates itself');
    expect(deployed()).toBe('1.0.0');
    expect(executions('own')).toHaveLength(2);
  });
});
