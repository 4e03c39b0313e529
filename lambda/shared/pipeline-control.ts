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
  readonly actions: readonly RunningAction[];
}

/** An action that has begun and not ended. */
export interface RunningAction {
  /** `Deploy/Deploy` */
  readonly name: string;
  /** Its build, if it is one. */
  readonly buildId?: string;
}

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

/** Lets nothing more through, and ends what is under way: three rounds of calls. */
export async function stopPipeline(control: PipelineControl, pipeline: ControlledPipeline, reason: string): Promise<Stopped> {
  const [, { actions }, executions] = await Promise.all([control.close(pipeline, reason), control.state(pipeline), control.executions(pipeline)]);
  const running = executions.filter(isRunning);
  await Promise.all(running.map(({ executionId }) => control.abandon(pipeline, executionId, reason)));
  // not before the execution has ended: a build that is stopped fails its stage, and a stage that fails may deploy the previous commit
  const builds = actions.flatMap(({ buildId }) => buildId ?? []);
  const [later] = await Promise.all([control.executions(pipeline), ...builds.map(buildId => control.stopBuild(pipeline, buildId))]);
  // what came through while the gate was being closed
  const late = later.filter(execution => isRunning(execution) && !running.some(({ executionId }) => executionId === execution.executionId));
  await Promise.all(late.map(({ executionId }) => control.abandon(pipeline, executionId, reason)));
  return { executions: running.length + late.length, interrupted: actions.map(({ name }) => name) };
}

/** Lets commits through again; answers whether the pipeline was started, because what was stopped does not go on by itself. */
export async function reopenPipeline(control: PipelineControl, pipeline: ControlledPipeline, token: string): Promise<boolean> {
  await control.open(pipeline);
  const [last] = await control.executions(pipeline);
  if (!last || !['Stopped', 'Stopping'].includes(last.status)) return false;
  await control.start(pipeline, token);
  return true;
}

function isRunning({ status }: PipelineExecution): boolean {
  return status === 'InProgress' || status === 'Stopping';
}
