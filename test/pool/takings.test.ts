import { runTakings } from './takings';

const SEED = Number(process.env.SEED ?? 1);

test.each([SEED, SEED + 1, SEED + 2])(
  'environments that take and leave accounts under faults never share one, and lose none (seed %i)', async seed => {
    const { violations, counts } = await runTakings({
      environments: 40, accounts: 8, seed, faults: { crash: 0.01, throttle: 0.02 },
    });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    // the faults did occur
    expect(Object.keys(counts)).toEqual(expect.arrayContaining(['crash', 'quarantine', 'operation', 'lease']));
  }, 300_000,
);
