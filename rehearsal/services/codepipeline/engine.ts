import type { Stage } from './declaration';
import { Execution, type ExecutionStatus, type SourceRevision, type Trigger } from './execution';
import type { Notifications } from './notifications';
import type { Pipeline } from './pipeline';
import type { RetryMode, StageExecution, StageOutcome } from './stage-execution';
import type { Clock } from '../../core/clock';
import type { Identifiers } from '../../core/identifiers';
import { AwsError } from '../../core/service';

interface Start {
  readonly trigger: Trigger;
  readonly revisions?: readonly SourceRevision[];
  readonly variables?: Readonly<Record<string, string>>;
}

/** Moves executions through the stages of their pipelines. */
export class Engine {
  private working = 0;

  public constructor(
    private readonly stages: StageExecution,
    private readonly notifications: Notifications,
    private readonly identifiers: Identifiers,
    private readonly clock: Clock,
  ) {}

  /** Whether a stage is running or waits for an approval. */
  public get isWorking(): boolean {
    return this.working > 0;
  }

  public start(pipeline: Pipeline, { trigger, revisions = [], variables = {} }: Start): Execution {
    const defaults = Object.fromEntries(
      (pipeline.declaration.Variables ?? []).map(({ Name, DefaultValue = '' }) => [Name, DefaultValue]),
    );
    const execution = this.startExecution(
      pipeline,
      new Execution({
        id: this.identifiers.uuid(),
        version: pipeline.version,
        declaration: pipeline.declaration,
        startedAt: this.clock.now(),
        trigger,
        revisions,
        variables: { ...defaults, ...variables },
      }),
    );
    this.arrive(pipeline, execution, pipeline.stages[0]);
    return execution;
  }

  public stop(pipeline: Pipeline, execution: Execution, abandon: boolean, reason: string): void {
    if (execution.isOver) {
      throw new AwsError(
        'PipelineExecutionNotStoppableException',
        `The pipeline execution ${execution.executionId} has already ended: its status is ${execution.status}`,
      );
    }
    if (execution.stop !== undefined && (execution.stop.abandon || !abandon)) {
      throw new AwsError(
        'DuplicatedStopRequestException',
        `The pipeline execution ${execution.executionId} is stopping already`,
      );
    }
    execution.stop = { abandon, reason };
    this.change(pipeline, execution, 'Stopping');
    const queues = pipeline.stages.map(stage => pipeline.gate(stage.Name).waiting);
    for (const queue of queues.filter(waiting => waiting.includes(execution))) {
      queue.splice(queue.indexOf(execution), 1);
      this.change(pipeline, execution, 'Stopped');
    }
    if (abandon) execution.abandoned.abort();
  }

  /** Retries the failed stage of the latest execution. */
  public retry(pipeline: Pipeline, execution: Execution, stage: Stage, mode: RetryMode): void {
    const gate = pipeline.gate(stage.Name);
    const run = execution.stages.get(stage.Name);
    const isParallel = execution.request.declaration.ExecutionMode === 'PARALLEL';
    if (!isParallel && gate.latest !== execution) {
      throw new AwsError(
        'NotLatestPipelineExecutionException',
        `Execution ${execution.executionId} is not the latest one in stage ${stage.Name}: a newer one has entered it`,
      );
    }
    if (gate.current !== undefined && !isParallel) {
      throw new AwsError('ConflictException', `Stage ${stage.Name} is in progress and cannot be retried`);
    }
    if (run === undefined || !['Failed', 'Stopped'].includes(run.status)) {
      throw new AwsError(
        'StageNotRetryableException',
        `Stage ${stage.Name} of execution ${execution.executionId} cannot be retried: its status is `
          + `${run?.status ?? 'not started'}`,
      );
    }
    run.retry = { mode, automatic: false };
    execution.stop = undefined;
    this.change(pipeline, execution, 'InProgress', 'RESUMED');
    gate.current = execution;
    void this.enter(pipeline, execution, stage, mode);
  }

  /** Rolls a stage back to an earlier execution. */
  public rollBack(pipeline: Pipeline, stage: Stage, target: Execution, trigger: Trigger): Execution {
    const execution = this.startExecution(
      pipeline,
      new Execution({
        ...target.request,
        id: this.identifiers.uuid(),
        startedAt: this.clock.now(),
        trigger,
        target,
      }),
    );
    pipeline.gate(stage.Name).waiting.unshift(execution);
    this.admit(pipeline, stage);
    return execution;
  }

  public disableTransition(pipeline: Pipeline, stageName: string, reason: string, by: string): void {
    pipeline.disabledTransitions.set(pipeline.stage(stageName).Name, { reason, by, at: this.clock.now() });
  }

  public enableTransition(pipeline: Pipeline, stageName: string): void {
    pipeline.disabledTransitions.delete(stageName);
    const stage = pipeline.stages.find(({ Name }) => Name === stageName);
    if (stage !== undefined) this.admit(pipeline, stage);
  }

  /** Handles the deletion of a pipeline. */
  public cancel(pipeline: Pipeline, reason = 'the pipeline was deleted'): void {
    for (const execution of pipeline.executions.filter(({ isOver }) => !isOver)) {
      execution.stop = { abandon: true, reason };
      execution.status = 'Cancelled';
      execution.updatedAt = this.clock.now();
      execution.abandoned.abort();
    }
  }

