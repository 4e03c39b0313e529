import type { PipelineDefinition } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import type { SynthesizedTemplate } from '../fixtures/assembly';
import { pipelineTemplateOf, onlyResource, resourcesOf } from '../fixtures/assembly';
import { textOf } from '../fixtures/policies';

export interface BuildSpec {
  readonly phases: {
    readonly install: { readonly 'commands'?: string[]; readonly 'runtime-versions'?: object };
    readonly build: { readonly commands: string[] };
  };
  readonly [property: string]: unknown;
}

export function templateOf(definition?: PipelineDefinition): SynthesizedTemplate {
  const app = quickApp();
  const { pipeline } = new Cicd(app, { imported: true }).environment('dev', { pipeline: { definition } });
  return pipelineTemplateOf(app.synth(), pipeline);
}

export interface Project {
  readonly Environment: {
    readonly PrivilegedMode: boolean;
    readonly EnvironmentVariables: readonly { readonly Name: string }[];
  };
  readonly buildSpec: BuildSpec;
}

export function projectOf(template: SynthesizedTemplate, name: string): Project {
  const [project] = resourcesOf(template, 'AWS::CodeBuild::Project').filter(
    ({ Properties }) => Properties.Name === `org-environments-${name}`,
  );
  const { Environment, Source, ...others } = project?.Properties ?? {};
  return { ...others, Environment, buildSpec: JSON.parse(textOf(Source.BuildSpec)) as BuildSpec };
}

export interface Stage {
  readonly 'Fn::If'?: [string, { Actions: object[] }, object];
  readonly 'Name'?: string;
  readonly 'Actions': { readonly Name: string; readonly Configuration: Readonly<Record<string, unknown>> }[];
  readonly 'OnFailure'?: object;
  readonly 'OnSuccess'?: object;
}

export function stagesOf(template: SynthesizedTemplate): Stage[] {
  return onlyResource(template, 'AWS::CodePipeline::Pipeline').Properties.Stages as Stage[];
}
