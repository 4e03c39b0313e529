/** What AWS allows: so many creations at once, so many starts at first and one every ten seconds afterwards, a minute each. */
const [AT_ONCE, BURST, SECONDS_PER_START, SECONDS_PER_CREATION] = [5, 3, 10, 60];

/** Seconds until the last of so many accounts is created if nobody ever waited for anything but AWS. */
export function lowerBound(accounts: number): number {
  const ends: number[] = [];
  let [tokens, refilledAt] = [BURST, 0];
  for (let index = 0; index < accounts; index++) {
    const free = index < AT_ONCE ? 0 : ends[index - AT_ONCE];
    const full = Math.min(BURST, tokens + (free - refilledAt) / SECONDS_PER_START);
    const start = free + Math.max(0, 1 - full) * SECONDS_PER_START;
    tokens = Math.max(full, 1) - 1;
    refilledAt = start;
    ends.push(start + SECONDS_PER_CREATION);
  }
  return ends.at(-1) ?? 0;
}
