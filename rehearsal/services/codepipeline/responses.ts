import type { Action, Stage } from './declaration';
import type { ActionRun, ConditionRun, Execution, StageRun } from './execution';
import type { Pipeline } from './pipeline';

/** Returns a pipeline in the format of GetPipeline. */
export function declaration(pipeline: Pipeline): Record<string, unknown> {
  const { RoleArn, PipelineType, ExecutionMode, ArtifactStore, Variables } = pipeline.declaration;
  return {
    name: pipeline.name,
    roleArn: RoleArn,
    version: pipeline.version,
    pipelineType: PipelineType,
    executionMode: ExecutionMode,
    artifactStore: ArtifactStore && {
      type: 'S3',
      location: ArtifactStore.Location,
      encryptionKey: ArtifactStore.EncryptionKey && { id: ArtifactStore.EncryptionKey.Id, type: 'KMS' },
    },
    variables: Variables?.map(withSmallInitials),
    stages: pipeline.stages.map(describedStage),
  };
}

function describedStage(stage: Stage): Record<string, unknown> {
  return {
    name: stage.Name,
    actions: stage.Actions.map(describedAction),
    onFailure: stage.OnFailure?.Result && { result: stage.OnFailure.Result },
  };
}

function describedAction(action: Action): Record<string, unknown> {
  return {
    name: action.Name,
    actionTypeId: withSmallInitials(action.ActionTypeId),
    configuration: configurationOf(action),
    roleArn: action.RoleArn,
    runOrder: action.RunOrder,
    namespace: action.Namespace,
    region: action.Region,
    timeoutInMinutes: action.TimeoutInMinutes,
    inputArtifacts: action.InputArtifacts.map(artifact => ({ name: artifact.Name })),
    outputArtifacts: action.OutputArtifacts.map(artifact => ({ name: artifact.Name })),
  };
}

/** Returns a pipeline in the format of GetPipelineState. */
export function stateOf(pipeline: Pipeline): Record<string, unknown> {
  return {
    pipelineName: pipeline.name,
    pipelineVersion: pipeline.version,
    created: new Date(pipeline.createdAt),
    updated: new Date(pipeline.updatedAt),
    stageStates: pipeline.stages.map(stage => stageState(pipeline, stage)),
  };
}

function stageState(pipeline: Pipeline, stage: Stage): Record<string, unknown> {
  const gate = pipeline.gate(stage.Name);
  const disabled = pipeline.disabledTransitions.get(stage.Name);
  const run = gate.latest?.stages.get(stage.Name);
  const inbound = gate.waiting.map(execution => ({
    pipelineExecutionId: execution.executionId,
    status: execution.status,
    type: typeOf(execution),
  }));
  return {
    stageName: stage.Name,
    inboundExecution: inbound.at(-1),
    inboundExecutions: inbound,
    inboundTransitionState: {
      enabled: disabled === undefined,
      disabledReason: disabled?.reason,
      lastChangedBy: disabled?.by,
      lastChangedAt: disabled && new Date(disabled.at),
    },
    latestExecution: gate.latest
      && run && {
      pipelineExecutionId: gate.latest.executionId,
      status: gate.latest.stop && run.status === 'InProgress' ? 'Stopping' : run.status,
      type: typeOf(gate.latest),
    },
    actionStates: stage.Actions.map(({ Name }) => ({
      actionName: Name,
      latestExecution: actionState(run?.actions.get(Name)),
    })),
    beforeEntryConditionState: conditionState(run, 'BeforeEntry'),
    onSuccessConditionState: conditionState(run, 'OnSuccess'),
    onFailureConditionState: conditionState(run, 'OnFailure'),
    retryStageMetadata: run?.retry && {
      autoStageRetryAttempt: run.retry.automatic ? 1 : undefined,
      manualStageRetryAttempt: run.retry.automatic ? undefined : run.attempts - 1,
      latestRetryTrigger: run.retry.automatic ? 'AutomatedStageRetry' : 'ManualStageRetry',
    },
  };
}

function conditionState(run: StageRun | undefined, kind: ConditionRun['kind']): Record<string, unknown> | undefined {
  const result = run?.conditions.filter(condition => condition.kind === kind).at(-1);
  return result && { latestExecution: { status: result.succeeded ? 'Succeeded' : 'Failed', summary: result.summary } };
}

