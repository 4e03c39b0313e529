/** The seeds that CI runs, and those that a run elsewhere takes, which must be quick. */
export const [CI_SEED_COUNT, LOCAL_SEED_COUNT] = [100, 10];

/** The share of the seeds that CI runs with damage, which take longer. */
export const DAMAGE_SHARE = 0.2;

const DAY = 24 * 60 * 60 * 1000;

/**
 * Returns the seeds to run: in CI all; elsewhere some that change each day (UTC), so that ten days run them all.
 *
 * @param share the share of the seeds
 */
export function seedsToRun(isCi: boolean, now: number, share = 1): number[] {
  const [all, some] = [CI_SEED_COUNT * share, LOCAL_SEED_COUNT * share];
  const count = isCi ? all : some;
  const days = all / some;
  const first = isCi ? 1 : Math.floor(now / DAY) % days * some + 1;
  return Array.from({ length: count }, (_, index) => first + index);
}