  /** Handles an update of a pipeline: cancels its executions, which are not restarted. */
  public redefine(pipeline: Pipeline): void {
    const running = pipeline.executions.filter(({ isOver }) => !isOver);
    this.cancel(pipeline, 'the pipeline was changed');
    for (const stage of pipeline.stages) pipeline.gate(stage.Name).waiting.length = 0;
    for (const execution of running) this.change(pipeline, execution, 'Cancelled', 'CANCELED');
  }

  private startExecution(pipeline: Pipeline, execution: Execution): Execution {
    pipeline.executions.unshift(execution);
    this.notifications.pipeline(pipeline, execution, 'STARTED');
    return execution;
  }

  private arrive(pipeline: Pipeline, execution: Execution, stage: Stage): void {
    const { waiting } = pipeline.gate(stage.Name);
    if (execution.request.declaration.ExecutionMode === 'SUPERSEDED') {
      for (const older of waiting.filter(({ isRollback }) => !isRollback)) {
        waiting.splice(waiting.indexOf(older), 1);
        this.change(pipeline, older, 'Superseded');
      }
    }
    waiting.push(execution);
    this.admit(pipeline, stage);
  }

  private admit(pipeline: Pipeline, stage: Stage): void {
    const gate = pipeline.gate(stage.Name);
    while (gate.waiting.length > 0 && !pipeline.disabledTransitions.has(stage.Name)) {
      const [next] = gate.waiting;
      if (gate.current !== undefined && next.request.declaration.ExecutionMode !== 'PARALLEL') return;
      gate.waiting.shift();
      gate.current = next;
      gate.latest = next;
      void this.enter(pipeline, next, stage);
    }
  }

  private async enter(pipeline: Pipeline, execution: Execution, stage: Stage, retry?: RetryMode): Promise<void> {
    const gate = pipeline.gate(stage.Name);
    this.working += 1;
    try {
      const declared = execution.request.declaration.Stages.find(({ Name }) => Name === stage.Name) ?? stage;
      const outcome = await this.stages.run(pipeline, execution, declared, retry);
      if (gate.current === execution) gate.current = undefined;
      if (execution.status !== 'Cancelled') this.leave(pipeline, execution, declared, outcome);
      this.admit(pipeline, stage);
    } finally {
      this.working -= 1;
    }
  }

  private leave(pipeline: Pipeline, execution: Execution, stage: Stage, outcome: StageOutcome): void {
    if (outcome === 'Stopped') return this.change(pipeline, execution, 'Stopped');
    if (outcome === 'Failed' || outcome === 'RollBack') {
      execution.statusSummary = summaryOf(execution, stage);
      this.change(pipeline, execution, 'Failed');
      if (outcome === 'RollBack' && !execution.isRollback) this.rollBackAfter(pipeline, execution, stage);
      return;
    }
    const { Stages: stages } = execution.request.declaration;
    const next = stages[stages.indexOf(stage) + 1];
    if (next === undefined || execution.isRollback) return this.change(pipeline, execution, 'Succeeded');
    this.arrive(pipeline, execution, next);
  }

  /** Rolls back to the last successful execution of the stage, if the pipeline has not changed since. */
  private rollBackAfter(pipeline: Pipeline, failed: Execution, stage: Stage): void {
    const before = pipeline.executions.slice(pipeline.executions.indexOf(failed) + 1);
    const target = before.find(
      execution => !execution.isRollback && execution.stages.get(stage.Name)?.status === 'Succeeded',
    );
    if (target === undefined) {
      failed.statusSummary = (
        `${failed.statusSummary ?? ''} Unable to roll back stage ${stage.Name}: `
        + 'no earlier execution has succeeded in it.'
      ).trim();
      return;
    }
    if (target.request.version !== pipeline.version) {
      failed.statusSummary = (
        `${failed.statusSummary ?? ''} Unable to roll back stage ${stage.Name}: the pipeline has changed `
        + `since execution ${target.executionId}.`
      ).trim();
      return;
    }
    this.rollBack(pipeline, stage, target, { triggerType: 'AutomatedRollback', triggerDetail: failed.executionId });
  }

  private change(
    pipeline: Pipeline,
    execution: Execution,
    status: ExecutionStatus,
    state = status.toUpperCase(),
  ): void {
    execution.status = status;
    execution.updatedAt = this.clock.now();
    this.notifications.pipeline(pipeline, execution, state);
  }
}

/** Returns the first error. */
function summaryOf(execution: Execution, stage: Stage): string {
  const run = execution.stages.get(stage.Name);
  const action = [...run?.actions.values() ?? []].find(({ status }) => status === 'Failed');
  if (action !== undefined) {
    return `Action ${action.action.Name} in stage ${stage.Name} failed: ${action.error?.message ?? ''}`;
  }
  const condition = run?.conditions.filter(({ succeeded }) => !succeeded).at(-1);
  return `The ${condition?.kind ?? ''} condition of stage ${stage.Name} failed: ${condition?.summary ?? ''}`;
}
