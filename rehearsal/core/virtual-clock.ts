import { Clock } from './clock';

interface Sleeper {
  readonly at: number;
  /** Who goes first at the same time. */
  readonly order: number;
  readonly act: () => void;
}

export interface VirtualClockOptions {
  /** Milliseconds since 1970. @default the beginning of 2026 */
  readonly startAt?: number;
  /** Numbers from 0 to 1 that decide who goes first at the same time. @default - the first come is the first served */
  readonly random?: () => number;
}

/**
 * Time that passes only while nothing else is going on: as soon as every promise that can settle has settled, it jumps to the next sleeper.
 * Whatever runs in this process takes no time, so that a run does not depend on how fast the machine is.
 */
export class VirtualClock extends Clock {
  private readonly begin: number;
  private readonly random?: () => number;
  private readonly sleepers: Sleeper[] = [];
  private time: number;
  private count = 0;
  private working = 0;
  private turning = false;

  public constructor(options: VirtualClockOptions = {}) {
    super(1);
    this.begin = options.startAt ?? Date.UTC(2026, 0, 1);
    this.time = this.begin;
    this.random = options.random;
  }

  public now(): number {
    return this.time;
  }

  public elapsedSeconds(): number {
    return (this.time - this.begin) / 1000;
  }

  public async sleep(seconds: number): Promise<void> {
    await new Promise<void>(resolve => this.deadline(seconds, 0, resolve));
  }

  public deadline(seconds: number, _secondsOfWork: number, act: () => void): () => void {
    const sleeper: Sleeper = { at: this.time + Math.max(0, seconds) * 1000, order: this.random?.() ?? this.count++, act };
    this.sleepers.splice(this.placeOf(sleeper), 0, sleeper);
    this.turn();
    return () => {
      const index = this.sleepers.indexOf(sleeper);
      if (index >= 0) this.sleepers.splice(index, 1);
    };
  }

  public async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.working++;
    try {
      return await work();
    } finally {
      this.working--;
      this.turn();
    }
  }

  /** The last sleeper is the next to wake: nothing is moved when it goes. */
  private placeOf({ at, order }: Sleeper): number {
    let [low, high] = [0, this.sleepers.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const other = this.sleepers[middle];
      if (other.at > at || (other.at === at && other.order > order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Between two immediates Node settles every promise that can be settled: what is then still waiting waits for time. */
  private turn(): void {
    if (this.turning || this.working > 0 || this.sleepers.length === 0) return;
    this.turning = true;
    setImmediate(() => {
      this.turning = false;
      if (this.working > 0) return;
      const next = this.sleepers.pop();
      if (next) {
        this.time = Math.max(this.time, next.at);
        next.act();
      }
      this.turn();
    });
  }
}
