import * as fc from 'fast-check';
import { cleanSchedules, violationsOf } from './schedules';

const RUNS = 500;

test('every clean ends in time, as available or in quarantine, and deletes only what is planned', async () => {
  await fc.assert(
    fc.asyncProperty(cleanSchedules, async schedule => {
      expect(await violationsOf(schedule)).toEqual([]);
    }),
    { numRuns: RUNS, ...(process.env.SEED && { seed: Number(process.env.SEED) }) },
  );
}, 600_000);
