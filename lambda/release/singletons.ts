import type { ReleaseContext, StepProgress } from './context';
import { STEP_DONE, waitFor } from './context';
import type { Side } from './ports';

interface Turn {
  readonly off: Side;
  readonly on: Side;
}

const LOOK_AGAIN_SECONDS = 5;

/** Turns the singletons of one side off, and then those of the other side on: no moment has both. */
export async function turnSingletons({ config, parts: { sides } }: ReleaseContext, turn: Turn): Promise<StepProgress> {
  const running = async (side: Side) => Promise.all(config.singletons.map(async one => sides.runs(side, one)));
  const isOn = await running(turn.off);
  const stillOn = config.singletons.filter((_, index) => isOn[index]);
  if (stillOn.length > 0) {
    await Promise.all(stillOn.map(async one => sides.turn(turn.off, one, 'off')));
    return waitFor(LOOK_AGAIN_SECONDS);
  }
  const runs = await running(turn.on);
  const missing = config.singletons.filter((_, index) => !runs[index]);
  if (missing.length === 0) return STEP_DONE;
  await Promise.all(missing.map(async one => sides.turn(turn.on, one, 'on')));
  return waitFor(LOOK_AGAIN_SECONDS);
}
