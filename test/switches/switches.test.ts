import { makeSwitches } from './switches';

test('15 switches, 5 of them aborted, fail no request and reach no side that is not healthy', async () => {
  const { outcomes, clients: { requests, failed, unhealthy } } = await makeSwitches(2);
  expect(outcomes.filter(outcome => outcome === 'succeeded')).toHaveLength(10);
  expect(outcomes.filter(outcome => outcome === 'returned')).toHaveLength(5);
  expect({ failed, unhealthy }).toEqual({ failed: [], unhealthy: [] });
  expect(requests).toBeGreaterThan(30_000);
}, 600_000);
