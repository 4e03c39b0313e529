import type { ReleaseContext, StepProgress } from './context';
import { STEP_DONE } from './context';
import { turnSingletons } from './singletons';
import { ensureShare, intendReturn } from './traffic-step';
import { stopPipeline } from '../pipeline-control/control';
import { RESERVED } from '../registry/gate';

/**
 * Brings everything back to the side that served at the start: traffic first, then the pipeline, then singletons. If no
 * side has served, only what the release has turned on is turned off.
 */
export async function restore(context: ReleaseContext): Promise<StepProgress> {
  const { parts: { control }, trafficChange, to, from, config, current } = context;
  const hasServed = trafficChange !== undefined && !current.isFirst;
  if (hasServed) {
    if (!current.isReturning) return { ...intendReturn(context), change: { isReturning: true } };
    const returned = await ensureShare(context, 0);
    if (!returned.isDone) return returned;
  }
  await stopPipeline(control, to.pipeline, RESERVED);
  if (config.singletons.length === 0) return STEP_DONE;
  return turnSingletons(context, { off: to, ...(hasServed && { on: from }), mayBeMissing: true });
}
