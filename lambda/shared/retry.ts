import { isTransient } from './errors';

/** Most of the minute that a function has. */
const MAX_RETRY_MILLISECONDS = 40_000;
const MAX_PAUSE_MILLISECONDS = 5000;

/** Retries an action with exponential backoff while it fails with transient errors. */
export async function retryTransient<Result>(
  action: () => Promise<Result>,
  maxMilliseconds: number = MAX_RETRY_MILLISECONDS,
): Promise<Result> {
  const until = Date.now() + maxMilliseconds;
  for (let pause = 100; ; pause = Math.min(2 * pause, MAX_PAUSE_MILLISECONDS)) {
    try {
      return await action();
    } catch (error) {
      if (!isTransient(error) || Date.now() + pause > until) throw error;
      await new Promise(resolve => setTimeout(resolve, pause * (1 + Math.random())));
    }
  }
}
