import { Aws } from 'aws-cdk-lib';
import { CfnProject, ComputeType } from 'aws-cdk-lib/aws-codebuild';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { BuildOptions, PipelineStep } from './pipeline-plan';
import { describeCommand } from './scripts';
import { acknowledge } from '../private/acknowledge';
import { sortedEntries } from '../private/canonical-json';
import { NAMES } from '../private/contract';

const IMAGE = 'aws/codebuild/standard:7.0';
/**
 * CDK does not support the default version of CodeBuild's images. CodeBuild rejects runtime versions for other
 * images.
 */
const NODE = { 'runtime-versions': { nodejs: '22' } };

export interface BuildProjectProps {
  readonly step: PipelineStep;
  readonly options: BuildOptions;
  readonly role: IRole;
  readonly keyArn: string;
  readonly bucketName: string;
  readonly logGroupName: string;
  /** The content of `environment.json`. */
  readonly descriptor: string;
}

/** Whether a step runs commands of the app in the repository, and not only commands of the pipeline. */
export function runsInRepository(step: PipelineStep): boolean {
  return (step.inputArtifact ?? 'Source') === 'Source';
}

/** Whether the source artifact is an input of a step. */
export function usesRepository(step: PipelineStep): boolean {
  return runsInRepository(step) || (step.extraInputArtifacts ?? []).includes('Source');
}

export function projectName(step: PipelineStep): string {
  return `${NAMES.buildProjectPrefix}${step.name.toLowerCase()}`;
}

/** The CodeBuild project of a step. */
export class BuildProject extends Construct {
  public constructor(scope: Construct, id: string, private readonly props: BuildProjectProps) {
    super(scope, id);
    const { step, options, role } = props;
    const { network } = options;
    const project = new CfnProject(this, 'Resource', {
      name: projectName(step),
      description: step.description,
      serviceRole: role.roleArn,
      encryptionKey: props.keyArn,
      artifacts: { type: 'CODEPIPELINE' },
      source: { type: 'CODEPIPELINE', buildSpec: JSON.stringify(this.buildSpec(), undefined, 2) },
      environment: {
        type: 'LINUX_CONTAINER',
        image: options.buildImage ?? IMAGE,
        computeType: options.computeType ?? ComputeType.SMALL,
        privilegedMode: step.docker ?? false,
        environmentVariables: this.variables(),
      },
      logsConfig: { cloudWatchLogs: { status: 'ENABLED', groupName: props.logGroupName } },
      cache: step.cached && options.cachePaths ? { type: 'S3', location: `${props.bucketName}/cache` } : undefined,
      vpcConfig: network && {
        vpcId: network.vpcId, subnets: network.subnetIds, securityGroupIds: network.securityGroupIds,
      },
      timeoutInMinutes: options.timeout?.toMinutes() ?? 60,
    });
    if (step.docker) {
      acknowledge(project, { CB3: 'image assets and bundling need Docker; each build runs on its own machine' });
    }
    project.node.addDependency(role);
  }

  private buildSpec(): object {
    const { step, options } = this.props;
    const { buildImage = IMAGE } = options;
    const commands = [...runsInRepository(step) ? [describeCommand()] : [], ...step.installCommands ?? []];
    const install = { ...buildImage.startsWith('aws/codebuild/') && NODE, ...commands.length > 0 && { commands } };
    return {
      version: '0.2',
      ...step.exportedVariables && { env: { 'exported-variables': step.exportedVariables } },
      phases: {
        ...Object.keys(install).length > 0 && { install },
        build: { commands: step.commands },
      },
      ...step.outputFiles && { artifacts: { files: step.outputFiles } },
      ...step.cached && options.cachePaths && { cache: { paths: options.cachePaths } },
    };
  }

  private variables(): CfnProject.EnvironmentVariableProperty[] {
    const { step, options, descriptor } = this.props;
    return [
      ...runsInRepository(step) ? [{ name: 'ENVIRONMENT_DESCRIPTOR', value: descriptor }] : [],
      ...sortedEntries(options.environmentVariables ?? {}).map(([name, value]) => ({ name, value })),
      ...runsInRepository(step) ? sortedEntries(options.secrets ?? {}).map(([name, secret]) => {
        const { type, value } = secret._bind();
        return { name, type, value };
      }) : [],
    ];
  }
}

export function projectArn(step: PipelineStep): string {
  return `arn:${Aws.PARTITION}:codebuild:${Aws.REGION}:${Aws.ACCOUNT_ID}:project/${projectName(step)}`;
}
