import { describeBroken } from './check';
import { ONCE_BROKEN } from './once-broken';
import { Players } from './players';
import { seedsOf } from './seeds';

let players: Players;
beforeAll(() => { players = new Players(); });
afterAll(() => players.stop());

test('the same seed is the same run', async () => {
  const [one, other] = await Promise.all([players.check(7), players.check(7)]);
  expect(one).toEqual(other);
  expect(one.report.story.length).toBeGreaterThan(1);
});

test.each(ONCE_BROKEN)('$what', async ({ schedule }) => {
  const { violations, story } = await players.play(schedule);
  expect({ violations, story }).toEqual({ violations: [], story });
});

const KINDS = ['cancel', 'conflict', 'crash', 'creation', 'late', 'lost', 'outage', 'throttle', 'timeout', 'twice'];
const isCi = Boolean(process.env.CI);
const seeds = seedsOf(isCi, Date.now());

test(`nothing breaks in the schedules of faults with the seeds ${seeds[0]} to ${seeds.at(-1)}`, async () => {
  const checked = await Promise.all(seeds.map(async seed => players.check(seed)));
  expect(checked.map(describeBroken).filter(words => words !== '').join('\n\n')).toBe('');
  const kinds = new Set(checked.flatMap(({ report }) => Object.keys(report.struck)));
  // some schedules need not have every kind of fault, all of them must
  expect([...kinds].sort()).toEqual(isCi ? KINDS : KINDS.filter(kind => kinds.has(kind)));
  expect(kinds.size).toBeGreaterThan(KINDS.length / 2);
}, 400_000);
