import type { Clock } from '../../rehearsal/core/clock';
import type { Reply } from '../../rehearsal/traffic/router';

/** One group of clients: its name, for example `holds 10 TTLs`, and how one of them sends a request. */
export interface ClientGroup {
  readonly name: string;
  send(client: number): Promise<Reply>;
}

/** How many requests of a group each side has answered in one second. */
export interface Sample {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly group: string;
  readonly blue: number;
  readonly green: number;
}

export interface Problem {
  readonly at: number;
  readonly group: string;
  readonly what: string;
}

/** Each client of a group sends a request every this many seconds. */
const SECONDS_BETWEEN_REQUESTS = 5;

/** Clients that send requests every second of simulated time. */
export class Clients {
  public readonly samples: Sample[] = [];
  /** Requests without an answer. */
  public readonly failed: Problem[] = [];
  /** Answers of a side that was not healthy. */
  public readonly unhealthy: Problem[] = [];
  public requests = 0;
  private startedAt = 0;
  private realMilliseconds = 0;
  private isStopped = false;
  private running?: Promise<void>;

  /** @param perSecond requests of each group in a second */
  public constructor(
    private readonly clock: Clock,
    private readonly groups: readonly ClientGroup[],
    private readonly perSecond: number,
    private readonly beforeSecond: () => void,
  ) {}

  public get groupNames(): string[] {
    return this.groups.map(({ name }) => name);
  }

  /** Requests in each second of real time, all work of the simulation included. */
  public get requestsPerRealSecond(): number {
    return Math.round(this.requests / (this.realMilliseconds / 1000));
  }

  public start(): void {
    this.startedAt = performance.now();
    this.running = this.run();
  }

  public async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
    this.realMilliseconds ||= performance.now() - this.startedAt;
  }

  /** The time after `since` at which a side has answered the last request of a group. */
  public lastAnswerOf(side: 'blue' | 'green', group: string, since: number): number | undefined {
    return this.samples.filter(sample => sample.group === group && sample.at > since && sample[side] > 0).at(-1)?.at;
  }

  private async run(): Promise<void> {
    for (let second = 0; !this.isStopped; second++) {
      this.beforeSecond();
      await Promise.all(this.groups.map(async group => this.send(group, second)));
      await this.clock.sleep(1);
    }
  }

  private async send(group: ClientGroup, second: number): Promise<void> {
    const at = this.clock.now();
    const counts = { blue: 0, green: 0 };
    const clients = this.perSecond * SECONDS_BETWEEN_REQUESTS;
    await Promise.all(Array.from({ length: this.perSecond }, async (_, index) => {
      const client = (second * this.perSecond + index) % clients;
      this.requests++;
      try {
        const { status, side } = await group.send(client);
        if (side === 'blue' || side === 'green') counts[side]++;
        if (status !== 200) this.unhealthy.push({ at, group: group.name, what: `side ${side} answered ${status}` });
      } catch (error) {
        this.failed.push({ at, group: group.name, what: String(error) });
      }
    }));
    this.samples.push({ at, group: group.name, ...counts });
  }
}
