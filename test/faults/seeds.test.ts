import { ALL_SEEDS, seedsOf, SOME_SEEDS } from './seeds';

const ALL = Array.from({ length: ALL_SEEDS }, (_, index) => index + 1);
const at = (day: number, hour: number): number => Date.UTC(2026, 10, day, hour);

test('CI plays all schedules', () => {
  expect(seedsOf(true, at(29, 12))).toEqual(ALL);
});

test('a run elsewhere plays some, the same ones during a day', () => {
  expect(seedsOf(false, at(29, 0))).toHaveLength(SOME_SEEDS);
  expect(seedsOf(false, at(29, 23))).toEqual(seedsOf(false, at(29, 0)));
});

test('the runs of ten days play all', () => {
  const days = Array.from({ length: 10 }, (_, index) => seedsOf(false, at(10 + index, 12)));
  expect(days.flat().sort((one, other) => one - other)).toEqual(ALL);
});