function actionState(run: ActionRun | undefined): Record<string, unknown> | undefined {
  return run && {
    actionExecutionId: run.id,
    status: run.status,
    summary: run.summary,
    lastStatusChange: new Date(run.updatedAt),
    // only a pending approval has a token
    token: run.status === 'InProgress' ? run.token : undefined,
    lastUpdatedBy: run.updatedBy,
    externalExecutionId: run.externalExecutionId,
    externalExecutionUrl: run.externalExecutionUrl,
    errorDetails: run.error,
  };
}

/** Returns an execution in the format of GetPipelineExecution. */
export function describedExecution(pipeline: Pipeline, execution: Execution): Record<string, unknown> {
  return {
    pipelineName: pipeline.name,
    pipelineVersion: execution.request.version,
    pipelineExecutionId: execution.executionId,
    status: execution.status,
    statusSummary: execution.statusSummary,
    artifactRevisions: execution.found.map(({ artifactName, actionName, ...revision }) => ({
      name: artifactName,
      ...revision,
    })),
    variables: Object.entries(execution.request.variables).map(([name, resolvedValue]) => ({ name, resolvedValue })),
    ...origin(execution),
  };
}

/** Returns an execution in the format of ListPipelineExecutions. */
export function summarizedExecution(execution: Execution): Record<string, unknown> {
  return {
    pipelineExecutionId: execution.executionId,
    status: execution.status,
    statusSummary: execution.statusSummary,
    startTime: new Date(execution.startedAt),
    lastUpdateTime: new Date(execution.updatedAt),
    sourceRevisions: sourceRevisions(execution),
    stopTrigger: execution.stop && { reason: execution.stop.reason },
    ...origin(execution),
  };
}

/** The found revisions; before the source stage, the requested ones. */
function sourceRevisions(execution: Execution): Record<string, unknown>[] {
  if (execution.found.length === 0) {
    return execution.revisions.map(({ actionName, revisionValue }) => ({ actionName, revisionId: revisionValue }));
  }
  return execution.found.map(({ artifactName, ...revision }) => revision);
}

function origin({ request: { trigger, target, declaration: { ExecutionMode } } }: Execution): Record<string, unknown> {
  return {
    trigger,
    executionMode: ExecutionMode,
    executionType: target === undefined ? 'STANDARD' : 'ROLLBACK',
    rollbackMetadata: target && { rollbackTargetPipelineExecutionId: target.executionId },
  };
}

/** Returns an action run in the format of ListActionExecutions. */
export function describedActionRun(execution: Execution, run: ActionRun): Record<string, unknown> {
  const { action, error, externalExecutionId, externalExecutionUrl } = run;
  return {
    pipelineExecutionId: execution.executionId,
    actionExecutionId: run.id,
    pipelineVersion: execution.request.version,
    stageName: run.stageName,
    actionName: action.Name,
    startTime: new Date(run.startedAt),
    lastUpdateTime: new Date(run.updatedAt),
    updatedBy: run.updatedBy,
    status: run.status,
    input: {
      actionTypeId: withSmallInitials(action.ActionTypeId),
      configuration: configurationOf(action),
      resolvedConfiguration: run.configuration,
      roleArn: action.RoleArn,
      region: action.Region,
      namespace: action.Namespace,
      inputArtifacts: run.inputs.map(describedArtifact),
    },
    output: {
      outputArtifacts: run.status === 'Succeeded' ? run.outputs.map(describedArtifact) : [],
      executionResult: {
        externalExecutionId,
        externalExecutionUrl,
        externalExecutionSummary: error?.message ?? run.summary,
        errorDetails: error,
      },
      outputVariables: run.variables,
    },
  };
}

function describedArtifact({ name, bucket, key }: ActionRun['inputs'][number]): Record<string, unknown> {
  return { name, s3location: { bucket, key } };
}

function typeOf(execution: Execution): string {
  return execution.isRollback ? 'ROLLBACK' : 'STANDARD';
}

function configurationOf(action: Action): Record<string, string> {
  return Object.fromEntries(Object.entries(action.Configuration).map(([key, value]) => [key, String(value)]));
}

/** Converts the members of a template to lower camel case, as the API returns them. */
function withSmallInitials(members: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}
