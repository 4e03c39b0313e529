/** What AWS allows: so many creations at once, so many starts at first and one every ten seconds afterwards, a minute each. */
const [AT_ONCE, BURST, SECONDS_PER_START, SECONDS_PER_CREATION] = [5, 3, 10, 60];

/**
 * What AWS takes, in the rehearsal, to make a created account one that can be used: 25 seconds until its services answer, 12 for the stack with
 * the narrow policy, 20 for the CDK bootstrap, which names that policy. No way of asking makes that shorter.
 */
export const PREPARATION_SECONDS = 25 + 12 + 20;

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
