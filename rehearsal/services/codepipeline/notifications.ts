import type { ActionRun, Execution } from './execution';
import type { Pipeline } from './pipeline';
import type { Clock } from '../../core/clock';
import type { EventBus } from '../codebuild/events';

/** Emits the state change events of pipelines, stages and actions. */
export class Notifications {
  public constructor(private readonly bus: EventBus, private readonly clock: Clock) {}

  public pipeline(pipeline: Pipeline, execution: Execution, state: string): void {
    const { triggerType, triggerDetail } = execution.request.trigger;
    this.emit(pipeline, 'Pipeline', {
      ...common(pipeline, execution),
      // only the first event of an execution contains the trigger
      ...(state === 'STARTED' && {
        'execution-trigger': { 'trigger-type': triggerType, 'trigger-detail': triggerDetail },
      }),
      ...(execution.stop && { 'stop-execution-comments': execution.stop.reason }),
      state,
    });
  }

  public stage(pipeline: Pipeline, execution: Execution, stage: string, state: string): void {
    this.emit(pipeline, 'Stage', { ...common(pipeline, execution), stage, state });
  }

  public action(pipeline: Pipeline, execution: Execution, run: ActionRun, state: string): void {
    const { Owner: owner, Provider: provider, Category: category, Version: version } = run.action.ActionTypeId;
    const ended = state !== 'STARTED';
    this.emit(pipeline, 'Action', {
      ...common(pipeline, execution),
      'start-time': new Date(run.startedAt).toISOString(),
      ...ended && { 'end-time': new Date(this.clock.now()).toISOString() },
      'stage': run.stageName,
      'action-execution-id': run.id,
      'action': run.action.Name,
      state,
      'region': run.action.Region ?? pipeline.region,
      'type': { owner, provider, category, version },
      'input-artifacts': run.inputs.map(artifact),
      ...ended && { 'output-artifacts': run.outputs.map(artifact) },
      ...ended && { 'execution-result': resultOf(run) },
    });
  }

  private emit(pipeline: Pipeline, subject: string, detail: Record<string, unknown>): void {
    this.bus.emit(pipeline.accountId, pipeline.region, {
      'source': 'aws.codepipeline',
      'detail-type': `CodePipeline ${subject} Execution State Change`,
      'resources': [pipeline.arn],
      detail,
    });
  }
}

function common(pipeline: Pipeline, execution: Execution): Record<string, unknown> {
  return {
    'pipeline': pipeline.name,
    'execution-id': execution.executionId,
    'start-time': new Date(execution.startedAt).toISOString(),
    'version': execution.request.version,
    'pipeline-execution-attempt': Math.max(1, ...[...execution.stages.values()].map(({ attempts }) => attempts)),
  };
}

function artifact({ name, bucket, key }: ActionRun['inputs'][number]): Record<string, unknown> {
  return { name, s3location: { bucket, key } };
}

function resultOf(run: ActionRun): Record<string, unknown> {
  return {
    ...run.externalExecutionUrl !== undefined && { 'external-execution-url': run.externalExecutionUrl },
    ...run.externalExecutionId !== undefined && { 'external-execution-id': run.externalExecutionId },
    'external-execution-summary': run.error?.message ?? run.summary ?? '',
    ...run.error && { 'error-code': run.error.code },
  };
}
