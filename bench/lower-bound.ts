/** Limits of AWS Organizations for account creations, and the duration of one creation in the rehearsal. */
const [CONCURRENT, BURST, SECONDS_PER_START, SECONDS_PER_CREATION] = [5, 3, 10, 60];

/** Returns the shortest time in seconds in which the limits of AWS allow to create this number of accounts. */
export function lowerBound(accounts: number): number {
  const ends: number[] = [];
  let [tokens, refilledAt] = [BURST, 0];
  for (let index = 0; index < accounts; index++) {
    const free = index < CONCURRENT ? 0 : ends[index - CONCURRENT];
    const full = Math.min(BURST, tokens + (free - refilledAt) / SECONDS_PER_START);
    const start = free + Math.max(0, 1 - full) * SECONDS_PER_START;
    tokens = Math.max(full, 1) - 1;
    refilledAt = start;
    ends.push(start + SECONDS_PER_CREATION);
  }
  return ends.at(-1) ?? 0;
}
