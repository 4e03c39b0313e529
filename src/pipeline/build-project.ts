import { CfnProject } from 'aws-cdk-lib/aws-codebuild';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../private/acknowledge';

export interface BuildProjectProps {
  readonly projectName: string;
  readonly description: string;
  readonly role: IRole;
  readonly keyArn: string;
  readonly logGroupName: string;
  readonly phases: { readonly [phase: string]: { readonly 'commands'?: string[]; readonly 'runtime-versions'?: { readonly [runtime: string]: string } } };
  readonly environment?: { readonly [variable: string]: string };
  readonly artifacts?: string[];
}

/** A step of the pipeline that runs commands. */
export class BuildProject extends Construct {
  public readonly projectName: string;

  public constructor(scope: Construct, id: string, props: BuildProjectProps) {
    super(scope, id);
    const project = new CfnProject(this, 'Resource', {
      name: props.projectName,
      description: props.description,
      serviceRole: props.role.roleArn,
      encryptionKey: props.keyArn,
      artifacts: { type: 'CODEPIPELINE' },
      source: {
        type: 'CODEPIPELINE',
        buildSpec: JSON.stringify({ version: '0.2', phases: props.phases, ...(props.artifacts && { artifacts: { files: props.artifacts } }) }, undefined, 2),
      },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/standard:7.0',
        computeType: 'BUILD_GENERAL1_SMALL',
        privilegedMode: true,
        environmentVariables: Object.entries(props.environment ?? {}).map(([name, value]) => ({ name, value })),
      },
      logsConfig: { cloudWatchLogs: { status: 'ENABLED', groupName: props.logGroupName } },
      timeoutInMinutes: 60,
    });
    acknowledge(project, { CB3: 'apps with container images or bundling need Docker; each build has a machine of its own' });
    project.node.addDependency(props.role);
    this.projectName = project.ref;
  }
}
