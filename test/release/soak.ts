import * as fc from 'fast-check';
import { releaseSchedules, violationsOf } from './schedules';

/** Runs random releases, rollbacks and aborts. Returns whether none has violated an invariant. */
export async function soakReleases(runs: number, seed: number): Promise<boolean> {
  const startedAt = Date.now();
  const property = fc.asyncProperty(releaseSchedules, async schedule => {
    const violations = await violationsOf(schedule);
    if (violations.length > 0) throw new Error(violations.join('\n'));
  });
  const result = await fc.check(property, { numRuns: runs, seed });
  console.log(`${result.numRuns} runs of releases in ${Math.round((Date.now() - startedAt) / 1000)} s, seed ${seed}`);
  console.log(fc.defaultReportMessage(result) ?? 'no violations');
  return !result.failed;
}
