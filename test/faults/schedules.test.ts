import { describeBroken } from './check';
import { ONCE_BROKEN } from './once-broken';
import { Players } from './players';

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

test('nothing breaks in two hundred schedules of faults', async () => {
  const seeds = Array.from({ length: 200 }, (_, index) => index + 1);
  const checked = await Promise.all(seeds.map(async seed => players.check(seed)));
  expect(checked.map(describeBroken).filter(words => words !== '').join('\n\n')).toBe('');
  const kinds = new Set(checked.flatMap(({ report }) => Object.keys(report.struck)));
  expect([...kinds].sort()).toEqual(['cancel', 'conflict', 'crash', 'creation', 'late', 'lost', 'outage', 'throttle', 'timeout', 'twice']);
}, 400_000);
