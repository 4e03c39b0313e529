import type { Execution } from './runtime-protocol';

/** The processes of one function, kept warm between invocations; more are started while all are busy. */
export class ProcessPool {
  private readonly idle: Execution[] = [];
  private readonly busy = new Set<Execution>();
  private readonly waiting: (() => void)[] = [];
  private retired = false;
  private ended = false;

  /** @param concurrency maximum number of concurrent invocations */
  public constructor(private readonly start: () => Execution, private readonly concurrency: number) {}

  public get size(): number {
    return this.idle.length + this.busy.size;
  }

  public async use<Result>(work: (process: Execution) => Promise<Result>): Promise<Result> {
    const process = await this.take();
    try {
      return await work(process);
    } finally {
      this.giveBack(process);
    }
  }

  /** Ends one idle process; returns false if there is none. */
  public shrink(): boolean {
    const process = this.idle.shift();
    process?.kill();
    return process !== undefined;
  }

  /** Accepts no new work; running invocations can finish. */
  public retire(): void {
    this.retired = true;
    while (this.shrink());
  }

  /** Ends all processes; pending invocations never settle, because their caller has ended. */
  public kill(): void {
    this.ended = true;
    this.retire();
    for (const process of this.busy) process.kill();
  }

  private async take(): Promise<Execution> {
    while (this.busy.size >= this.concurrency) await new Promise<void>(resolve => this.waiting.push(resolve));
    if (this.ended) return new Promise(() => undefined);
    let process = this.idle.pop();
    while (process && !process.alive) process = this.idle.pop();
    const taken = process ?? this.start();
    this.busy.add(taken);
    return taken;
  }

  private giveBack(process: Execution): void {
    this.busy.delete(process);
    if (this.retired) process.kill();
    else if (process.alive) this.idle.push(process);
    this.waiting.shift()?.();
  }
}
