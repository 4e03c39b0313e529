import type { ReleaseContext, StepProgress } from './context';
import { STEP_DONE } from './context';
import { turnSingletons } from './singletons';
import { ensureShare, intendReturn } from './traffic-step';
import { stopPipeline } from '../pipeline-control/control';
import { RESERVED } from '../registry/gate';

/** Brings everything back to the side that served at the start: traffic first, then singletons, then the pipeline. */
export async function restore(context: ReleaseContext): Promise<StepProgress> {
  const { parts: { control }, trafficChange, to, from, config, current } = context;
  // without a change nothing has served, so there is no side to go back to
  if (trafficChange && !current.isFirst) {
    if (!current.isReturning) return { ...intendReturn(context), change: { isReturning: true } };
    const returned = await ensureShare(context, 0);
    if (!returned.isDone) return returned;
  }
  if (config.singletons.length > 0) {
    const turned = await turnSingletons(context, { off: to, on: from });
    if (!turned.isDone) return turned;
  }
  await stopPipeline(control, to.pipeline, RESERVED);
  return STEP_DONE;
}
