import { Clock } from '../../../rehearsal/core/clock';

describe('a deadline in scaled time', () => {
  const pause = async (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds));

  /** Real milliseconds until a deadline of 6 simulated seconds, which are 100 real ones of them, with a second and a half for work. */
  async function met(clock: Clock): Promise<number> {
    const begin = Date.now();
    // the timer of a deadline keeps no process alive
    const alive = setInterval(() => undefined, 1000);
    await new Promise<void>(resolve => clock.deadline(6, 1.5, resolve));
    clearInterval(alive);
    return Date.now() - begin;
  }

  test('comes when its time is over if nobody works, whoever has worked before', async () => {
    const clock = new Clock(60);
    await clock.during(async () => pause(1000));
    const milliseconds = await met(clock);
    expect(milliseconds).toBeGreaterThanOrEqual(99);
    expect(milliseconds).toBeLessThan(1000);
  });

  test('comes as much later as somebody has worked meanwhile, counted once however many they are', async () => {
    const clock = new Clock(60);
    void clock.during(async () => pause(500));
    void clock.during(async () => pause(500));
    const milliseconds = await met(clock);
    expect(milliseconds).toBeGreaterThanOrEqual(590);
    expect(milliseconds).toBeLessThan(1050);
  });

  test('comes at last though the work does not end', async () => {
    const clock = new Clock(60);
    clock.work();
    expect(await met(clock)).toBeGreaterThanOrEqual(1590);
  });
});
