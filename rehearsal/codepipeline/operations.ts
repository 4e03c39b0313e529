import * as v from 'valibot';
import type { Identifiers } from '../identifiers';
import { read } from '../protocol/read';
import type { Regional } from '../regional';
import { AwsError } from '../service';
import type { Call, Environment, Operation } from '../service';
import type { Execution, Pipeline, Stage } from './pipeline';

const NameInput = v.object({ name: v.string() });
const PipelineInput = v.object({ pipelineName: v.string() });
const ExecutionInput = v.object({ pipelineName: v.string(), pipelineExecutionId: v.string() });
const TransitionInput = v.object({ pipelineName: v.string(), stageName: v.string(), transitionType: v.string(), reason: v.optional(v.string(), '') });
const StartInput = v.object({
  name: v.string(),
  sourceRevisions: v.optional(v.array(v.object({ actionName: v.string(), revisionType: v.string(), revisionValue: v.string() })), []),
  clientRequestToken: v.optional(v.string()),
});

/** The API of CodePipeline. */
export class PipelineOperations {
  public readonly operations: Record<string, Operation> = {
    GetPipeline: async call => ({ pipeline: declaration(this.named(call)) }),
    GetPipelineState: async call => stateOf(this.named(call)),
    ListPipelines: async call => this.list(call),
    StartPipelineExecution: async call => this.start(call),
    StopPipelineExecution: async call => this.stop(call),
    ListPipelineExecutions: async call => {
      const { executions } = this.required(call, read(PipelineInput, call.input).pipelineName);
      return { pipelineExecutionSummaries: executions.map(describedExecution) };
    },
    GetPipelineExecution: async call => this.getExecution(call),
    DisableStageTransition: async call => this.changeTransition(call, (disabled, stageName, reason) => disabled.set(stageName, reason)),
    EnableStageTransition: async call => this.changeTransition(call, (disabled, stageName) => disabled.delete(stageName)),
  };
  private readonly started = new Map<string, string>();

  public constructor(
    private readonly environment: Environment, private readonly identifiers: Identifiers, private readonly kept: Regional<Map<string, Pipeline>>,
  ) {}

  private required(call: Call, name: string): Pipeline {
    const pipeline = this.kept.of(call.caller.accountId, call.region).get(name);
    if (pipeline === undefined) {
      throw new AwsError('PipelineNotFoundException', `Account '${call.caller.accountId}' does not have a pipeline with name '${name}'`);
    }
    return pipeline;
  }

  private named(call: Call): Pipeline {
    return this.required(call, read(NameInput, call.input).name);
  }

  private keep(call: Call, pipeline: Pipeline): void {
    this.kept.of(call.caller.accountId, call.region).set(pipeline.name, pipeline);
  }

  private list(call: Call): unknown {
    const pipelines = [...this.kept.of(call.caller.accountId, call.region).values()];
    return { pipelines: pipelines.map(({ name, version, type, executionMode }) => ({ name, version, pipelineType: type, executionMode })) };
  }

  private start(call: Call): unknown {
    const { name, sourceRevisions, clientRequestToken } = read(StartInput, call.input);
    const pipeline = this.required(call, name);
    assertRevisions(pipeline, sourceRevisions.map(revision => revision.actionName));
    const token = `${call.caller.accountId}/${call.region}/${name}/${clientRequestToken}`;
    const known = clientRequestToken === undefined ? undefined : this.started.get(token);
    if (known !== undefined) return { pipelineExecutionId: known };
    const executionId = this.identifiers.uuid();
    if (clientRequestToken !== undefined) this.started.set(token, executionId);
    const startedAt = this.environment.clock.now();
    const execution: Execution = { executionId, version: pipeline.version, startedAt, status: 'InProgress', revisions: sourceRevisions };
    this.keep(call, { ...pipeline, executions: [execution, ...pipeline.executions] });
    return { pipelineExecutionId: executionId };
  }

  private stop(call: Call): unknown {
    const { pipeline, execution } = this.executionOf(call);
    if (execution.status !== 'InProgress') {
      throw new AwsError('PipelineExecutionNotStoppableException', `The pipeline execution ${execution.executionId} has already ended`);
    }
    const executions = pipeline.executions.map(candidate => candidate === execution ? { ...execution, status: 'Stopped' as const } : candidate);
    this.keep(call, { ...pipeline, executions });
    return { pipelineExecutionId: execution.executionId };
  }

