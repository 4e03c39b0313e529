import { Clock } from './clock';

interface Sleeper {
  readonly at: number;
  /** Order of timers that are due at the same time. */
  readonly order: number;
  readonly act: () => void;
}

export interface VirtualClockOptions {
  /** Start time in milliseconds since 1970. @default - start of 2026 */
  readonly startAt?: number;
  /**
   * Random numbers from 0 to 1 that decide the order of timers that are due at the same time.
   *
   * @default - first come, first served
   */
  readonly random?: () => number;
}

/**
 * Time that advances only when all promises that can settle have settled; it then jumps to the next timer. Code in this
 * process takes no simulated time, so a run does not depend on the speed of the machine.
 */
export class VirtualClock extends Clock {
  private readonly startTime: number;
  private readonly random?: () => number;
  private readonly sleepers: Sleeper[] = [];
  private time: number;
  private count = 0;
  private working = 0;
  private turning = false;

  public constructor(options: VirtualClockOptions = {}) {
    super(1);
    this.startTime = options.startAt ?? Date.UTC(2026, 0, 1);
    this.time = this.startTime;
    this.random = options.random;
  }

  public now(): number {
    return this.time;
  }

  public elapsedSeconds(): number {
    return (this.time - this.startTime) / 1000;
  }

  public async sleep(seconds: number): Promise<void> {
    await new Promise<void>(resolve => this.deadline(seconds, 0, resolve));
  }

  public deadline(seconds: number, _secondsOfWork: number, act: () => void): () => void {
    const sleeper: Sleeper = {
      at: this.time + Math.max(0, seconds) * 1000,
      order: this.random?.() ?? this.count++,
      act,
    };
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

  /** Sorted so that the last timer is the next one: removing it moves nothing. */
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

  /** Node settles all promises between two immediates: what is still pending then waits for time. */
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
