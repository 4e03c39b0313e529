import { PipelineDefinition } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import type { SynthesizedTemplate } from '../fixtures/assembly';
import { accountTemplateOf, onlyResource, resourcesOf } from '../fixtures/assembly';

interface BuildSpec {
  readonly phases: { readonly install: { readonly commands?: string[] }; readonly build: { readonly commands: string[] } };
  readonly [property: string]: unknown;
}

function templateOf(definition?: PipelineDefinition): SynthesizedTemplate {
  const app = quickApp();
  const { pipeline } = new Cicd(app, { imported: true }).environment('dev', { pipeline: { definition } });
  return accountTemplateOf(app.synth(), pipeline.accountStack);
}

function projectOf(template: SynthesizedTemplate, name: string) {
  const [project] = resourcesOf(template, 'AWS::CodeBuild::Project').filter(({ Properties }) => Properties.Name === `org-environments-${name}`);
  return { ...project?.Properties, buildSpec: JSON.parse(project?.Properties.Source.BuildSpec ?? '{}') as BuildSpec };
}

interface Stage { readonly Name?: string; readonly Actions: { readonly Name: string }[]; readonly OnFailure?: object; readonly OnSuccess?: object }

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
      "npx --yes aws-cdk@2 deploy '**' --app cdk.out --require-approval never --progress events --outputs-file outputs.json",
    ]);
  });

  test('compares templates before anything is deployed, and tells whoever approves', () => {
    const { phases, env } = projectOf(template, 'check').buildSpec;
    expect(phases.build.commands[0]).toBe("npx --yes aws-cdk@2 diff '**' --app cdk.out --method template --no-color > diff.txt 2>&1 || { cat diff.txt; exit 1; }");
    expect(env).toEqual({ 'exported-variables': ['CHECK_SUMMARY', 'CHECK_BUILD'] });
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
