import type { ReleaseContext, Step, StepProgress } from './context';
import { nextLook, secondsSince, STEP_DONE, waitFor } from './context';
import { deploymentTimedOut, otherCommit, pipelineFailed } from './errors';
import type { PipelineExecution } from '../pipeline-control/control';
import { RESERVED } from '../registry/gate';

/** Time that a push has to start the pipeline; after it, the release starts it. */
const PUSH_SECONDS = 60;

const LOOK_AGAIN_SECONDS = 5;

/** Lets the head of the branch, and no other commit, pass the pipeline of the side. */
export const deploy: Step = async context => {
  const { to: { pipeline }, parts: { control }, current, config } = context;
  const executions = await control.executions(pipeline);
  const atHead = executions.filter(({ commitId }) => commitId === current.head);
  const deployed = atHead.find(({ status }) => status === 'Succeeded');
  if (deployed) return settle(context, deployed);
  const [running] = atHead.filter(({ status }) => status === 'InProgress');
  const [ended] = atHead.filter(
    ({ status, startedAt }) => status !== 'InProgress' && startedAt.getTime() >= current.startedAt,
  );
  if (!running && ended) throw pipelineFailed(context, ended.executionId, ended.status);
  if (secondsSince(context, current.since) > config.deploySeconds) throw deploymentTimedOut(context);
  await openFor(context, running);
  const hasOldRun = atHead.length > 0;
  if (!running && (hasOldRun || secondsSince(context, current.since) > PUSH_SECONDS)) {
    await control.start(pipeline, current.releaseId);
  }
  return waitFor(nextLook(secondsSince(context, current.since), LOOK_AGAIN_SECONDS, 60));
};

/**
 * Enables the pipeline only while the head waits at the transition: an older commit that has waited is superseded by
 * it, and a commit that is pushed later waits.
 */
async function openFor(context: ReleaseContext, running: PipelineExecution | undefined): Promise<void> {
  const { to: { pipeline }, parts: { control } } = context;
  const isWaiting = running && (await control.state(pipeline)).waiting.includes(running.executionId);
  return isWaiting ? control.enable(pipeline) : control.disable(pipeline, RESERVED);
}

/** The side serves what it was released for only if no later commit has passed the transition. */
async function settle(context: ReleaseContext, deployed: PipelineExecution): Promise<StepProgress> {
  const { to: { pipeline }, parts: { control }, current } = context;
  await control.disable(pipeline, RESERVED);
  const executions = await control.executions(pipeline);
  const position = executions.findIndex(({ executionId }) => executionId === deployed.executionId);
  const later = executions.slice(0, Math.max(position, 0)).filter(({ commitId, status }) =>
    commitId !== current.head && status !== 'Superseded');
  if (later.length === 0) return STEP_DONE;
  const { waiting } = await control.state(pipeline);
  const passed = later.filter(({ executionId }) => !waiting.includes(executionId));
  const done = passed.find(({ status }) => status !== 'InProgress');
  if (done) throw otherCommit(context, done);
  // still before the transition, or on its way through the pipeline
  return passed.length === 0 ? STEP_DONE : waitFor(LOOK_AGAIN_SECONDS);
}
