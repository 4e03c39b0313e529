import type { ReleaseContext, Step, StepProgress } from './context';
import { STEP_DONE, waitFor } from './context';
import { WrongSideError } from './errors';
import type { Side } from './ports';
import { restore } from './restore';
import { ensureShare, intendReturn } from './traffic-step';
import { setActiveSide } from '../registry/environment';

const POLL_HELD = 600;

/** Repairs what an earlier release may have left, and waits until no client can reach the side that is released. */
export const repair: Step = async context => {
  const { current, last, trafficChange, parts: { now } } = context;
  if (current.isTakenOver && !current.isRestored) return takeOver(context);
  const heldUntil = current.heldUntil ?? (current.kind === 'rollback' ? 0 : last?.heldUntil ?? 0);
  const left = (heldUntil - now()) / 1000;
  if (left > 0) return waitFor(Math.min(left, POLL_HELD));
  // the time for a change of the traffic begins after this wait
  if (current.since < heldUntil) return waitFor(0, { since: now() });
  if (current.isFirst) return STEP_DONE;
  // its change is in effect; if someone has undone it, the next change is rejected
  if (current.kind === 'rollback' && trafficChange && last?.outcome === 'succeeded') return STEP_DONE;
  return trafficChange ? ensureShare(context, 0) : findServingSide(context);
};

/** Restores what an earlier release has left. */
async function takeOver(context: ReleaseContext): Promise<StepProgress> {
  const { current, last, trafficChange, config, parts: { now } } = context;
  if (!trafficChange && !current.isFirst) {
    const found = await findServingSide(context);
    return found.isDone ? waitFor(0, found.change) : found;
  }
  const restored = await restore(context);
  if (!restored.isDone) return restored;
  const heldFromNow = current.isFirst ? 0 : now() + config.holdSeconds * 1000;
  const heldUntil = Math.max(last?.heldUntil ?? 0, heldFromNow);
  return waitFor(0, { isRestored: true, isReturning: undefined, heldUntil });
}

/** Without a recorded change, the traffic says which side serves: the registry may have been lost. */
async function findServingSide(context: ReleaseContext): Promise<StepProgress> {
  const { environmentName, from, to, hasStrayTraffic, parts: { traffic, registry } } = context;
  const { shares: found, fence = 0 } = await traffic.read();
  const shares = hasStrayTraffic ? undefined : found;
  if (shares?.[to.name] === 100) {
    await setActiveSide(registry, environmentName, to.name);
    throw new WrongSideError(environmentName, { serving: to.name, recorded: from.name }, fence);
  }
  const isServing = shares !== undefined || (await serves(from, context));
  if (isServing) return intendReturn({ ...context, fence: Math.max(context.fence, fence) });
  return { isDone: true, change: { isFirst: true } };
}

/** Whether a side has an application that traffic can return to: before the first release, both may be empty. */
async function serves({ name, pipeline }: Side, { parts: { traffic, control } }: ReleaseContext): Promise<boolean> {
  const executions = await control.executions(pipeline);
  return executions.some(({ status }) => status === 'Succeeded') && traffic.hasEndpoint(name);
}
