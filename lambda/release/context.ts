import type { ReleaseParts, Side } from './ports';
import type { ReleaseConfig } from '../../src/blue-green/release/contract';
import type { CurrentRelease, EndedRelease, TrafficChange } from '../registry/release';

/** What a step of a release works with. */
export interface ReleaseContext {
  readonly environmentName: string;
  readonly config: ReleaseConfig;
  readonly current: CurrentRelease;
  readonly fence: number;
  /** The last change of the traffic that was intended. */
  readonly trafficChange?: TrafficChange;
  /** Whether a first release that failed has left traffic on a side that never became active. */
  readonly hasStrayTraffic?: true;
  /** The release before this one. */
  readonly last?: EndedRelease;
  /** The side that served at the start. */
  readonly from: Side;
  /** The side that is released. */
  readonly to: Side;
  readonly parts: ReleaseParts;
}

/** What a step has found or done. Changes of the record are saved before the next step. */
export type StepProgress =
  | ({ readonly isDone: true } & Changes)
  | ({ readonly isDone: false; readonly seconds: number } & Changes);

interface Changes {
  readonly change?: Partial<CurrentRelease>;
  readonly trafficChange?: TrafficChange;
}

export type Step = (context: ReleaseContext) => Promise<StepProgress>;

export const STEP_DONE: StepProgress = { isDone: true };

export function waitFor(seconds: number, change?: Partial<CurrentRelease>): StepProgress {
  return { isDone: false, seconds, ...(change && { change }) };
}

export function secondsSince(context: ReleaseContext, at: number): number {
  return (context.parts.now() - at) / 1000;
}

/**
 * Time until the next look: short at first, longer the longer it takes. An execution of Step Functions has at most
 * 25,000 events, of which each look takes about ten.
 */
export function nextLook(elapsedSeconds: number, shortest: number, longest: number): number {
  return Math.round(Math.min(longest, Math.max(shortest, elapsedSeconds / 20)));
}
