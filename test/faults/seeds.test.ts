import { CI_SEED_COUNT, DAMAGE_SHARE, LOCAL_SEED_COUNT, seedsToRun } from './seeds';

const ALL = Array.from({ length: CI_SEED_COUNT }, (_, index) => index + 1);
const at = (day: number, hour: number): number => Date.UTC(2026, 10, day, hour);

test('CI runs the schedules of all seeds', () => {
  expect(seedsToRun(true, at(29, 12))).toEqual(ALL);
});

test('a run outside CI takes some seeds, the same ones during a day', () => {
  expect(seedsToRun(false, at(29, 0))).toHaveLength(LOCAL_SEED_COUNT);
  expect(seedsToRun(false, at(29, 23))).toEqual(seedsToRun(false, at(29, 0)));
});

test('the runs of ten successive days take all seeds', () => {
  const days = Array.from({ length: 10 }, (_, index) => seedsToRun(false, at(10 + index, 12)));
  expect(days.flat().sort((one, other) => one - other)).toEqual(ALL);
});

test('twenty seeds are run with damage in CI, and all of them in ten successive days', () => {
  expect(seedsToRun(true, at(29, 12), DAMAGE_SHARE)).toEqual(ALL.slice(0, 20));
  const days = Array.from({ length: 10 }, (_, index) => seedsToRun(false, at(10 + index, 12), DAMAGE_SHARE));
  expect(days.flat().sort((one, other) => one - other)).toEqual(ALL.slice(0, 20));
});
