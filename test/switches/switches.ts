import type { Clients } from './clients';
import { SwitchWorld } from './world';

const [SWITCHES, ABORTED_EVERY] = [15, 3];

/** What 15 switches with Route 53 have done, of which every third was aborted while both sides had traffic. */
export interface Switches {
  readonly outcomes: readonly (string | undefined)[];
  readonly clients: Clients;
  /** Simulated seconds in which the clients have sent requests. */
  readonly seconds: number;
}

/** @param perSecond requests of each of three groups of clients in a simulated second */
export async function makeSwitches(perSecond: number): Promise<Switches> {
  const world = await SwitchWorld.start('route53', perSecond);
  const { clients, clock } = world;
  try {
    const first = await world.release('first');
    if (first.last?.outcome !== 'succeeded') throw new Error(`the first release failed: ${first.last?.failure}`);
    await clock.sleep(60);
    const startedAt = clock.now();
    clients.start();
    const outcomes: (string | undefined)[] = [];
    for (let count = 1; count <= SWITCHES; count++) {
      const isAborted = count % ABORTED_EVERY === 0;
      const { last } = isAborted
        ? await world.abortedRelease(`app ${count}`, count * 5)
        : await world.release(`app ${count}`);
      outcomes.push(last?.outcome);
    }
    await clock.sleep(60);
    await clients.stop();
    return { outcomes, clients, seconds: Math.round((clock.now() - startedAt) / 1000) };
  } finally {
    await world.stop();
  }
}
