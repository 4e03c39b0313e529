/**
 * Simulated time. Waiting is scaled, work is not: what takes AWS a minute of waiting takes this machine a second,
 * while code that really runs takes as long as it takes.
 */
export class Clock {
  private readonly startedAt = Date.now();

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
   * Acts after a number of simulated seconds, unless that is called off with what is answered. So many real seconds are granted on top for
   * the work between the waits, which is not scaled.
   */
  public deadline(seconds: number, secondsOfWork: number, act: () => void): () => void {
    const timer = setTimeout(act, (seconds / this.scale + secondsOfWork) * 1000);
    timer.unref();
    return () => clearTimeout(timer);
  }

  /** Work that takes real time, as a child process or a file does; a clock that would run ahead of it waits. */
  public async during<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  /** What a child process needs to live in the same time: real start and scale. */
  public describe(): { startedAt: number; scale: number } {
    return { startedAt: this.startedAt, scale: this.scale };
  }
}
