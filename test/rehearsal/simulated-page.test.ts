import { readFileSync } from 'node:fs';
import { describeSimulation, PAGE } from '../../bench/simulated';

// npx projen docs:simulated writes it
test('docs/simulated.md says what the code of the rehearsal simulates', async () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(await describeSimulation());
});
