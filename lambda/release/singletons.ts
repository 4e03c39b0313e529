import type { ReleaseContext, StepProgress } from './context';
import { nextLook, secondsSince, STEP_DONE, waitFor } from './context';
import { singletonMissing, singletonTimedOut } from './errors';
import type { Side } from './ports';
import type { SingletonRequest } from '../../src/blue-green/release/contract';

interface Turn {
  readonly off: Side;
  /** Absent: no side runs them afterwards. */
  readonly on?: Side;
  /** Whether a singleton that the application does not define is left out. */
  readonly mayBeMissing: boolean;
}

const LOOK_AGAIN_SECONDS = 5;

/** Maximum time for all singletons of a side to change. */
const MAX_SECONDS = 1800;

/**
 * Turns the singletons of one side off, and then those of the other side on: they never run on both sides.
 *
 * @throws ReleaseFailedError if the side that is to run them does not define one
 */
export async function turnSingletons(context: ReleaseContext, turn: Turn): Promise<StepProgress> {
  const { config: { singletons }, parts: { sides } } = context;
  const statesOf = async (side: Side) => Promise.all(singletons.map(async one => sides.stateOf(side, one)));
  const before = await statesOf(turn.off);
  const stillOn = singletons.filter((_, index) => before[index] === 'on');
  if (stillOn.length > 0) {
    return change(context, turn.off, stillOn, 'off');
  }
  const { on } = turn;
  if (!on) return STEP_DONE;
  const states = await statesOf(on);
  const missing = singletons.find((_, index) => states[index] === 'missing');
  if (missing && !turn.mayBeMissing) throw singletonMissing(on, missing);
  const off = singletons.filter((_, index) => states[index] === 'off');
  if (off.length === 0) return STEP_DONE;
  return change(context, on, off, 'on');
}

async function change(
  context: ReleaseContext, side: Side, singletons: readonly SingletonRequest[], state: 'on' | 'off',
): Promise<StepProgress> {
  const { parts: { sides }, current } = context;
  const elapsed = secondsSince(context, current.since);
  if (elapsed > MAX_SECONDS) throw singletonTimedOut(side, singletons, state);
  await Promise.all(singletons.map(async one => sides.turn(side, one, state)));
  return waitFor(nextLook(elapsed, LOOK_AGAIN_SECONDS, 60));
}
