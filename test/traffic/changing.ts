import type { Endpoints, Shares, Traffic } from '../../lambda/traffic/traffic';
import { Fate, Killed } from '../shared/fate';
import type { When } from '../shared/fate';

export const ENDPOINTS: Endpoints = {
  blue: { address: 'blue.example.com', hostedZoneId: 'ZBLUE' },
  green: { address: 'green.example.com', hostedZoneId: 'ZGREEN' },
};

export const BLUE: Shares = { blue: 100, green: 0 };
export const GREEN: Shares = { blue: 0, green: 100 };
export const CANARY: Shares = { blue: 90, green: 10 };

/** A service of which each process has its own client. */
export interface World<Port extends object> {
  readonly port: Port;
  traffic(port: Port): Traffic;
  /** Throws if the service has a state that must never be. */
  check(): void;
}

/** Runs a write that dies at every call in turn, before and after it, each followed by another run. */
export async function dyingEverywhere<Port extends object>(
  newWorld: () => Promise<World<Port>>, write: (traffic: Traffic) => Promise<unknown>,
  verify: (traffic: Traffic) => Promise<void>,
): Promise<number> {
  let deaths = 0;
  for (const when of ['before', 'after'] satisfies When[]) {
    for (let n = 1; ; n++) {
      const world = await newWorld();
      const fate = new Fate();
      fate.dieAt(n, when);
      const error = await errorOf(write(world.traffic(fate.over(world.port))));
      world.check();
      const died = error instanceof Killed;
      if (!died && error !== undefined) throw error;
      const next = world.traffic(world.port);
      await write(next);
      world.check();
      await verify(next);
      if (!died) break;
      deaths++;
    }
  }
  return deaths;
}

/** The port of a process that is halted before its nth call until the other has finished. */
export function haltedAt<Port extends object>(n: number, port: Port, other: () => Promise<unknown>): Port {
  let calls = 0;
  return new Proxy(port, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return async (...parameters: unknown[]) => {
        if (++calls === n) await other();
        return Reflect.apply(method, target, parameters);
      };
    },
  });
}

/** For every call of a first writer: it halts before the call while the second one runs to its end. */
export async function overtakenEverywhere<Port extends object>(
  newWorld: () => Promise<World<Port>>,
  first: (traffic: Traffic) => Promise<unknown>, second: (traffic: Traffic) => Promise<unknown>,
  verify: (traffic: Traffic, firstError: unknown) => Promise<void>,
): Promise<number> {
  for (let n = 1; ; n++) {
    const world = await newWorld();
    let overtaken = false;
    const port = haltedAt(n, world.port, async () => {
      overtaken = true;
      await second(world.traffic(world.port));
      world.check();
    });
    const error = await errorOf(first(world.traffic(port)));
    if (!overtaken) return n - 1;
    world.check();
    await verify(world.traffic(world.port), error);
  }
}

async function errorOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(() => undefined, (reason: unknown) => reason);
}
