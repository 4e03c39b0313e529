import { isTransient } from '../shared/errors';

/** A pipeline in its account. */
export interface ControlledPipeline {
  readonly accountId: string;
  readonly region: string;
  readonly pipelineName: string;
  /** Name of the stage after Source: with the way into it closed, commits are taken in but go no further. */
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
  /** What is written at the gate, if it is closed. */
  readonly closedReason?: string;
  /** Ids of the executions that stand in front of the gate. */
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
  close(pipeline: ControlledPipeline, reason: string): Promise<void>;
  open(pipeline: ControlledPipeline): Promise<void>;
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
    control.close(pipeline, reason).catch(failed), control.state(pipeline).catch(failed), control.executions(pipeline).catch(failed),
  ]);
  const running = executions?.filter(isRunning) ?? [];
  // what came through while the gate was being closed, and what went on while it was looked at
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

interface Reopening extends Again {
  /** Asked once commits go through: why they must not, if somebody has said so meanwhile. */
  readonly closedFor: () => Promise<string | undefined>;
  /** Whether pushes may have led elsewhere as long as it was closed: then it is started whatever became of its last run. */
  readonly missedPushes: boolean;
}

interface Reopened {
  /** Whether the pipeline had to be started. */
  readonly started: boolean;
  /** Why it was closed once more. */
  readonly closedFor?: string;
}

/** Lets commits through again. */
export async function reopenPipeline(control: PipelineControl, pipeline: ControlledPipeline, reopening: Reopening): Promise<Reopened> {
  await control.open(pipeline);
  const closedFor = await reopening.closedFor();
  if (closedFor !== undefined) {
    await stopPipeline(control, pipeline, closedFor);
    return { started: false, closedFor };
  }
  if (!reopening.missedPushes) return { started: await startAfter(['Cancelled', 'Stopped', 'Stopping'], control, pipeline, reopening) };
  await control.start(pipeline, reopening.token);
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
