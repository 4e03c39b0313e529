/** A lock with shared and exclusive work. */
export class Gate {
  private readonly inside = new Set<Promise<unknown>>();
  private alone: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** Runs concurrently with other shared work, and not during exclusive work. */
  public async shared<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.waiting > 0) await this.alone;
    const done = work();
    const settled = done.then(() => undefined, () => undefined);
    this.inside.add(settled);
    void settled.then(() => this.inside.delete(settled));
    return done;
  }

  /** Runs alone; other work waits. */
  public async exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    this.waiting += 1;
    const before = this.alone;
    const done = before.then(async () => Promise.all(this.inside)).then(work).finally(() => { this.waiting -= 1; });
    this.alone = done.then(() => undefined, () => undefined);
    return done;
  }
}
