import * as v from 'valibot';
import type { Approvals } from './actions/approval';
import type { Engine } from './engine';
import type { Execution } from './execution';
import { page, PageInput } from './paging';
import type { Pipeline } from './pipeline';
import type { Kept } from './resource-types';
import { declaration, describedActionRun, describedExecution, stateOf, summarizedExecution } from './responses';
import { read } from '../../core/protocol/read';
import type { Call, Operation } from '../../core/service';
import { AwsError } from '../../core/service';

const NameInput = v.object({ name: v.string() });
const PipelineInput = v.object({ pipelineName: v.string() });
const StageInput = v.object({ pipelineName: v.string(), stageName: v.string() });
const ExecutionInput = v.object({ pipelineName: v.string(), pipelineExecutionId: v.string() });
const ExecutionsInput = v.object({
  ...PipelineInput.entries,
  ...PageInput.entries,
  filter: v.optional(v.object({ succeededInStage: v.optional(v.object({ stageName: v.string() })) })),
});
const ActionsInput = v.object({
  ...PipelineInput.entries,
  ...PageInput.entries,
  filter: v.optional(
    v.object({
      pipelineExecutionId: v.optional(v.string()),
      latestInPipelineExecution: v.optional(v.object({ pipelineExecutionId: v.string() })),
    }),
  ),
});
const TransitionInput = v.object({
  ...StageInput.entries,
  transitionType: v.literal('Inbound'),
  reason: v.optional(v.string(), ''),
});
const StopInput = v.object({
  ...ExecutionInput.entries,
  abandon: v.optional(v.boolean(), false),
  reason: v.optional(v.string(), ''),
});
const RetryInput = v.object({
  ...StageInput.entries,
  pipelineExecutionId: v.string(),
  retryMode: v.picklist(['FAILED_ACTIONS', 'ALL_ACTIONS']),
});
const RollbackInput = v.object({ ...StageInput.entries, targetPipelineExecutionId: v.string() });
const ApprovalInput = v.object({
  ...StageInput.entries,
  actionName: v.string(),
  token: v.string(),
  result: v.object({ summary: v.string(), status: v.picklist(['Approved', 'Rejected']) }),
});
const StartInput = v.object({
  name: v.string(),
  sourceRevisions: v.optional(
    v.array(v.object({ actionName: v.string(), revisionType: v.string(), revisionValue: v.string() })),
    [],
  ),
  variables: v.optional(v.array(v.object({ name: v.string(), value: v.string() })), []),
  clientRequestToken: v.optional(v.string()),
});

/** API operations of CodePipeline. */
export class PipelineOperations {
  public readonly operations: Record<string, Operation> = {
    GetPipeline: async call => this.get(call),
    GetPipelineState: async call => stateOf(this.required(call, read(NameInput, call.input).name)),
    ListPipelines: async call => this.list(call),
    StartPipelineExecution: async call => this.start(call),
    StopPipelineExecution: async call => this.stop(call),
    ListPipelineExecutions: async call => this.listExecutions(call),
    ListActionExecutions: async call => this.listActions(call),
    GetPipelineExecution: async call => this.getExecution(call),
    RetryStageExecution: async call => this.retry(call),
    RollbackStage: async call => this.rollBack(call),
    PutApprovalResult: async call => this.approve(call),
    DisableStageTransition: async call => this.closeTransition(call),
    EnableStageTransition: async call => {
      const { pipelineName, stageName } = read(TransitionInput, call.input);
      const pipeline = this.required(call, pipelineName);
      this.engine.enableTransition(pipeline, pipeline.stage(stageName).Name);
    },
  };
  private readonly started = new Map<string, string>();

  public constructor(
    private readonly kept: Kept,
    private readonly engine: Engine,
    private readonly approvals: Approvals,
    private readonly now: () => number,
  ) {}

  private required(call: Call, name: string): Pipeline {
    const pipeline = this.kept.of(call.caller.accountId, call.region).get(name);
    if (pipeline === undefined) {
      throw new AwsError(
        'PipelineNotFoundException',
        `Account '${call.caller.accountId}' does not have a pipeline with name '${name}'`,
      );
    }
    return pipeline;
  }

