import { Aws, CfnCondition, CfnParameter, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BuildProject } from './build-project';
import { PipelineRoles } from './pipeline-roles';
import { NAMES } from '../private/contract';

/** What differs between environments: the template is the same for all of them. */
export const PIPELINE_PARAMETERS = {
  PIPELINE_NAME: 'PipelineName',
  REPOSITORY_NAME: 'RepositoryName',
  BRANCH_NAME: 'BranchName',
  PARENT_BRANCH_NAME: 'ParentBranchName',
  SOURCE_ROLE_ARN: 'SourceRoleArn',
  ARTIFACT_KEY_ARN: 'ArtifactKeyArn',
  TRIGGER_ROLE_ARN: 'TriggerRoleArn',
  APPROVAL: 'Approval',
  STATE: 'State',
} as const;

/** CDK no longer runs on the version that the image has by default. */
const NODE = { 'runtime-versions': { nodejs: '22' } };

/**
 * A merge from another environment's branch brings that one's description along, and git does so without asking. What the code finds in the
 * pipeline is always its own; what people have added to the file stays.
 */
const DESCRIBE = `node -e "${[
  `const fs = require('fs'), file = '${NAMES.descriptor}'`,
  'const found = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, \'utf8\')) : {}',
  'const known = JSON.parse(process.env.ENVIRONMENT_DESCRIPTOR, (key, value) => value === \'\' ? undefined : value)',
  'fs.writeFileSync(file, JSON.stringify({ ...found, ...known }, undefined, 2))',
].join('; ')}"`;

export interface PipelineResourcesProps {
  readonly installCommands: string[];
  readonly buildCommands: string[];
  readonly synthCommands: string[];
}

/** What a pipeline is made of in its account. Nothing here may depend on the environment but through the parameters. */
export class PipelineResources extends Construct {
  private readonly value: { readonly [parameter: string]: string };

  public constructor(scope: Construct, id: string, props: PipelineResourcesProps) {
    super(scope, id);
    this.value = this.parameters();
    const logs = new LogGroup(this, 'BuildLogs', { retention: RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
    const bucketName = `${NAMES.artifactBucketPrefix}${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    const roles = new PipelineRoles(this, 'Roles', {
      bucketArn: `arn:${Aws.PARTITION}:s3:::${bucketName}`,
      keyArn: this.value.ArtifactKeyArn,
      logGroupArn: logs.logGroupArn,
      pipelineName: this.value.PipelineName,
      sourceRoleArn: this.value.SourceRoleArn,
      triggerRoleArn: this.value.TriggerRoleArn,
    });
    const shared = { keyArn: this.value.ArtifactKeyArn, logGroupName: logs.logGroupName };
    const synth = new BuildProject(this, 'Synth', {
      ...shared,
      projectName: NAMES.synthProject,
      description: 'Synthesizes the CDK app of the branch',
      role: roles.synth,
      environment: { ENVIRONMENT_DESCRIPTOR: this.descriptor() },
      phases: {
        install: { ...NODE, commands: [DESCRIBE, ...props.installCommands] },
        build: { commands: [...props.buildCommands, ...props.synthCommands] },
      },
      artifacts: ['cdk.out/**/*'],
    });
    const deploy = new BuildProject(this, 'Deploy', {
      ...shared,
      projectName: NAMES.deployProject,
      description: 'Deploys the synthesized app into this account',
      role: roles.deploy,
      phases: {
        install: NODE,
        build: {
          commands: [
            // '**' selects the stacks of stages, too, which --all leaves out
            "npx --yes aws-cdk@2 deploy '**' --app cdk.out --require-approval never --progress events",
          ],
        },
      },
    });
    this.pipeline(roles, bucketName, synth.projectName, deploy.projectName);
  }

  /** What `environment.json` says of the environment. */
  private descriptor(): string {
    const { PipelineName: name, BranchName: branch, ParentBranchName: parent } = this.value;
    return Stack.of(this).toJsonString({ name, accountId: Aws.ACCOUNT_ID, region: Aws.REGION, parent, branch });
  }

  private parameters(): { readonly [parameter: string]: string } {
    const { APPROVAL, STATE, ...names } = PIPELINE_PARAMETERS;
    const choice = (name: string, allowedValues: string[]) => this.parameter(name, { allowedValues });
    return Object.fromEntries([
      ...Object.values(names).map(name => [name, this.parameter(name, {})]),
      [APPROVAL, choice(APPROVAL, ['manual', 'none'])],
      [STATE, choice(STATE, ['enabled', 'frozen'])],
    ]);
  }

  private parameter(name: string, props: { allowedValues?: string[] }): string {
    const parameter = new CfnParameter(this, name, { type: 'String', ...props });
    parameter.overrideLogicalId(name);
    return parameter.valueAsString;
  }

  private pipeline(roles: PipelineRoles, bucketName: string, synthProject: string, deployProject: string) {
    const pipeline = new CfnPipeline(this, 'Pipeline', {
      name: this.value.PipelineName,
      pipelineType: 'V2',
      executionMode: 'SUPERSEDED',
      roleArn: roles.pipeline.roleArn,
      artifactStore: { type: 'S3', location: bucketName, encryptionKey: { type: 'KMS', id: this.value.ArtifactKeyArn } },
      stages: [
        { name: 'Source', actions: [this.sourceAction()] },
        { name: 'Synth', actions: [buildAction('Synth', synthProject, 'Source', 'Assembly')] },
        this.approvalStage(),
        { name: 'Deploy', actions: [buildAction('Deploy', deployProject, 'Assembly')] },
      ],
    });
    // in the template and not by an API call, which the next update of the stack would undo
    const frozen = new CfnCondition(this, 'Frozen', { expression: Fn.conditionEquals(this.value.State, 'frozen') });
    pipeline.disableInboundStageTransitions = Fn.conditionIf(frozen.logicalId, [
      { StageName: 'Synth', Reason: 'Frozen by the definition of the environment' },
    ], Aws.NO_VALUE);
    // a pipeline starts when it is made: its role must be able to work by then
    pipeline.node.addDependency(roles);
  }

  private sourceAction(): CfnPipeline.ActionDeclarationProperty {
    return {
      name: 'Source',
      actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
      // the repository is in the CICD account, where the trigger function watches it
      roleArn: this.value.SourceRoleArn,
      configuration: { RepositoryName: this.value.RepositoryName, BranchName: this.value.BranchName, PollForSourceChanges: 'false' },
      outputArtifacts: [{ name: 'Source' }],
    };
  }

  private approvalStage() {
    const manual = new CfnCondition(this, 'ManualApproval', { expression: Fn.conditionEquals(this.value.Approval, 'manual') });
    return Fn.conditionIf(manual.logicalId, {
      Name: 'Approve',
      Actions: [{ Name: 'Approve', ActionTypeId: { Category: 'Approval', Owner: 'AWS', Provider: 'Manual', Version: '1' } }],
    }, Aws.NO_VALUE);
  }
}

function buildAction(name: string, project: string, input: string, output?: string): CfnPipeline.ActionDeclarationProperty {
  return {
    name,
    actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
    configuration: { ProjectName: project },
    inputArtifacts: [{ name: input }],
    outputArtifacts: output ? [{ name: output }] : [],
  };
}
