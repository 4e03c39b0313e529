import { formatClock, formatCount, formatDuration, formatStatus, formatTime } from '../../../cli/output/format';

test('a duration has seconds, minutes and hours, without leading zeros', () => {
  expect([0.4, 59.4, 59.6, 125, 3600, 7325].map(formatDuration))
    .toEqual(['0s', '59s', '1m 0s', '2m 5s', '1h 0m 0s', '2h 2m 5s']);
});

test('a clock always has hours, minutes and seconds', () => {
  expect([0, 61.9, 360_000].map(formatClock)).toEqual(['00:00:00', '00:01:01', '100:00:00']);
});

test('times, counts and statuses are formatted for reading', () => {
  expect(formatTime('2026-01-31T12:00:59.000Z')).toBe('2026-01-31 12:00');
  expect([0, 1, 2].map(number => formatCount(number, 'call'))).toEqual(['0 calls', '1 call', '2 calls']);
  expect(formatStatus('InProgress')).toBe('in progress');
});
