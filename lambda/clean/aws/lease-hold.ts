import { leaseKey } from '../../registry/lease';
import type { LeaseRecord } from '../../registry/lease';
import { enter, isPooled } from '../../registry/pool-lease';
import type { PooledLease } from '../../registry/pool-lease';
import type { PoolLeaseState } from '../../registry/pool-state';
import type { Registry, Versioned } from '../../registry/registry';
import type { Leftover } from '../model';
import { nameOf } from '../model';
import type { Hold, Holder, Proof } from '../ports';

/** The place of an account in its pool. Each change is one conditional write. */
export class LeaseHold implements Hold {
  public constructor(
    private readonly registry: Pick<Registry, 'read' | 'write'>,
    private readonly now: () => number,
  ) {}

  public async isHeld(holder: Holder): Promise<boolean> {
    return (await this.heldLease(holder)) !== undefined;
  }

  public async markWaiting(holder: Holder, until: number): Promise<void> {
    await this.change(holder, 'waiting-proof', `nothing was found; the second look is at ${time(until)}`);
  }

  public async markAvailable(holder: Holder, { emptyPasses, regions, provedAt }: Proof): Promise<void> {
    const summary = `${emptyPasses} lists found nothing, and an inspection of ${regions.length} regions at ${provedAt}`;
    await this.change(holder, 'available', summary);
  }

  public async markQuarantined(holder: Holder, leftovers: readonly Leftover[]): Promise<void> {
    const items = leftovers.map(one => {
      const until = one.until === undefined ? '' : ` until ${one.until}`;
      return `${nameOf(one)}: ${one.verdict}${until}: ${one.reason}`;
    });
    const summary = items.length === 1 ? '1 resource remains' : `${items.length} resources remain`;
    await this.change(holder, 'quarantine', summary, items);
  }

  private async change(
    holder: Holder, state: PoolLeaseState, reason: string, leftovers?: readonly string[],
  ): Promise<void> {
    const lease = await this.heldLease(holder);
    if (!lease) return;
    const { version, ...rest } = lease;
    const next = enter(rest, state, this.now(), reason, leftovers);
    await this.registry.write<LeaseRecord>(leaseKey(holder.accountId), next, version);
  }

  /** The lease that has ended; undefined if another one has begun, or the clean has ended. */
  private async heldLease({ accountId, fence }: Holder): Promise<Versioned<PooledLease> | undefined> {
    const lease = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    if (!lease || !isPooled(lease) || lease.fence !== fence) return undefined;
    return lease.pool.state === 'cleaning' || lease.pool.state === 'waiting-proof' ? lease : undefined;
  }
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
