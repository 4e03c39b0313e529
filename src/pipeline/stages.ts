import { Aws, Duration, IResolvable } from 'aws-cdk-lib';
import type { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import { projectName } from './build-project';
import type { PipelineStage, PipelineStep } from './pipeline-plan';
import { Rollback } from './pipeline-plan';
import type { SourceAction } from '../sources/source-host';

/** The variable with the summary of the changes for the approver, and the one with the id of its build. */
const SUMMARY = 'CHECK_SUMMARY';
const BUILD = 'CHECK_BUILD';

/** Environment variables of builds about their pipeline. */
export const VARIABLES = {
  /** Id of the execution; a rollback is an execution of its own. */
  executionId: 'PIPELINE_EXECUTION_ID',
  /** Whether the pipeline requires approval: `manual` or `none`. */
  approval: 'PIPELINE_APPROVAL',
} as const;

export function sourceStage(action: SourceAction): CfnPipeline.StageDeclarationProperty {
  return {
    name: 'Source',
    actions: [{
      name: 'Source',
      ...action,
      outputArtifacts: [{ name: 'Source' }],
    }],
  };
}

export function stageOf(stage: PipelineStage, approval: string): CfnPipeline.StageDeclarationProperty {
  const { name, steps, alarmNames = [], rollback = Rollback.NONE } = stage;
  return {
    name,
    actions: steps.map((step, index) => buildAction(step, index + 1, approval)),
    ...rollback === Rollback.PREVIOUS_COMMIT && { onFailure: { result: 'ROLLBACK' } },
    ...alarmNames.length > 0 && { onSuccess: { conditions: [alarmCondition(stage, alarmNames)] } },
  };
}

function alarmCondition(stage: PipelineStage, alarmNames: readonly string[]): CfnPipeline.ConditionProperty {
  const { alarmWindow = Duration.minutes(5), rollback } = stage;
  return {
    result: rollback === Rollback.PREVIOUS_COMMIT ? 'ROLLBACK' : 'FAIL',
    rules: alarmNames.map((alarmName, index) => ({
      name: `Alarm${index + 1}`,
      ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'CloudWatchAlarm', version: '1' },
      configuration: { AlarmName: alarmName, AlarmStates: 'ALARM', WaitTime: String(alarmWindow.toMinutes()) },
    })),
  };
}

function buildAction(step: PipelineStep, runOrder: number, approval: string): CfnPipeline.ActionDeclarationProperty {
  const { name, inputArtifact = 'Source', extraInputArtifacts = [], outputArtifact, exportedVariables = [] } = step;
  return {
    name,
    actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
    configuration: {
      ProjectName: projectName(step),
      EnvironmentVariables: JSON.stringify([
        { name: VARIABLES.executionId, value: '#{codepipeline.PipelineExecutionId}' },
        { name: VARIABLES.approval, value: approval },
      ]),
      ...extraInputArtifacts.length > 0 && { PrimarySource: inputArtifact },
    },
    runOrder,
    inputArtifacts: [inputArtifact, ...extraInputArtifacts].map(artifact => ({ name: artifact })),
    outputArtifacts: outputArtifact ? [{ name: outputArtifact }] : [],
    ...exportedVariables.length > 0 && { namespace: name },
  };
}

/** Returns the stage in the spelling of templates, because it is part of a condition. */
export function approvalStage(stages: readonly PipelineStage[], timeoutMinutes: string, topicArn: IResolvable): object {
  const checks = stages.flatMap(({ steps }) => steps)
    .find(({ exportedVariables = [] }) => exportedVariables.includes(SUMMARY));
  return {
    Name: 'Approve',
    Actions: [{
      Name: 'Approve',
      ActionTypeId: { Category: 'Approval', Owner: 'AWS', Provider: 'Manual', Version: '1' },
      TimeoutInMinutes: timeoutMinutes,
      Configuration: {
        NotificationArn: topicArn,
        ...checks && {
          CustomData: `#{${checks.name}.${SUMMARY}}`,
          ExternalEntityLink: `https://${Aws.REGION}.console.aws.amazon.com/codesuite/codebuild/${Aws.ACCOUNT_ID}`
            + `/projects/${projectName(checks)}/build/#{${checks.name}.${BUILD}}/log?region=${Aws.REGION}`,
        },
      },
    }],
  };
}