  private getExecution(call: Call): unknown {
    const { pipeline, execution } = this.executionOf(call);
    const artifactRevisions = execution.revisions.map(revision => ({ name: revision.actionName, revisionId: revision.revisionValue }));
    return {
      pipelineExecution: {
        pipelineName: pipeline.name,
        pipelineVersion: execution.version,
        pipelineExecutionId: execution.executionId,
        status: execution.status,
        artifactRevisions,
      },
    };
  }

  private executionOf(call: Call): { pipeline: Pipeline; execution: Execution } {
    const { pipelineName, pipelineExecutionId } = read(ExecutionInput, call.input);
    const pipeline = this.required(call, pipelineName);
    const execution = pipeline.executions.find(candidate => candidate.executionId === pipelineExecutionId);
    if (execution === undefined) throw new AwsError('PipelineExecutionNotFoundException', `The pipeline execution ${pipelineExecutionId} does not exist`);
    return { pipeline, execution };
  }

  private changeTransition(call: Call, change: (disabled: Map<string, string>, stageName: string, reason: string) => void): void {
    const { pipelineName, stageName, reason } = read(TransitionInput, call.input);
    const pipeline = this.required(call, pipelineName);
    if (!pipeline.stages.some(stage => stage.Name === stageName)) {
      throw new AwsError('StageNotFoundException', `Pipeline '${pipelineName}' does not have a stage with name '${stageName}'`);
    }
    const disabledTransitions = new Map(pipeline.disabledTransitions);
    change(disabledTransitions, stageName, reason);
    this.keep(call, { ...pipeline, disabledTransitions });
  }
}

function assertRevisions(pipeline: Pipeline, actionNames: readonly string[]): void {
  const sources = pipeline.stages.flatMap(stage => stage.Actions).filter(action => action.ActionTypeId.Category === 'Source').map(action => action.Name);
  const unknown = actionNames.find(name => !sources.includes(name));
  if (unknown !== undefined) throw new AwsError('ValidationException', `Source revision names the action '${unknown}', which is no source action of '${pipeline.name}'`);
}

function describedExecution(execution: Execution): Record<string, unknown> {
  return {
    pipelineExecutionId: execution.executionId,
    status: execution.status,
    startTime: new Date(execution.startedAt),
    sourceRevisions: execution.revisions.map(revision => ({ actionName: revision.actionName, revisionId: revision.revisionValue })),
  };
}

function declaration(pipeline: Pipeline): Record<string, unknown> {
  return {
    name: pipeline.name,
    roleArn: pipeline.roleArn,
    version: pipeline.version,
    pipelineType: pipeline.type,
    executionMode: pipeline.executionMode,
    stages: pipeline.stages.map(describedStage),
  };
}

function describedStage(stage: Stage): Record<string, unknown> {
  return {
    name: stage.Name,
    actions: stage.Actions.map(action => ({
      name: action.Name,
      actionTypeId: withSmallInitials(action.ActionTypeId),
      configuration: Object.fromEntries(Object.entries(action.Configuration).map(([key, value]) => [key, String(value)])),
      roleArn: action.RoleArn,
      runOrder: action.RunOrder,
      inputArtifacts: action.InputArtifacts.map(artifact => ({ name: artifact.Name })),
      outputArtifacts: action.OutputArtifacts.map(artifact => ({ name: artifact.Name })),
    })),
  };
}

/** CodePipeline's API writes the members of a template with small initials. */
function withSmallInitials(members: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]));
}

function stateOf(pipeline: Pipeline): Record<string, unknown> {
  return {
    pipelineName: pipeline.name,
    pipelineVersion: pipeline.version,
    stageStates: pipeline.stages.map(stage => {
      const disabledReason = pipeline.disabledTransitions.get(stage.Name);
      return { stageName: stage.Name, inboundTransitionState: { enabled: disabledReason === undefined, disabledReason }, actionStates: [] };
    }),
  };
}
