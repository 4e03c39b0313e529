import { isTransient } from '../shared/errors';

/** A pipeline in its account. */
export interface ControlledPipeline {
  readonly accountId: string;
  readonly region: string;
  readonly pipelineName: string;
  /** Name of the stage after Source. While the transition into it is disabled, commits wait after Source. */
  readonly gate: string;
}

export interface PipelineExecution {
  readonly executionId: string;
  readonly status: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly commitId?: string;
}

export interface PipelineState {
  /** Reason given for the disabled transition; absent while it is enabled. */
  readonly disabledReason?: string;
  /** Ids of the executions that wait at the transition. */
  readonly waiting: readonly string[];
  readonly actions: readonly UnfinishedAction[];
}

/** An action that has begun and not come to an end of its own. */
export interface UnfinishedAction {
  /** `Deploy/Deploy` */
  readonly name: string;
  /** Nobody waits for it any more; its build may still be running. */
  readonly isAbandoned: boolean;
  /** Its build, if it is one. */
  readonly buildId?: string;
}

/** What waits at a transition for more than 30 days is not let through any more (CodePipeline, "Working with stage transitions"); one for clocks. */
const LONGEST_WAIT = 29 * 24 * 60 * 60_000;

/** What can be done with pipelines from outside of their accounts. */
export interface PipelineControl {
  /** Disables the transition into the stage after Source. */
  disable(pipeline: ControlledPipeline, reason: string): Promise<void>;
  /** Enables the transition into the stage after Source. */
  enable(pipeline: ControlledPipeline): Promise<void>;
  state(pipeline: ControlledPipeline): Promise<PipelineState>;
  /** The newest first; as many as one call answers. */
  executions(pipeline: ControlledPipeline): Promise<readonly PipelineExecution[]>;
  /** Ends an execution without waiting for its actions. */
  abandon(pipeline: ControlledPipeline, executionId: string, reason: string): Promise<void>;
  stopBuild(pipeline: ControlledPipeline, buildId: string): Promise<void>;
  /** Starts the pipeline at the head of its branch; the same token starts it once. */
  start(pipeline: ControlledPipeline, token: string): Promise<void>;
}

export interface Stopped {
  readonly executions: number;
  readonly interrupted: readonly string[];
}

/**
 * Lets nothing more through, and ends what is under way: in three rounds of calls, or one more if AWS refuses to end something. What one call fails
 * with keeps none of the others from being made, and is thrown at the end.
 */
export async function stopPipeline(control: PipelineControl, pipeline: ControlledPipeline, reason: string): Promise<Stopped> {
  const errors: unknown[] = [];
  const failed = (error: unknown) => {
    errors.push(error);
    return undefined;
  };
  const end = async ({ executionId }: PipelineExecution) => control.abandon(pipeline, executionId, reason).then(() => executionId);

  const [, first, executions] = await Promise.all([
    control.disable(pipeline, reason).catch(failed), control.state(pipeline).catch(failed), control.executions(pipeline).catch(failed),
  ]);
  const running = executions?.filter(isRunning) ?? [];
  // executions that passed the transition before it was disabled
  const [second, later, ...ended] = await Promise.all([
    control.state(pipeline).catch(failed), control.executions(pipeline).catch(failed),
    // once more below
    ...running.map(async execution => end(execution).catch(() => undefined)),
  ]);
  const known = later ?? executions;
  const late = known?.filter(execution => isRunning(execution) && !ended.includes(execution.executionId)) ?? [];
  const ending = Promise.all(late.map(async execution => end(execution).catch(failed)));
  const actions = [...first?.actions ?? [], ...second?.actions ?? []];
  const builds = new Set(actions.flatMap(({ buildId }) => buildId ?? []));
  // not before the execution has ended: a build that is stopped fails its stage, and a stage that fails may deploy the previous commit
  const mayStop = known && (!ended.includes(undefined) || !(await ending).includes(undefined));
  await Promise.all([ending, ...mayStop ? [...builds].map(async buildId => control.stopBuild(pipeline, buildId).catch(failed)) : []]);

  if (errors.length > 0) throw errors.find(isTransient) ?? errors[0];
  const interrupted = new Set(actions.filter(({ isAbandoned }) => !isAbandoned).map(({ name }) => name));
  const stopped = new Set([...running, ...late].map(({ executionId }) => executionId));
  return { executions: stopped.size, interrupted: [...interrupted] };
}

/** What a pipeline is started again with. */
export interface Again {
  /** The same token starts it once. */
  readonly token: string;
  readonly now: number;
}

interface EnableOptions extends Again {
  /** Read after the pipeline is enabled: the reason to disable it again, if a concurrent writer has halted or suspended it. */
  readonly reasonToDisable: () => Promise<string | undefined>;
  /** Whether pushes may have started another pipeline while this one was disabled: then it is started whatever its last run. */
  readonly missedPushes: boolean;
}

interface Enabled {
  /** Whether the pipeline had to be started. */
  readonly started: boolean;
  /** Why it was disabled again. */
  readonly disabledReason?: string;
}

/** Enables a pipeline, and starts it if an execution was stopped. */
export async function enablePipeline(control: PipelineControl, pipeline: ControlledPipeline, options: EnableOptions): Promise<Enabled> {
  await control.enable(pipeline);
  const disabledReason = await options.reasonToDisable();
  if (disabledReason !== undefined) {
    await stopPipeline(control, pipeline, disabledReason);
    return { started: false, disabledReason };
  }
  if (!options.missedPushes) return { started: await startAfter(['Cancelled', 'Stopped', 'Stopping'], control, pipeline, options) };
  await control.start(pipeline, options.token);
  return { started: true };
}

/** Has a pipeline run again whose last run AWS has cancelled, as it does when the pipeline is changed. What somebody has stopped stays so. */
export async function runAgain(control: PipelineControl, pipeline: ControlledPipeline, again: Again): Promise<boolean> {
  return startAfter(['Cancelled'], control, pipeline, again);
}

/** Starts a pipeline whose last run has ended so, or has waited so long that AWS has forgotten it; answers whether that was so. */
async function startAfter(
  ends: readonly string[], control: PipelineControl, pipeline: ControlledPipeline, { token, now }: Again,
): Promise<boolean> {
  const [last] = await control.executions(pipeline);
  if (!last) return false;
  const isForgotten = last.status === 'InProgress' && now - last.startedAt.getTime() > LONGEST_WAIT;
  if (!isForgotten && !ends.includes(last.status)) return false;
  await control.start(pipeline, token);
  return true;
}

function isRunning({ status }: PipelineExecution): boolean {
  return status === 'InProgress' || status === 'Stopping';
}
