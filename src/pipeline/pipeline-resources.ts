import { Aws, CfnCondition, CfnParameter, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import { CfnPolicy, IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BuildProject } from './build-project';
import { PipelineEvents } from './pipeline-events';
import type { PipelinePlan } from './pipeline-plan';
import { ExecutionMode } from './pipeline-plan';
import { PipelineRoles } from './pipeline-roles';
import { approvalStage, sourceStage, stageOf } from './stages';
import type { SideAccess } from '../blue-green/side-access';
import { NAMES, PIPELINE_STATE } from '../private/contract';
import type { SourceActionValues, SourceReading } from '../sources/source-host';

/** The parameters of the template of pipelines, which have the differences between environments. */
export const PIPELINE_PARAMETERS = {
  PIPELINE_NAME: 'PipelineName',
  REPOSITORY_NAME: 'RepositoryName',
  BRANCH_NAME: 'BranchName',
  PARENT_BRANCH_NAME: 'ParentBranchName',
  /** Of a repository that is read with a role. */
  SOURCE_ROLE_ARN: 'SourceRoleArn',
  /** Of a repository that is read through a connection. */
  CONNECTION_ARN: 'ConnectionArn',
  ARTIFACT_KEY_ARN: 'ArtifactKeyArn',
  TRIGGER_ROLE_ARN: 'TriggerRoleArn',
  EVENT_BUS_ARN: 'EventBusArn',
  APPROVAL: 'Approval',
  APPROVAL_MINUTES: 'ApprovalMinutes',
  APPROVAL_TOPIC_ARN: 'ApprovalTopicArn',
  STATE: PIPELINE_STATE.parameter,
} as const;

/** The resources of a pipeline in its account. They depend on the environment only through the parameters. */
export class PipelineResources extends Construct {
  private readonly value: { readonly [parameter: string]: string };

  public constructor(
    scope: Construct,
    id: string,
    private readonly plan: PipelinePlan,
    private readonly reading: SourceReading,
    release: Required<SideAccess> | undefined,
  ) {
    super(scope, id);
    this.value = this.parameters();
    const logs = new LogGroup(this, 'BuildLogs', {
      retention: RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY,
    });
    const bucketName = `${NAMES.artifactBucketPrefix}${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    const roles = new PipelineRoles(this, 'Roles', {
      stages: plan.stages,
      build: plan.builds ?? {},
      bucketArn: `arn:${Aws.PARTITION}:s3:::${bucketName}`,
      keyArn: this.value.ArtifactKeyArn,
      logGroupArn: logs.logGroupArn,
      pipelineName: this.value.PipelineName,
      read: reading.pipelineStatements(this.branch()),
      clone: reading.buildStatements(this.branch()),
      triggerRoleArn: this.value.TriggerRoleArn,
      release,
    });
    const builds = this.builds(roles, bucketName, logs.logGroupName);
    const events = new PipelineEvents(this, 'Events', {
      pipelineName: this.value.PipelineName, eventBusArn: this.value.EventBusArn,
    });
    // a pipeline starts when it is created: its roles, its builds and the rule for its events must exist
    this.pipeline(roles, bucketName).node.addDependency(roles, events, builds);
  }

  private builds(roles: PipelineRoles, bucketName: string, logGroupName: string): Construct {
    // a scope of their own, so that names of steps cannot conflict with other ids
    const builds = new Construct(this, 'Builds');
    for (const step of this.plan.stages.flatMap(stage => stage.steps)) {
      new BuildProject(builds, step.name, {
        step,
        options: this.plan.builds ?? {},
        role: roles.of(step),
        keyArn: this.value.ArtifactKeyArn,
        bucketName,
        logGroupName,
        descriptor: this.descriptor(),
      });
    }
    return builds;
  }

  /** The content of `environment.json`. */
  private descriptor(): string {
    const { PipelineName: name, BranchName: branch, ParentBranchName: parent } = this.value;
    return Stack.of(this).toJsonString({ name, accountId: Aws.ACCOUNT_ID, region: Aws.REGION, parent, branch });
  }

  /** What the source action needs. */
  private branch(): SourceActionValues {
    const { RepositoryName: repositoryName, BranchName: branchName, [this.reading.parameter]: grantArn } = this.value;
    return { repositoryName, branchName, grantArn };
  }

  private parameters(): { readonly [parameter: string]: string } {
    const { APPROVAL, STATE, SOURCE_ROLE_ARN, CONNECTION_ARN, ...others } = PIPELINE_PARAMETERS;
    const names = { ...others, grant: this.reading.parameter };
    const choice = (name: string, allowedValues: string[]) => this.parameter(name, { allowedValues });
    return Object.fromEntries([
      ...Object.values(names).map(name => [name, this.parameter(name, {})]),
      [APPROVAL, choice(APPROVAL, ['manual', 'none'])],
      [STATE, choice(STATE, [PIPELINE_STATE.enabled, PIPELINE_STATE.disabled])],
    ]);
  }

  private parameter(name: string, props: { allowedValues?: string[] }): string {
    const parameter = new CfnParameter(this, name, { type: 'String', ...props });
    parameter.overrideLogicalId(name);
    return parameter.valueAsString;
  }

  private pipeline(roles: PipelineRoles, bucketName: string): CfnPipeline {
    const { stages, executionMode = ExecutionMode.SUPERSEDED } = this.plan;
    const deploy = stages.findIndex(({ name }) => name === 'Deploy');
    const declared = stages.map(stage => stageOf(stage, this.value.Approval));
    const trigger = this.reading.trigger(this.branch());
    const pipeline = new CfnPipeline(this, 'Pipeline', {
      name: this.value.PipelineName,
      tags: [{ key: NAMES.pipelineTag, value: this.value.PipelineName }],
      pipelineType: 'V2',
      executionMode,
      ...trigger && { triggers: [trigger] },
      roleArn: roles.pipeline.roleArn,
      artifactStore: {
        type: 'S3', location: bucketName, encryptionKey: { type: 'KMS', id: this.value.ArtifactKeyArn },
      },
      stages: [
        sourceStage(this.reading.action(this.branch())),
        ...declared.slice(0, deploy),
        this.approval(roles.pipeline),
        ...declared.slice(deploy),
      ],
    });
    // in the template: the next update of the stack would undo an API call
    const disabled = new CfnCondition(this, 'Disabled', {
      expression: Fn.conditionEquals(this.value.State, PIPELINE_STATE.disabled),
    });
    pipeline.disableInboundStageTransitions = Fn.conditionIf(disabled.logicalId, [
      {
        StageName: stages[0].name,
        Reason: 'Disabled by the definition of the environment or halted (org-environments status)',
      },
    ], Aws.NO_VALUE);
    return pipeline;
  }

  private approval(pipelineRole: IRole) {
    const { Approval: approval, ApprovalMinutes: minutes, ApprovalTopicArn: topicArn } = this.value;
    const manual = new CfnCondition(this, 'ManualApproval', { expression: Fn.conditionEquals(approval, 'manual') });
    const notified = new CfnCondition(this, 'ApprovalNotified', {
      expression: Fn.conditionNot(Fn.conditionEquals(topicArn, '')),
    });
    const policy = new CfnPolicy(this, 'ApprovalPolicy', {
      policyName: 'Approval',
      roles: [pipelineRole.roleName],
      policyDocument: new PolicyDocument({
        statements: [new PolicyStatement({ sid: 'NotifyApprovers', actions: ['sns:Publish'], resources: [topicArn] })],
      }),
    });
    policy.cfnOptions.condition = notified;
    const topic = Fn.conditionIf(notified.logicalId, topicArn, Aws.NO_VALUE);
    return Fn.conditionIf(manual.logicalId, approvalStage(this.plan.stages, minutes, topic), Aws.NO_VALUE);
  }
}
