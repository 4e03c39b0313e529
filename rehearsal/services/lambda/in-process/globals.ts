import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import { Writable } from 'node:stream';
import type { Clock } from '../../../core/clock';
import { LOG_LEVELS, type LogLevel } from '../runtime-protocol';
import { replaced } from './network';

export interface Inside {
  readonly clock: Clock;
  readonly variables: Readonly<Record<string, string>>;
  readonly logLevel: LogLevel;
  readonly random: () => number;
  readonly alive: () => boolean;
  readonly write: (line: string) => void;
  /** Ends the function and not this process. */
  readonly exit: (status: number) => void;
  readonly fetch: unknown;
}

/** Globals of a function: time, randomness, environment and output. */
export function globalsOf(inside: Inside): Record<string, unknown> {
  const { clock, alive, random, fetch } = inside;
  const own = {
    ...timersOf(clock, alive),
    Date: dateOf(clock),
    Math: mathOf(random),
    console: consoleOf(inside),
    process: processOf(inside),
    // these would reach other machines
    WebSocket: undefined,
    EventSource: undefined,
    fetch,
  };
  const all: Record<string, unknown> = own;
  all.globalThis = replaced(globalThis, all);
  all.global = all.globalThis;
  return all;
}

/** Timers in simulated time. */
export function timersOf(clock: Clock, alive: () => boolean = () => true): Record<string, unknown> {
  const start = (milliseconds: number, act: () => void): Timer =>
    new Timer(
      clock.deadline(milliseconds / 1000, 0, () => {
        if (alive()) act();
      }),
    );
  return {
    // at least a millisecond, as in Node: a loop of shorter waits would keep time from advancing
    setTimeout: (act: (...values: unknown[]) => void, milliseconds = 0, ...values: unknown[]) =>
      start(Math.max(1, milliseconds), () => act(...values)),
    setInterval: (act: (...values: unknown[]) => void, milliseconds = 0, ...values: unknown[]) => {
      const again = (): Timer => start(Math.max(1, milliseconds), () => {
        timer.cancel = again().cancel;
        act(...values);
      });
      const timer = again();
      return timer;
    },
    setImmediate: (act: (...values: unknown[]) => void, ...values: unknown[]) => start(0, () => act(...values)),
    clearTimeout: (timer?: Timer) => timer?.cancel?.(),
    clearInterval: (timer?: Timer) => timer?.cancel?.(),
  };
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

/** File modules, for which the clock stops. */
export function filesOf(clock: Clock): { readonly fs: typeof fs; readonly promises: typeof fs.promises } {
  const promises = new Proxy(fs.promises, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...values: unknown[]) => clock.during(async () => Reflect.apply(value, target, values));
    },
  });
  const awaited = awaitedBy(clock, fs);
  const found = new Proxy(fs, {
    get: (_target, name) => name === 'promises' ? promises : Reflect.get(awaited, name),
  });
  return { promises, fs: found };
}

type Work = (...values: unknown[]) => unknown;

/** Wraps a module with callbacks, so that the clock stops until they are called. */
export function awaitedBy<Module extends object>(clock: Clock, module: Module): Module {
  const apply = (work: Work, itself: unknown, values: unknown[]): unknown => {
    const callBack = values.at(-1);
    if (typeof callBack !== 'function') return Reflect.apply(work, itself, values);
    let end: () => void = nothing;
    void clock.during(async () => new Promise<void>(resolve => { end = resolve; }));
    try {
      return Reflect.apply(work, itself, [...values.slice(0, -1), (...results: unknown[]) => {
        end();
        return Reflect.apply(callBack, undefined, results);
      }]);
    } catch (error) {
      end();
      throw error;
    }
  };
  return new Proxy(module, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      return isWork(value) && /^(?!watch|create)[a-z]/.test(String(name)) ? new Proxy(value, { apply }) : value;
    },
  });
}

function isWork(value: unknown): value is Work {
  return typeof value === 'function';
}

/** The crypto module with identifiers that depend only on the seed. */
export function cryptoOf(random: () => number, clock: Clock): typeof crypto {
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  const randomUUID = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
  const awaited = awaitedBy(clock, crypto);
  return new Proxy(crypto, { get: (_target, name) => name === 'randomUUID' ? randomUUID : Reflect.get(awaited, name) });
}

/** Returns a Date class with the time of the clock. */
export function dateOf(clock: Clock): DateConstructor {
  const now = (): number => Math.floor(clock.now());
  return new Proxy(Date, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
    apply: target => new target(now()).toString(),
    get: (target, property) => (property === 'now' ? now : Reflect.get(target, property)),
  });
}

function mathOf(random: () => number): Math {
  const own = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(Math));
  return Object.defineProperty(own, 'random', { value: random });
}

function consoleOf({ logLevel, write }: Inside): Record<string, unknown> {
  const methods = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;
  const least = LOG_LEVELS.indexOf(logLevel);
  return Object.fromEntries(
    Object.entries(methods).map(([name, level]) => [
      name,
      LOG_LEVELS.indexOf(level) < least
        ? () => undefined
        : (...values: unknown[]) =>
          write(values.map(value => (typeof value === 'string' ? value : JSON.stringify(value))).join(' ')),
    ]),
  );
}

const nothing = (): void => undefined;

function processOf({ variables, write, exit }: Inside): unknown {
  const stream = new Writable({
    write: (text, _encoding, done) => {
      write(String(text).replace(/\n$/, ''));
      done();
    },
  });
  const own: Readonly<Record<string | symbol, unknown>> = {
    env: { ...variables },
    argv: [],
    execArgv: [],
    stdout: stream,
    stderr: stream,
    exit: (status?: number) => {
      exit(Number(status ?? 0));
      throw new Error('the function called process.exit');
    },
    emitWarning: nothing,
    on: nothing,
    once: nothing,
  };
  return new Proxy(process, {
    get: (target, name) => {
      if (name in own) return own[name];
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
