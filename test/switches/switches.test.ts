import { SwitchWorld } from './world';

const [SWITCHES, ABORTED_EVERY] = [15, 3];

test('15 switches, 5 of them aborted, fail no request and reach no side that is not healthy', async () => {
  const world = await SwitchWorld.start('route53', 4);
  try {
    expect((await world.release('first')).last?.outcome).toBe('succeeded');
    await world.clock.sleep(60);
    world.clients.start();
    const outcomes: (string | undefined)[] = [];
    for (let count = 1; count <= SWITCHES; count++) {
      const isAborted = count % ABORTED_EVERY === 0;
      const { last } = isAborted
        ? await world.abortedRelease(`app ${count}`, count * 5)
        : await world.release(`app ${count}`);
      outcomes.push(last?.outcome);
    }
    await world.clock.sleep(60);
    await world.clients.stop();
    expect(outcomes.filter(outcome => outcome === 'succeeded')).toHaveLength(10);
    expect(outcomes.filter(outcome => outcome === 'returned')).toHaveLength(5);
    expect(world.clients.requests).toBeGreaterThan(20_000);
    const { failed, unhealthy } = world.clients;
    expect({ failed, unhealthy }).toEqual({ failed: [], unhealthy: [] });
  } finally {
    await world.stop();
  }
}, 300_000);
