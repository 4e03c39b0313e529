import { describeFailure } from './check';
import { DAMAGE_KINDS, LIVE_KINDS, UNIT_KINDS } from './damage';
import { DAMAGE_REGRESSIONS } from './damage-regressions';
import { DAMAGE_SHARE, seedsToRun } from './seeds';
import { WorkerPool } from './worker-pool';

let pool: WorkerPool;
beforeAll(() => { pool = new WorkerPool(); });
afterAll(() => pool.stop());

test.each(DAMAGE_REGRESSIONS)('$title', async ({ schedule }) => {
  const { violations, log } = await pool.run(schedule);
  expect({ violations, log }).toEqual({ violations: [], log });
}, 120_000);

const isCi = Boolean(process.env.CI);
const seeds = seedsToRun(isCi, Date.now(), DAMAGE_SHARE);

test(`what schedules with damage break is repaired or named, seeds ${seeds[0]} to ${seeds.at(-1)}`, async () => {
  const results = await Promise.all(seeds.map(async seed => pool.check(seed, 'damage')));
  expect(results.map(describeFailure).filter(text => text !== '').join('\n\n')).toBe('');
  const kinds = new Set(results.flatMap(({ report }) => Object.keys(report.damaged)));
  // all schedules together do most kinds of damage, each does some
  const all = [...DAMAGE_KINDS, ...UNIT_KINDS, ...LIVE_KINDS];
  expect(kinds.size).toBeGreaterThan(isCi ? all.length * 0.5 : 0);
}, 1_200_000);