  private get(call: Call): unknown {
    const pipeline = this.required(call, read(NameInput, call.input).name);
    const { arn, createdAt, updatedAt } = pipeline;
    return {
      pipeline: declaration(pipeline),
      metadata: { pipelineArn: arn, created: new Date(createdAt), updated: new Date(updatedAt) },
    };
  }

  private list(call: Call): unknown {
    const pipelines = [...this.kept.of(call.caller.accountId, call.region).values()];
    return {
      pipelines: pipelines.map(
        ({ name, version, createdAt, updatedAt, declaration: { PipelineType, ExecutionMode } }) => ({
          name,
          version,
          pipelineType: PipelineType,
          executionMode: ExecutionMode,
          created: new Date(createdAt),
          updated: new Date(updatedAt),
        }),
      ),
    };
  }

  private start(call: Call): unknown {
    const { name, sourceRevisions: revisions, variables, clientRequestToken } = read(StartInput, call.input);
    const pipeline = this.required(call, name);
    assertRevisions(
      pipeline,
      revisions.map(revision => revision.actionName),
    );
    assertVariables(
      pipeline,
      variables.map(variable => variable.name),
    );
    const token = `${call.caller.accountId}/${call.region}/${name}/${clientRequestToken}`;
    const known = clientRequestToken === undefined ? undefined : this.started.get(token);
    if (known !== undefined) return { pipelineExecutionId: known };
    const execution = this.engine.start(pipeline, {
      trigger: { triggerType: 'StartPipelineExecution', triggerDetail: call.caller.arn },
      revisions,
      variables: Object.fromEntries(variables.map(variable => [variable.name, variable.value])),
    });
    if (clientRequestToken !== undefined) this.started.set(token, execution.executionId);
    return { pipelineExecutionId: execution.executionId };
  }

  private stop(call: Call): unknown {
    const { pipelineName, pipelineExecutionId, abandon, reason } = read(StopInput, call.input);
    const pipeline = this.required(call, pipelineName);
    this.engine.stop(pipeline, executionOf(pipeline, pipelineExecutionId), abandon, reason);
    return { pipelineExecutionId };
  }

  private listExecutions(call: Call): unknown {
    const { pipelineName, filter, ...paging } = read(ExecutionsInput, call.input);
    const stageName = filter?.succeededInStage?.stageName;
    const { executions } = this.required(call, pipelineName);
    const wanted = executions.filter(
      execution => stageName === undefined || execution.stages.get(stageName)?.status === 'Succeeded',
    );
    const { items, nextToken } = page(wanted, paging);
    return { pipelineExecutionSummaries: items.map(summarizedExecution), nextToken };
  }

  private listActions(call: Call): unknown {
    const { pipelineName, filter, ...paging } = read(ActionsInput, call.input);
    const executionId = filter?.pipelineExecutionId ?? filter?.latestInPipelineExecution?.pipelineExecutionId;
    const { executions } = this.required(call, pipelineName);
    const wanted = executions.filter(execution => executionId === undefined || execution.executionId === executionId);
    const runs = wanted.flatMap(execution => execution.actionRuns.map(run => ({ execution, run })));
    const { items, nextToken } = page(
      runs.sort((one, other) => other.run.startedAt - one.run.startedAt),
      paging,
    );
    return { actionExecutionDetails: items.map(({ execution, run }) => describedActionRun(execution, run)), nextToken };
  }

  private getExecution(call: Call): unknown {
    const { pipelineName, pipelineExecutionId } = read(ExecutionInput, call.input);
    const pipeline = this.required(call, pipelineName);
    return { pipelineExecution: describedExecution(pipeline, executionOf(pipeline, pipelineExecutionId)) };
  }

  private retry(call: Call): unknown {
    const { pipelineName, stageName, pipelineExecutionId, retryMode } = read(RetryInput, call.input);
    const pipeline = this.required(call, pipelineName);
    this.engine.retry(pipeline, executionOf(pipeline, pipelineExecutionId), pipeline.stage(stageName), retryMode);
    return { pipelineExecutionId };
  }

