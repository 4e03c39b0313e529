import { isTransient } from './errors';

/** How long an action is tried, and how long the longest pause is, in milliseconds: most of the minute that a function has. */
const PATIENCE = 40_000;
const LONGEST_PAUSE = 5000;

/** Tries an action again while it fails with transient errors. */
export async function patiently<Result>(action: () => Promise<Result>): Promise<Result> {
  const until = Date.now() + PATIENCE;
  for (let pause = 100; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await action();
    } catch (error) {
      if (!isTransient(error) || Date.now() + pause > until) throw error;
      await new Promise(resolve => setTimeout(resolve, pause * (1 + Math.random())));
    }
  }
}
