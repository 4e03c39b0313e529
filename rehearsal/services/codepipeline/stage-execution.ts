import type { ActionExecution } from './action-execution';
import type { Conditions } from './conditions';
import type { Condition, Stage } from './declaration';
import { StageRun, type ConditionRun, type Execution } from './execution';
import type { Notifications } from './notifications';
import type { Pipeline } from './pipeline';
import type { Clock } from '../../core/clock';

/** Result of a stage. */
export type StageOutcome = 'Succeeded' | 'Skipped' | 'Failed' | 'RollBack' | 'Stopped';
export type RetryMode = 'FAILED_ACTIONS' | 'ALL_ACTIONS';

/** Runs stages: conditions, and actions by run order. */
export class StageExecution {
  public constructor(
    private readonly actions: ActionExecution,
    private readonly conditions: Conditions,
    private readonly notifications: Notifications,
    private readonly clock: Clock,
  ) {}

  /** @param retry mode of the retry of a failed stage */
  public async run(pipeline: Pipeline, execution: Execution, stage: Stage, retry?: RetryMode): Promise<StageOutcome> {
    const run = execution.stages.get(stage.Name) ?? new StageRun(stage);
    execution.stages.set(stage.Name, run);
    const outcome = await this.attempt(pipeline, execution, run, retry);
    const again =
      stage.OnFailure?.Result === 'RETRY'
        ? (stage.OnFailure.RetryConfiguration?.RetryMode ?? 'ALL_ACTIONS')
        : undefined;
    // retry once; the second failure is final
    if (outcome !== 'Failed' || again === undefined || run.retry?.automatic === true) return outcome;
    run.retry = { mode: again, automatic: true };
    return this.attempt(pipeline, execution, run, again);
  }

  private async attempt(
    pipeline: Pipeline,
    execution: Execution,
    run: StageRun,
    retry: RetryMode | undefined,
  ): Promise<StageOutcome> {
    const { stage } = run;
    run.status = 'InProgress';
    run.attempts += 1;
    if (retry !== 'FAILED_ACTIONS') run.actions.clear();
    this.notifications.stage(pipeline, execution, stage.Name, retry === undefined ? 'STARTED' : 'RESUMED');
    const outcome = await this.outcomeOf(pipeline, execution, run);
    if (outcome === 'Skipped') run.status = 'Skipped';
    else run.status = outcome === 'RollBack' ? 'Failed' : outcome;
    this.notifications.stage(
      pipeline,
      execution,
      stage.Name,
      run.status === 'Skipped' ? 'SUCCEEDED' : run.status.toUpperCase(),
    );
    return outcome;
  }

  private async outcomeOf(pipeline: Pipeline, execution: Execution, run: StageRun): Promise<StageOutcome> {
    const { stage } = run;
    const refused = await this.firstFailing(
      'BeforeEntry',
      stage.BeforeEntry?.Conditions ?? [],
      pipeline,
      execution,
      run,
    );
    if (refused !== undefined) return refused.result === 'SKIP' ? 'Skipped' : 'Failed';
    const ended = await this.runActions(pipeline, execution, run);
    if (ended === 'Stopped') return ended;
    if (ended === 'Succeeded') {
      const failing = await this.firstFailing('OnSuccess', stage.OnSuccess?.Conditions ?? [], pipeline, execution, run);
      if (failing === undefined) return execution.stop === undefined ? 'Succeeded' : 'Stopped';
      return failing.result === 'ROLLBACK' ? 'RollBack' : 'Failed';
    }
    const failing = await this.firstFailing('OnFailure', stage.OnFailure?.Conditions ?? [], pipeline, execution, run);
    return stage.OnFailure?.Result === 'ROLLBACK' || failing?.result === 'ROLLBACK' ? 'RollBack' : 'Failed';
  }

  private async runActions(
    pipeline: Pipeline,
    execution: Execution,
    run: StageRun,
  ): Promise<'Succeeded' | 'Failed' | 'Stopped'> {
    const orders = [...new Set(run.stage.Actions.map(action => action.RunOrder))].sort((one, other) => one - other);
    for (const order of orders) {
      const due = run.stage.Actions.filter(
        action => action.RunOrder === order && run.actions.get(action.Name)?.status !== 'Succeeded',
      );
      const runs = await Promise.all(due.map(async action => this.actions.run(pipeline, execution, run, action)));
      if (runs.some(({ status }) => status === 'Failed')) return 'Failed';
      if (execution.stop !== undefined) return 'Stopped';
      await this.clock.sleep(1);
    }
    return 'Succeeded';
  }

  private async firstFailing(
    kind: ConditionRun['kind'],
    conditions: readonly Condition[],
    pipeline: Pipeline,
    execution: Execution,
    run: StageRun,
  ): Promise<ConditionRun | undefined> {
    for (const condition of conditions) {
      if (execution.stop?.abandon === true) return undefined;
      const result = await this.conditions.evaluate(kind, condition, rule => this.actions.actorFor(pipeline, rule));
      run.conditions.push(result);
      if (!result.succeeded) return result;
    }
    return undefined;
  }
}
