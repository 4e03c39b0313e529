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
  /** Ids of the executions that wait for approval. */
  readonly awaitingApproval: readonly string[];
  readonly actions: readonly UnfinishedAction[];
}

/** An action that was started and has not ended. */
export interface UnfinishedAction {
  /** Stage and action: `Deploy/Deploy`. */
  readonly name: string;
  /** The pipeline no longer waits for it; its build may still run. */
  readonly isAbandoned: boolean;
  /** Id of its CodeBuild build. */
  readonly buildId?: string;
}

/**
 * CodePipeline drops executions that wait at a transition for more than 30 days; one day less, because clocks differ.
 */
const MAX_TRANSITION_WAIT = 29 * 24 * 60 * 60_000;

/** Operations on pipelines in their accounts. */
export interface PipelineControl {
  /** Disables the transition into the stage after Source. */
  disable(pipeline: ControlledPipeline, reason: string): Promise<void>;
  /** Enables the transition into the stage after Source. */
  enable(pipeline: ControlledPipeline): Promise<void>;
  state(pipeline: ControlledPipeline): Promise<PipelineState>;
  /** The last executions, newest first: as many as one call returns. */
  executions(pipeline: ControlledPipeline): Promise<readonly PipelineExecution[]>;
  /** Stops an execution without waiting for its actions. */
  abandon(pipeline: ControlledPipeline, executionId: string, reason: string): Promise<void>;
  stopBuild(pipeline: ControlledPipeline, buildId: string): Promise<void>;
  /** Starts the pipeline at the head of its branch; the same token starts it once. */
  start(pipeline: ControlledPipeline, token: string): Promise<void>;
}

interface StopResult {
  readonly executions: number;
  readonly interrupted: readonly string[];
}

/**
 * Disables a pipeline, and stops its executions and builds: in three rounds of calls, or four if a stop fails. A failed
 * call does not prevent the others; its error is thrown at the end.
 */
export async function stopPipeline(
  control: PipelineControl,
  pipeline: ControlledPipeline,
  reason: string,
): Promise<StopResult> {
  const errors: unknown[] = [];
  const failed = (error: unknown) => {
    errors.push(error);
    return undefined;
  };
  const end = async ({ executionId }: PipelineExecution) =>
    control.abandon(pipeline, executionId, reason).then(() => executionId);

  const [, first, executions] = await Promise.all([
    control.disable(pipeline, reason).catch(failed),
    control.state(pipeline).catch(failed),
    control.executions(pipeline).catch(failed),
  ]);
  const running = executions?.filter(isRunning) ?? [];
  // executions that passed the transition before it was disabled
  const [second, later, ...ended] = await Promise.all([
    control.state(pipeline).catch(failed),
    control.executions(pipeline).catch(failed),
    // a failure is retried below
    ...running.map(async execution => end(execution).catch(() => undefined)),
  ]);
  const known = later ?? executions;
  const late = known?.filter(other => isRunning(other) && !ended.includes(other.executionId)) ?? [];
  const ending = Promise.all(late.map(async execution => end(execution).catch(failed)));
  const actions = [...(first?.actions ?? []), ...(second?.actions ?? [])];
  const builds = new Set(actions.flatMap(({ buildId }) => buildId ?? []));
  // only after its execution has ended: a stopped build fails its stage, which may roll back to the previous commit
  const mayStop = known && (!ended.includes(undefined) || !(await ending).includes(undefined));
  const stops = mayStop ? [...builds].map(async buildId => control.stopBuild(pipeline, buildId).catch(failed)) : [];
  await Promise.all([ending, ...stops]);

  if (errors.length > 0) throw errors.find(isTransient) ?? errors[0];
  return stopResult([...running, ...late], actions);
}

function stopResult(executions: readonly PipelineExecution[], actions: readonly UnfinishedAction[]): StopResult {
  const stopped = new Set(executions.map(({ executionId }) => executionId));
  const interrupted = new Set(actions.filter(({ isAbandoned }) => !isAbandoned).map(({ name }) => name));
  return { executions: stopped.size, interrupted: [...interrupted] };
}

/** Options to start a pipeline. */
interface StartOptions {
  /** The same token starts it once. */
  readonly token: string;
  readonly now: number;
}

interface EnableOptions extends StartOptions {
  /**
   * Read after the pipeline is enabled: the reason to disable it again, if a concurrent writer has halted or suspended
   * it.
   */
  readonly reasonToDisable: () => Promise<string | undefined>;
  /**
   * Whether pushes may have started another pipeline while this one was disabled: then it is started whatever its last
   * run.
   */
  readonly missedPushes: boolean;
}

interface EnableResult {
  /** Whether the pipeline had to be started. */
  readonly started: boolean;
  /** Why it was disabled again. */
  readonly disabledReason?: string;
}

/** Enables a pipeline, and starts it if an execution was stopped. */
export async function enablePipeline(
  control: PipelineControl,
  pipeline: ControlledPipeline,
  options: EnableOptions,
): Promise<EnableResult> {
  await control.enable(pipeline);
  const disabledReason = await options.reasonToDisable();
  if (disabledReason !== undefined) {
    await stopPipeline(control, pipeline, disabledReason);
    return { started: false, disabledReason };
  }
  if (!options.missedPushes) {
    return { started: await startIfEnded(['Cancelled', 'Stopped', 'Stopping'], control, pipeline, options) };
  }
  await control.start(pipeline, options.token);
  return { started: true };
}

/**
 * Starts a pipeline whose last execution AWS has cancelled, as it does when the pipeline is updated. A stopped
 * execution is not restarted.
 */
export async function restartCancelled(
  control: PipelineControl,
  pipeline: ControlledPipeline,
  options: StartOptions,
): Promise<boolean> {
  return startIfEnded(['Cancelled'], control, pipeline, options);
}

/**
 * Starts a pipeline if its last execution has one of the statuses, or was dropped by AWS. Returns whether it was
 * started.
 */
async function startIfEnded(
  statuses: readonly string[],
  control: PipelineControl,
  pipeline: ControlledPipeline,
  { token, now }: StartOptions,
): Promise<boolean> {
  const [last] = await control.executions(pipeline);
  if (!last) return false;
  const isDropped = last.status === 'InProgress' && now - last.startedAt.getTime() > MAX_TRANSITION_WAIT;
  if (!isDropped && !statuses.includes(last.status)) return false;
  await control.start(pipeline, token);
  return true;
}

function isRunning({ status }: PipelineExecution): boolean {
  return status === 'InProgress' || status === 'Stopping';
}
