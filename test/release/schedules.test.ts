import * as fc from 'fast-check';
import { releaseSchedules, violationsOf } from './schedules';

const RUNS = process.env.CI ? 400 : 200;

test('no release leaves a wrong side, share, singleton or lock, at whichever call a process is killed', async () => {
  await fc.assert(
    fc.asyncProperty(releaseSchedules, async schedule => {
      expect(await violationsOf(schedule)).toEqual([]);
    }),
    { numRuns: RUNS, ...(process.env.SEED && { seed: Number(process.env.SEED) }) },
  );
}, 600_000);
