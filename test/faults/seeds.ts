/** The seeds that CI runs, and those that a run elsewhere takes, which must be quick. */
export const [CI_SEED_COUNT, LOCAL_SEED_COUNT] = [100, 10];

const DAY = 24 * 60 * 60 * 1000;

/** Returns the seeds to run: in CI all; elsewhere some that change each day (UTC), so that ten days run them all. */
export function seedsToRun(isCi: boolean, now: number): number[] {
  const count = isCi ? CI_SEED_COUNT : LOCAL_SEED_COUNT;
  const days = CI_SEED_COUNT / LOCAL_SEED_COUNT;
  const first = isCi ? 1 : Math.floor(now / DAY) % days * LOCAL_SEED_COUNT + 1;
  return Array.from({ length: count }, (_, index) => first + index);
}