  private rollBack(call: Call): unknown {
    const { pipelineName, stageName, targetPipelineExecutionId } = read(RollbackInput, call.input);
    const pipeline = this.required(call, pipelineName);
    const stage = pipeline.stage(stageName);
    const target = executionOf(pipeline, targetPipelineExecutionId);
    assertTarget(pipeline, stageName, target);
    const execution = this.engine.rollBack(pipeline, stage, target, {
      triggerType: 'ManualRollback',
      triggerDetail: call.caller.arn,
    });
    return { pipelineExecutionId: execution.executionId };
  }

  private approve(call: Call): unknown {
    const { pipelineName, stageName, actionName, token, result } = read(ApprovalInput, call.input);
    const pipeline = this.required(call, pipelineName);
    const stage = pipeline.stage(stageName);
    if (!stage.Actions.some(({ Name }) => Name === actionName)) {
      throw new AwsError(
        'ActionNotFoundException',
        `Stage '${stageName}' of pipeline '${pipelineName}' does not have an action with name '${actionName}'`,
      );
    }
    const runs = pipeline.executions.flatMap(
      execution => execution.stages.get(stageName)?.actions.get(actionName) ?? [],
    );
    const run =
      runs.find(candidate => candidate.token === token) ?? runs.find(candidate => this.approvals.isOpen(candidate));
    if (run === undefined) {
      throw new AwsError('InvalidApprovalTokenException', `There is no open request for the approval token ${token}`);
    }
    this.approvals.decide(run, token, { ...result, by: call.caller.arn });
    return { approvedAt: new Date(this.now()) };
  }

  private closeTransition(call: Call): void {
    const { pipelineName, stageName, reason } = read(TransitionInput, call.input);
    this.engine.disableTransition(this.required(call, pipelineName), stageName, reason, call.caller.arn);
  }
}

function executionOf(pipeline: Pipeline, id: string): Execution {
  const execution = pipeline.executions.find(candidate => candidate.executionId === id);
  if (execution === undefined) {
    throw new AwsError('PipelineExecutionNotFoundException', `The pipeline execution ${id} does not exist`);
  }
  return execution;
}

function assertRevisions(pipeline: Pipeline, actionNames: readonly string[]): void {
  const sources = pipeline.stages
    .flatMap(stage => stage.Actions)
    .filter(action => action.ActionTypeId.Category === 'Source');
  const unknown = actionNames.find(name => !sources.some(source => source.Name === name));
  if (unknown !== undefined) {
    throw new AwsError(
      'ValidationException',
      `Source revision names the action '${unknown}', which is no source action of '${pipeline.name}'`,
    );
  }
}

function assertVariables(
  { name, declaration: { Variables: variables = [] } }: Pipeline,
  given: readonly string[],
): void {
  const unknown = given.find(candidate => !variables.some(({ Name }) => Name === candidate));
  if (unknown !== undefined) {
    throw new AwsError('ValidationException', `Pipeline '${name}' does not declare the variable '${unknown}'`);
  }
  const missing = variables.find(({ Name, DefaultValue }) => DefaultValue === undefined && !given.includes(Name));
  if (missing !== undefined) {
    throw new AwsError(
      'ValidationException',
      `Pipeline '${name}' needs a value for the variable '${missing.Name}', which has no default`,
    );
  }
}

function assertTarget(pipeline: Pipeline, stageName: string, target: Execution): void {
  const unable = (why: string): AwsError =>
    new AwsError(
      'UnableToRollbackStageException',
      `Unable to roll back stage ${stageName} to execution ${target.executionId}: ${why}`,
    );
  if (stageName === pipeline.stages[0].Name) throw unable('the first stage cannot be rolled back');
  if (target.isRollback) throw unable('it is a rollback itself');
  if (target.stages.get(stageName)?.status !== 'Succeeded') throw unable('it has not succeeded in this stage');
  if (target.request.version !== pipeline.version) {
    throw new AwsError(
      'PipelineExecutionOutdatedException',
      `Execution ${target.executionId} ran in version ${target.request.version} of pipeline `
        + `'${pipeline.name}', which is at ${pipeline.version} now`,
    );
  }
}
