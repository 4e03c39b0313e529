/** How many seeds there are, and how many of them one run takes where it must be quick. */
export const [ALL_SEEDS, SOME_SEEDS] = [200, 20];

const DAY = 24 * 60 * 60 * 1000;

/**
 * The seeds to play: all of them in CI. Elsewhere some, which are other ones each day (UTC), so that every ten days all
 * have been played.
 */
export function seedsOf(isCi: boolean, now: number): number[] {
  const count = isCi ? ALL_SEEDS : SOME_SEEDS;
  const first = isCi ? 1 : Math.floor(now / DAY) % (ALL_SEEDS / SOME_SEEDS) * SOME_SEEDS + 1;
  return Array.from({ length: count }, (_, index) => first + index);
}
