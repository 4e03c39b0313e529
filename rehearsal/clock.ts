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

  /** What a child process needs to live in the same time: real start and scale. */
  public describe(): { startedAt: number; scale: number } {
    return { startedAt: this.startedAt, scale: this.scale };
  }
}
