/**
 * Simulated time. Waiting is scaled, work is not: what takes AWS a minute of waiting takes this machine a second,
 * while code that really runs takes as long as it takes.
 */
export class Clock {
  private readonly startedAt = Date.now();
  private workers = 0;
  private workingSince = 0;
  private workedBefore = 0;

  /** @param scale how many simulated seconds pass in one real second */
  public constructor(public readonly scale: number = 60) {}

  /** The simulated time, in milliseconds since 1970. */
  public now(): number {
    return this.startedAt + (Date.now() - this.startedAt) * this.scale;
  }

  /** Simulated seconds since the clock was started. */
  public elapsedSeconds(): number {
    return (this.now() - this.startedAt) / 1000;
  }

  /** Waits for a number of simulated seconds. */
  public async sleep(seconds: number): Promise<void> {
    await new Promise(resolve => setTimeout(resolve, (seconds * 1000) / this.scale));
  }

  /**
   * Acts after a number of simulated seconds, unless that is called off with what is answered. Work is not scaled: the real seconds in which
   * somebody worked meanwhile are granted on top, so many at most.
   */
  public deadline(seconds: number, secondsOfWork: number, act: () => void): () => void {
    const [begin, worked] = [Date.now(), this.worked()];
    const left = (): number =>
      (seconds / this.scale) * 1000 + Math.min(this.worked() - worked, secondsOfWork * 1000) - (Date.now() - begin);
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      timer = setTimeout(() => left() > 0 ? wait() : act(), left());
      timer.unref();
    };
    wait();
    return () => clearTimeout(timer);
  }

  /** Begins work in which there may be waiting, too, as there is in a function; ended by what is answered. */
  public work(): () => void {
    if (this.workers++ === 0) this.workingSince = Date.now();
    return () => {
      if (--this.workers === 0) this.workedBefore += Date.now() - this.workingSince;
    };
  }

  /** Work that takes real time, as a child process or a file does; a clock that would run ahead of it waits. */
  public async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const end = this.work();
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** What a child process needs to live in the same time: real start and scale. */
  public describe(): { startedAt: number; scale: number } {
    return { startedAt: this.startedAt, scale: this.scale };
  }

  /** Real milliseconds in which anybody worked. */
  private worked(): number {
    return this.workedBefore + (this.workers > 0 ? Date.now() - this.workingSince : 0);
  }
}
