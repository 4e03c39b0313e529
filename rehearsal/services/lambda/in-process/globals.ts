import * as fs from 'node:fs';
import { Writable } from 'node:stream';
import type { Clock } from '../../../core/clock';
import { LOG_LEVELS, type LogLevel } from '../runtime-protocol';
import { awaitedBy, promisedBy } from './awaited';
import { webCryptoOf } from './crypto';
import { replaced } from './network';
import { timersOf } from './timers';

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
    crypto: webCryptoOf(random, clock),
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

/** File modules, for which the clock stops. */
export function filesOf(clock: Clock): { readonly fs: typeof fs; readonly promises: typeof fs.promises } {
  const promises = promisedBy(clock, fs.promises);
  const awaited = awaitedBy(clock, fs);
  const found = new Proxy(fs, {
    get: (_target, name) => name === 'promises' ? promises : Reflect.get(awaited, name),
  });
  return { promises, fs: found };
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
