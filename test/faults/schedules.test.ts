import { Apps } from './apps';
import { check, describeBroken } from './check';
import { ONCE_BROKEN } from './once-broken';
import { play } from './run';

const { stackTraceLimit } = Error;
let apps: Apps;
beforeAll(() => {
  // a good part of a run are errors of AWS, and nobody reads where they were made
  Error.stackTraceLimit = 0;
  apps = new Apps();
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
  apps.remove();
});

test('the same seed is the same run', async () => {
  const [one, other] = [await check(apps, 7), await check(apps, 7)];
  expect(one).toEqual(other);
  expect(one.report.story.length).toBeGreaterThan(1);
});

test.each(ONCE_BROKEN)('$what holds', async ({ schedule }) => {
  const { violations, story } = await play(apps, schedule);
  expect({ violations, story }).toEqual({ violations: [], story });
});

test('nothing breaks in two hundred schedules of faults', async () => {
  const broken: string[] = [];
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 200; seed++) {
    const checked = await check(apps, seed);
    Object.keys(checked.report.struck).forEach(kind => kinds.add(kind));
    if (checked.shortest) broken.push(describeBroken(checked));
  }
  expect(broken.join('\n\n')).toBe('');
  expect([...kinds].sort()).toEqual(['cancel', 'conflict', 'crash', 'creation', 'late', 'lost', 'outage', 'throttle', 'timeout', 'twice']);
}, 400_000);
