import * as timers from 'node:timers';
import { promisify } from 'node:util';
import { replaced } from './network';
import type { Clock } from '../../../core/clock';

type Act = (...values: unknown[]) => void;
type Start = (milliseconds: number, act: () => void) => Timer;

/** Timers in simulated time, with the names of the globals of Node. */
export function timersOf(clock: Clock, alive: () => boolean = () => true): Record<string, unknown> {
  const start = startOf(clock, alive);
  const { setTimeout, setImmediate } = promisesOf(start);
  const clear = (timer?: Timer): void => timer?.cancel?.();
  return {
    setTimeout: Object.assign(
      (act: Act, milliseconds = 0, ...values: unknown[]) => start(atLeastOne(milliseconds), () => act(...values)),
      { [promisify.custom]: setTimeout },
    ),
    setInterval: (act: Act, milliseconds = 0, ...values: unknown[]) => {
      const again = (): Timer => start(atLeastOne(milliseconds), () => {
        timer.cancel = again().cancel;
        act(...values);
      });
      const timer = again();
      return timer;
    },
    setImmediate: Object.assign(
      (act: Act, ...values: unknown[]) => start(0, () => act(...values)),
      { [promisify.custom]: setImmediate },
    ),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  };
}

/** The modules `timers` and `timers/promises` in simulated time. */
export function timerModulesOf(clock: Clock, alive: () => boolean): Readonly<Record<string, object>> {
  const promises = promisesOf(startOf(clock, alive));
  return {
    'timers': replaced(timers, { ...timersOf(clock, alive), promises }),
    'timers/promises': promises,
  };
}

function startOf(clock: Clock, alive: () => boolean): Start {
  return (milliseconds, act) => new Timer(clock.deadline(milliseconds / 1000, 0, () => {
    if (alive()) act();
  }));
}

/** As in Node: a loop of shorter waits would keep time from advancing. */
function atLeastOne(milliseconds: number): number {
  return Math.max(1, milliseconds);
}

interface WaitOptions {
  readonly signal?: AbortSignal;
}

function promisesOf(start: Start) {
  const wait = async (milliseconds: number, value?: unknown, { signal }: WaitOptions = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const abort = (): void => { timer.cancel(); reject(abortError(signal)); };
      const timer = start(milliseconds, () => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      });
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  const setTimeout = async (milliseconds = 1, value?: unknown, options?: WaitOptions): Promise<unknown> =>
    wait(atLeastOne(milliseconds), value, options);
  const setImmediate = async (value?: unknown, options?: WaitOptions): Promise<unknown> => wait(0, value, options);
  const setInterval = async function* (milliseconds = 1, value?: unknown, options?: WaitOptions) {
    for (;;) yield await setTimeout(milliseconds, value, options);
  };
  const scheduler = {
    wait: async (milliseconds: number, options?: WaitOptions) => setTimeout(milliseconds, undefined, options),
    yield: async () => setImmediate(),
  };
  return { setTimeout, setImmediate, setInterval, scheduler };
}

function abortError(signal?: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal?.reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}

class Timer {
  public constructor(public cancel: () => void) {}

  public unref(): this {
    return this;
  }

  public ref(): this {
    return this;
  }

  public hasRef(): boolean {
    return true;
  }
}
