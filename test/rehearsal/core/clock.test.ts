import { Clock } from '../../../rehearsal/core/clock';

describe('a deadline in scaled time', () => {
  const pause = async (milliseconds: number): Promise<void> =>
    new Promise(resolve => setTimeout(resolve, milliseconds));

  /**
   * Returns the real milliseconds until a deadline of 6 simulated seconds (100 real milliseconds), with at most 1.5
   * seconds for work.
   */
  async function met(clock: Clock): Promise<number> {
    const begin = Date.now();
    // the timer of a deadline does not keep the process alive
    const alive = setInterval(() => undefined, 1000);
    await new Promise<void>(resolve => clock.deadline(6, 1.5, resolve));
    clearInterval(alive);
    return Date.now() - begin;
  }

  test('passes on time if there is no work, whatever work there was before', async () => {
    const clock = new Clock(60);
    await clock.during(async () => pause(1000));
    const milliseconds = await met(clock);
    expect(milliseconds).toBeGreaterThanOrEqual(99);
    expect(milliseconds).toBeLessThan(1000);
  });

  test('is extended by the duration of work, counting concurrent work once', async () => {
    const clock = new Clock(60);
    void clock.during(async () => pause(500));
    void clock.during(async () => pause(500));
    const milliseconds = await met(clock);
    expect(milliseconds).toBeGreaterThanOrEqual(590);
    expect(milliseconds).toBeLessThan(1050);
  });

  test('passes eventually even if the work does not end', async () => {
    const clock = new Clock(60);
    clock.work();
    expect(await met(clock)).toBeGreaterThanOrEqual(1590);
  });
});
