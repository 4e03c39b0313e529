import { ProcessPool } from '../../../../rehearsal/services/lambda/process-pool';
import type { Execution } from '../../../../rehearsal/services/lambda/runtime-protocol';

test('an ended pool starts neither waiting nor new work', async () => {
  let started = 0;
  const end: (() => void)[] = [];
  const pool = new ProcessPool(() => {
    started += 1;
    return { alive: true, invoke: async () => ({}), kill: () => end.forEach(resolve => resolve()) } as Execution;
  }, 1);
  const first = pool.use(async () => new Promise<void>(resolve => end.push(resolve)));
  void pool.use(async () => undefined);
  await Promise.resolve();
  pool.kill();
  await first;
  void pool.use(async () => undefined);
  await new Promise(resolve => setImmediate(resolve));
  expect(started).toBe(1);
});
