import type { ReleaseContext, StepProgress } from './context';
import { nextLook, secondsSince, STEP_DONE, waitFor } from './context';
import { notInEffect } from './errors';
import type { TrafficChange } from '../registry/release';
import type { Shares, TrafficReading } from '../traffic/traffic';

/** Time between two looks whether a change is in effect. */
const LOOK_AGAIN_SECONDS = 2;

/** Time after which a change that is not in effect is made again: a service may lose it. */
const MAKE_AGAIN_SECONDS = 300;

/** Maximum time until a change is in effect. */
const MAX_SECONDS = 1800;

/**
 * Sets the share of the released side, and is done when AWS reports that it is in effect. The change is saved before it
 * is made: after a crash, the record says what may have been set.
 */
export async function ensureShare(context: ReleaseContext, percent: number): Promise<StepProgress> {
  const { parts: { traffic }, trafficChange: intended, current } = context;
  const shares = sharesOf(context, percent);
  if (!intended || !isSame(intended.shares, shares)) return intend(context, shares);
  // a change of an earlier release may be weeks old
  const isLate = secondsSince(context, Math.max(intended.intendedAt, current.since)) > MAX_SECONDS;
  // a write reads first, and rejects what someone else has changed
  if (intended.madeAt === undefined && !isLate) return make(context, intended);
  const reading = await traffic.read(intended.changeId);
  const isSet = isMade(reading, intended);
  if (isSet && reading.isInEffect) return STEP_DONE;
  if (isLate) throw notInEffect(shares);
  const elapsed = secondsSince(context, intended.madeAt ?? 0);
  if (isSet && elapsed <= MAKE_AGAIN_SECONDS) return waitFor(nextLook(elapsed, LOOK_AGAIN_SECONDS, 15));
  return make(context, intended);
}

/** The same change may be made again: the former process may have ended before it saved that it was made. */
async function make({ parts: { traffic, now } }: ReleaseContext, intended: TrafficChange): Promise<StepProgress> {
  const { changeId: earlier, ...change } = intended;
  const changeId = await traffic.write(intended.shares, intended.fence);
  const trafficChange = { ...change, madeAt: now(), ...(changeId !== undefined && { changeId }) };
  return { isDone: false, seconds: LOOK_AGAIN_SECONDS, trafficChange };
}

/** A new change with all traffic on the side at the start: a late change of an earlier machine is then obsolete. */
export function intendReturn(context: ReleaseContext): StepProgress {
  return intend(context, sharesOf(context, 0));
}

function intend({ fence, parts: { now } }: ReleaseContext, shares: Shares): StepProgress {
  return { isDone: false, seconds: 0, trafficChange: { shares, fence: fence + 1, intendedAt: now() } };
}

function sharesOf({ to }: ReleaseContext, percent: number): Shares {
  return to.name === 'blue' ? { blue: percent, green: 100 - percent } : { blue: 100 - percent, green: percent };
}

function isMade({ shares, fence }: TrafficReading, change: TrafficChange): boolean {
  return shares !== undefined && isSame(shares, change.shares) && (fence === undefined || fence === change.fence);
}

function isSame(one: Shares, other: Shares): boolean {
  return one.blue === other.blue && one.green === other.green;
}
