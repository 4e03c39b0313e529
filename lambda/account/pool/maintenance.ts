import { Logger } from '@aws-lambda-powertools/logger';
import { isReserved, leasesOf } from './choice';
import { Creation } from './creation';
import { LeaseMaintenance } from './lease-maintenance';
import type { PoolParts } from './parts';
import { readPool } from './parts';
import { LISTED } from '../../../src/registry/contract';
import { forSlot, nextSlot, poolKey, usableSlots, withSlot } from '../../registry/pool';
import type { PoolRecord, PoolSlot } from '../../registry/pool';
import type { PooledLease } from '../../registry/pool-lease';
import type { Versioned } from '../../registry/registry';
import { isTransient } from '../../shared/errors';

/** The function has a minute. */
const BUDGET_MILLISECONDS = 35_000;
/** Accounts that are created ahead at the same time: others that are needed now must not wait for them. */
const MAX_CREATIONS_AHEAD = 3;

const logger = new Logger({ serviceName: 'org-environments' });

/**
 * Takes every account of every pool one step further: creates accounts ahead, starts cleans, and moves accounts to the
 * unit of their state. A rule invokes it every minute.
 */
export class PoolMaintenance {
  private readonly creation: Creation;
  private readonly leases: LeaseMaintenance;

  public constructor(private readonly parts: PoolParts) {
    this.creation = new Creation(parts);
    this.leases = new LeaseMaintenance(parts);
  }

  public async run(): Promise<void> {
    const until = this.parts.now() + BUDGET_MILLISECONDS;
    const pools = await this.parts.registry.list<PoolRecord>(LISTED.pool);
    for (const { poolName } of this.inTurn(pools)) {
      await this.guarded({ pool: poolName }, async () => this.maintain(poolName, until));
    }
  }

  /** Begins to create the accounts that are missing for the minimum. */
  public async refill(poolName: string): Promise<void> {
    const pool = await readPool(this.parts, poolName);
    if (pool) await this.addSlots(pool, await leasesOf(this.parts, pool));
  }

  private async maintain(poolName: string, until: number): Promise<void> {
    await this.guarded({ pool: poolName }, async () => this.refill(poolName));
    const pool = await readPool(this.parts, poolName);
    if (!pool) return;
    for (const [number, slot] of this.inTurn(usableSlots(pool))) {
      if (this.parts.now() > until) return;
      const subject = { pool: poolName, slot: number, accountId: slot.accountId };
      await this.guarded(subject, async () => this.step(pool, number, slot));
    }
  }

  private async step(pool: PoolRecord, number: number, slot: PoolSlot): Promise<void> {
    if (slot.accountId) await this.leases.step(pool, number, { ...slot, accountId: slot.accountId });
    else if (!isReserved(slot, this.parts.now())) await this.creation.step(pool, number, slot);
  }

  /** Each run begins with another one, so that slow accounts and pools do not delay the same ones again and again. */
  private inTurn<Item>(items: readonly Item[]): readonly Item[] {
    const first = items.length === 0 ? 0 : Math.floor(this.parts.now() / 60_000) % items.length;
    return [...items.slice(first), ...items.slice(0, first)];
  }

  private async addSlots(pool: Versioned<PoolRecord>, leases: ReadonlyMap<number, PooledLease>): Promise<void> {
    // a removed pool keeps its accounts, and gets no new ones
    if (pool.owners.length === 0) return;
    const now = this.parts.now();
    const slots = usableSlots(pool);
    const available = slots.filter(([slot]) => leases.get(slot)?.pool.state === 'available');
    const begun = slots.filter(([, slot]) => !slot.accountId && !isReserved(slot, now));
    const missing = Math.min(
      Number(pool.request.minimum) - available.length - begun.length,
      Number(pool.request.maximum) - slots.length,
      MAX_CREATIONS_AHEAD - begun.length,
    );
    if (missing <= 0) return;
    let next = pool;
    for (let count = 0; count < missing; count++) {
      const slot = nextSlot(next);
      next = withSlot(next, slot, { email: forSlot(pool.request.email, slot) });
    }
    const { version, ...record } = next;
    await this.parts.registry.write<PoolRecord>(poolKey(pool.poolName), record, version);
    for (const [number, slot] of usableSlots(next).filter(([added]) => !pool.slots[added])) {
      const subject = { pool: pool.poolName, slot: number };
      await this.guarded(subject, async () => this.creation.step(next, number, slot));
    }
  }

  /** Trouble with one account, or one pool, must not stop the others. */
  private async guarded(subject: object, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const message = 'an account of a pool was not taken further; the next run tries again';
      if (isTransient(error)) logger.info(message, { ...subject, reason });
      else logger.warn(message, { ...subject, reason });
    }
  }
}
