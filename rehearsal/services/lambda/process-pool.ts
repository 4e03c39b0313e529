import type { Execution } from './runtime-protocol';

/** The processes of one function: kept warm between invocations, more are started while all are busy. */
export class ProcessPool {
  private readonly idle: Execution[] = [];
  private readonly busy = new Set<Execution>();
  private readonly waiting: (() => void)[] = [];
  private retired = false;
  private ended = false;

  /** @param concurrency how many invocations of the function run at once */
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

  /** Ends one process that waits for work; false if none does. */
  public shrink(): boolean {
    const process = this.idle.shift();
    process?.kill();
    return process !== undefined;
  }

  /** No new work comes; what runs may end. */
  public retire(): void {
    this.retired = true;
    while (this.shrink());
  }

  /** Ends everything; whoever still wants work done is not heard any more, as nobody is left who would read the answer. */
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
