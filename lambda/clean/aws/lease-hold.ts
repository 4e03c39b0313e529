import { leaseKey } from '../../registry/lease';
import type { LeaseRecord } from '../../registry/lease';
import type { Registry, Versioned } from '../../registry/registry';
import type { Leftover } from '../model';
import { nameOf } from '../model';
import type { Hold, Holder, Proof } from '../ports';

type State = 'cleaning' | 'waiting-proof' | 'available' | 'quarantine';

/** The lease of an account of a pool. */
interface PooledLease extends LeaseRecord {
  readonly pool?: {
    readonly state: State | 'leased';
    /** In milliseconds since 1970. */
    readonly since: number;
    readonly reason?: string;
    /** Present in quarantine: what could not be deleted. */
    readonly leftovers?: readonly string[];
  };
}

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
    await this.change(holder, 'quarantine', `${items.length} resources remain`, items);
  }

  private async change(holder: Holder, state: State, reason: string, leftovers?: readonly string[]): Promise<void> {
    const lease = await this.heldLease(holder);
    if (!lease?.pool) return;
    const { version, pool: { leftovers: _, ...pool }, ...rest } = lease;
    const next = { ...rest, pool: { ...pool, state, since: this.now(), reason, ...(leftovers && { leftovers }) } };
    await this.registry.write<PooledLease>(leaseKey(holder.accountId), next, version);
  }

  /** The lease that has ended; undefined if another one has begun, or the clean has ended. */
  private async heldLease({ accountId, fence }: Holder): Promise<Versioned<PooledLease> | undefined> {
    const lease = await this.registry.read<PooledLease>(leaseKey(accountId));
    const state = lease?.pool?.state;
    return lease?.fence === fence && (state === 'cleaning' || state === 'waiting-proof') ? lease : undefined;
  }
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
