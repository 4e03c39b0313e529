import { runIpamRace } from './ipam-race';

const SEED = Number(process.env.SEED ?? 1);

test.each([SEED, SEED + 1])(
  'allocators of a pool of IPAM that race and die never share an address, and lose none (seed %i)', async seed => {
    const { violations, counts } = await runIpamRace({ seed, allocators: 50, operations: 1500, crash: 0.05 });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    // faults did occur, and released ranges were used again after a while
    expect(Object.keys(counts)).toEqual(expect.arrayContaining(['crash', 'range', 'release', 'used again']));
  }, 300_000,
);
