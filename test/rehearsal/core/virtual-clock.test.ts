import { VirtualClock } from '../../../rehearsal/core/virtual-clock';
import { reasons, Harness } from '../../vending/harness';

describe('virtual time', () => {
  test('runs timers in the order of their times, without real waiting', async () => {
    const clock = new VirtualClock();
    const woken: string[] = [];
    const sleep = async (name: string, seconds: number) => {
      await clock.sleep(seconds);
      woken.push(`${name} ${clock.elapsedSeconds()}`);
    };
    await Promise.all([sleep('hour', 3600), sleep('second', 1), sleep('minute', 60)]);
    expect(woken).toEqual(['second 1', 'minute 60', 'hour 3600']);
  });

  test('orders simultaneous timers by the random numbers', async () => {
    const orders = [[0.1, 0.9], [0.9, 0.1]].map(async numbers => {
      const clock = new VirtualClock({ random: () => numbers.shift() ?? 0 });
      const woken: string[] = [];
      await Promise.all(['one', 'two'].map(async name => { await clock.sleep(1); woken.push(name); }));
      return woken;
    });
    expect(await Promise.all(orders)).toEqual([['one', 'two'], ['two', 'one']]);
  });

  test('does not advance during real work', async () => {
    const clock = new VirtualClock();
    const sleeper = clock.sleep(60);
    await clock.during(() => new Promise(resolve => setTimeout(resolve, 20)));
    expect(clock.elapsedSeconds()).toBe(0);
    await sleeper;
    expect(clock.elapsedSeconds()).toBe(60);
  });

  test('does not run a cancelled timer', async () => {
    const clock = new VirtualClock();
    let woken = false;
    clock.deadline(1, 0, () => { woken = true; })();
    await clock.sleep(2);
    expect(woken).toBe(false);
  });
});

test('vending an environment in virtual time with the real handlers gives the same run twice', async () => {
  const runs = [];
  for (let i = 0; i < 2; i++) {
    const harness = await Harness.start({ virtual: { random: () => 0.5 } });
    try {
      expect(reasons(await harness.deploy(cicd => { cicd.environment('dev'); }))).toBe('');
      // do not wait: the new pipeline keeps running
      runs.push({ seconds: harness.simulation.clock.elapsedSeconds(), calls: { ...harness.simulation.calls } });
      expect(await harness.descriptor('env/dev')).toMatchObject({ name: 'dev', accountId: harness.vended['shop-dev'] });
    } finally {
      await harness.stop();
    }
  }
  expect(runs[0]).toEqual(runs[1]);
  expect(runs[0].seconds).toBeGreaterThan(60);
});
