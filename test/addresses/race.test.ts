import { runRace } from './race';

const SEED = Number(process.env.SEED ?? 1);

test.each([SEED, SEED + 1])(
  'allocators that race and die never share an address, lose none, and leave no larger gaps (seed %i)', async seed => {
    const { violations, counts, fragmentation } = await runRace({
      seed, allocators: 50, operations: 1500, crash: 0.05,
    });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    expect(fragmentation).toBeLessThanOrEqual(1.1);
    // the faults and races did occur
    expect(Object.keys(counts)).toEqual(expect.arrayContaining(['crash', 'range', 'release', '3 calls']));
  }, 300_000,
);
