import { setImmediate } from 'node:timers/promises';
import type { Random } from './random';
import { awsError } from '../account/fake-directory';
import { Killed } from '../shared/fate';

/** Probabilities of faults at each call of a port. */
export interface Faults {
  readonly crash: number;
  readonly throttle: number;
}

interface Running {
  /** Continues the call that waits for its turn. */
  resume?: () => void;
  isDone: boolean;
}

/**
 * Runs invocations of functions concurrently: at each call of a port, a random one of them continues. An invocation may
 * be throttled, or die before or after a call; then it makes no more calls.
 */
export class Invocations {
  private readonly running = new Set<Running>();

  public constructor(private readonly random: Random, public faults: Faults) {}

  public get count(): number {
    return this.running.size;
  }

  /** @param run receives the decorator of the ports of this invocation */
  public start(run: (decorate: <Port extends object>(port: Port) => Port) => Promise<void>): void {
    const invocation: Running = { isDone: false };
    this.running.add(invocation);
    const process = { isDead: false, isAtomic: false };
    const decorate = <Port extends object>(port: Port): Port => new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function' || typeof name !== 'string') return value;
        return async (...parameters: unknown[]) =>
          this.call(invocation, process, name, async () => Reflect.apply(value, target, parameters));
      },
    });
    void this.turn(invocation)
      .then(async () => run(decorate))
      .finally(() => {
        invocation.isDone = true;
        this.running.delete(invocation);
      });
  }

  /** Lets one invocation do its next call. */
  public async step(): Promise<void> {
    const waiting = [...this.running].filter(({ resume }) => resume);
    const chosen = waiting[this.random.below(waiting.length)];
    chosen?.resume?.();
    // a transaction makes several calls in one turn
    for (let turns = 0; turns < 50 && chosen && !chosen.isDone && !chosen.resume; turns++) await setImmediate();
  }

  private async call(
    invocation: Running, process: { isDead: boolean; isAtomic: boolean }, name: string, call: () => Promise<unknown>,
  ): Promise<unknown> {
    if (process.isAtomic) return call();
    if (process.isDead) throw new Killed(name);
    await this.turn(invocation);
    if (this.random.happens(this.faults.throttle)) throw awsError('ThrottlingException');
    const dies = this.random.happens(this.faults.crash);
    if (dies) process.isDead = true;
    if (dies && this.random.happens(0.5)) throw new Killed(name);
    // other invocations see all or nothing of a transaction
    process.isAtomic = name === 'transaction';
    try {
      const result = await call();
      if (dies) throw new Killed(name);
      return result;
    } finally {
      process.isAtomic = false;
    }
  }

  private async turn(invocation: Running): Promise<void> {
    await new Promise<void>(resolve => {
      invocation.resume = () => {
        invocation.resume = undefined;
        resolve();
      };
    });
  }
}
