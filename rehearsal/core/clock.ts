/**
 * Simulated time. Waiting is scaled and work is not: a minute of waiting on AWS takes one second here, while running
 * code takes its real time.
 */
export class Clock {
  private readonly startedAt = Date.now();
  private workers = 0;
  private workingSince = 0;
  private workedBefore = 0;

  /** @param scale simulated seconds per real second */
  public constructor(public readonly scale: number = 60) {}

  /** The simulated time, in milliseconds since 1970. */
  public now(): number {
    return this.startedAt + (Date.now() - this.startedAt) * this.scale;
  }

  /** Simulated seconds since the clock started. */
  public elapsedSeconds(): number {
    return (this.now() - this.startedAt) / 1000;
  }

  /** Waits for a number of simulated seconds. */
  public async sleep(seconds: number): Promise<void> {
    await new Promise(resolve => setTimeout(resolve, (seconds * 1000) / this.scale));
  }

  /**
   * Calls `act` after a number of simulated seconds, unless the returned function cancels it. Work is not scaled: real
   * seconds of work meanwhile are added, at most `secondsOfWork`.
   */
  public deadline(seconds: number, secondsOfWork: number, act: () => void): () => void {
    const [start, worked] = [Date.now(), this.worked()];
    const left = (): number =>
      (seconds / this.scale) * 1000 + Math.min(this.worked() - worked, secondsOfWork * 1000) - (Date.now() - start);
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      timer = setTimeout(() => left() > 0 ? wait() : act(), left());
      timer.unref();
    };
    wait();
    return () => clearTimeout(timer);
  }

  /** Starts work that may include waiting, for example of a function. The returned function ends it. */
  public work(): () => void {
    if (this.workers++ === 0) this.workingSince = Date.now();
    return () => {
      if (--this.workers === 0) this.workedBefore += Date.now() - this.workingSince;
    };
  }

  /** Runs work that takes real time, for example of a child process or on files. A virtual clock stops meanwhile. */
  public async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const end = this.work();
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** The start and scale that a child process needs to use the same time. */
  public describe(): { startedAt: number; scale: number } {
    return { startedAt: this.startedAt, scale: this.scale };
  }

  /** Real milliseconds in which at least one work was active. */
  private worked(): number {
    return this.workedBefore + (this.workers > 0 ? Date.now() - this.workingSince : 0);
  }
}
