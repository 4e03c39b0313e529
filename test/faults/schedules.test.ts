import { describeFailure } from './check';
import { REGRESSIONS } from './regressions';
import { seedsToRun } from './seeds';
import { WorkerPool } from './worker-pool';

let pool: WorkerPool;
beforeAll(() => { pool = new WorkerPool(); });
afterAll(() => pool.stop());

test('two runs of the same seed are identical', async () => {
  const [one, other] = await Promise.all([pool.check(7), pool.check(7)]);
  expect(one).toEqual(other);
  expect(one.report.log.length).toBeGreaterThan(1);
});

test.each(REGRESSIONS)('$title', async ({ schedule }) => {
  const { violations, log } = await pool.run(schedule);
  expect({ violations, log }).toEqual({ violations: [], log });
});

const KINDS = ['cancel', 'conflict', 'crash', 'creation', 'late', 'lost', 'outage', 'throttle', 'timeout', 'twice'];
const isCi = Boolean(process.env.CI);
const seeds = seedsToRun(isCi, Date.now());

test(`no invariant is violated by the fault schedules of the seeds ${seeds[0]} to ${seeds.at(-1)}`, async () => {
  const results = await Promise.all(seeds.map(async seed => pool.check(seed)));
  expect(results.map(describeFailure).filter(text => text !== '').join('\n\n')).toBe('');
  const kinds = new Set(results.flatMap(({ report }) => Object.keys(report.injected)));
  // all schedules together must inject every kind of fault, some of them need not
  expect([...kinds].sort()).toEqual(isCi ? KINDS : KINDS.filter(kind => kinds.has(kind)));
  expect(kinds.size).toBeGreaterThan(KINDS.length / 2);
}, 1_200_000);
