import type { TrafficSwitch } from '../../lambda/release/ports';
import { NewerChangeError } from '../../lambda/traffic/traffic';
import type { Shares, TrafficReading } from '../../lambda/traffic/traffic';
import type { SideName } from '../../src/blue-green/contract';
import { SIDES } from '../../src/blue-green/contract';
import { awsError } from '../fixtures/aws-error';

/** Traffic with compare-and-set, whose changes are in effect five seconds later. */
export class FakeTraffic implements TrafficSwitch {
  public shares?: Shares;
  public fence = 0;
  public readonly history: { readonly at: number; readonly shares: Shares }[] = [];
  /** When changes were made. */
  public readonly writes: number[] = [];
  /** Number of the next changes that do not take effect. */
  public lost = 0;
  /** When a side has lost its traffic. */
  public readonly leftAt = new Map<SideName, number>();
  /** Called at every change. */
  public onWrite?: (shares: Shares) => void;
  /** Until then, the role that reads and changes it is too new to be assumed. */
  public deniedUntil = 0;
  private changedAt = 0;
  private isLost = false;

  public constructor(private readonly now: () => number) {}

  /** The service no longer knows whether the last change is in effect. */
  public forget(): void {
    this.isLost = true;
  }

  public async hasEndpoint(): Promise<boolean> {
    return true;
  }

  public async read(changeId?: string): Promise<TrafficReading> {
    this.rejectNewRole();
    const isOver = this.now() - this.changedAt >= 5000;
    const isInEffect = !this.isLost && changeId === String(this.fence) && isOver;
    return { ...(this.shares && { shares: this.shares }), fence: this.fence, isInEffect };
  }

  public async write(shares: Shares, fence: number): Promise<string> {
    this.rejectNewRole();
    if (fence < this.fence) throw new NewerChangeError('a newer release has set the traffic');
    this.writes.push(this.now());
    this.isLost = this.lost > 0;
    this.lost--;
    if (fence === this.fence) return String(fence);
    for (const side of SIDES) {
      const before = this.shares?.[side] ?? 0;
      if (before > 0 && shares[side] === 0) this.leftAt.set(side, this.now());
    }
    this.shares = shares;
    this.onWrite?.(shares);
    this.fence = fence;
    this.changedAt = this.now();
    this.history.push({ at: this.changedAt, shares });
    return String(fence);
  }

  public async replace(shares: Shares, fence: number): Promise<string> {
    return this.write(shares, fence);
  }

  private rejectNewRole(): void {
    if (this.now() < this.deniedUntil) throw awsError('AccessDenied', 'not authorized to perform: sts:AssumeRole');
  }
}
