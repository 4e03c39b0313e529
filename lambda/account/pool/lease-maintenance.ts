import { cleanInput } from './clean-input';
import { isInUse } from './mark';
import type { PoolParts } from './parts';
import { readLease, writeLease } from './parts';
import { fingerprint, quarantineRequest, waitingRequest } from './requests';
import type { VendedAccountRequest } from '../../../src/account/contract';
import { MAX_SECOND_LOOKS } from '../../../src/clean/contract';
import { CHANGES } from '../../../src/history/contract';
import type { ChangeKind } from '../../../src/history/contract';
import type { PoolRecord, PoolSlot } from '../../registry/pool';
import { BUSY_MILLISECONDS, cleanAgain, end, enter, isExpired, withPool } from '../../registry/pool-lease';
import type { PooledLease } from '../../registry/pool-lease';
import type { Versioned } from '../../registry/registry';
import { isTransient } from '../../shared/errors';

type Lease = Versioned<PooledLease>;
type ExistingSlot = PoolSlot & { readonly accountId: string };

/** Until an account that could not be changed is tried again. */
const RETRY_MILLISECONDS = 15 * 60_000;
const ATTEMPT_MILLISECONDS = 30 * 60_000;
/** After the time limit of the clean itself. */
const CLEAN_MARGIN_MILLISECONDS = 2 * 3600_000;

/** Brings accounts of pools that no `Account` leases into the state that their lease says. */
export class LeaseMaintenance {
  public constructor(private readonly parts: PoolParts) {}

  public async step(pool: PoolRecord, number: number, slot: ExistingSlot): Promise<void> {
    const lease = await readLease(this.parts, slot.accountId);
    if (!lease) return;
    const now = this.parts.now();
    switch (lease.pool.state) {
      case 'leased':
        if (!isExpired(lease.pool, now) || lease.holder || await isInUse(this.parts, slot.accountId, lease)) return;
        return this.write(slot, end(lease, now, EXPIRED), lease);
      case 'cleaning':
      case 'waiting-proof':
        return this.clean(pool, slot, lease);
      case 'available':
        return this.settle(pool, slot, lease, waitingRequest(pool.request, number, slot));
      case 'quarantine':
        return this.settle(pool, slot, lease, quarantineRequest(pool.request, number, slot));
    }
  }

  /** A clean that was not started is started; one that does not end is ended here, so that the account is not lost. */
  private async clean({ request, returnedAt = 0 }: PoolRecord, slot: ExistingSlot, lease: Lease): Promise<void> {
    const { clean, now } = this.parts;
    if (lease.pool.since < returnedAt) {
      await this.write(slot, cleanAgain(lease, now(), RETURNED, lease.pool.isFullClean === true), lease);
      return;
    }
    const limit = (Number(request.maxCleanSeconds) + MAX_SECOND_LOOKS * Number(request.secondLookSeconds)) * 1000;
    if (now() > lease.pool.since + limit + CLEAN_MARGIN_MILLISECONDS) {
      const reason = 'its clean did not end: see the executions of the state machine org-environments-clean';
      await this.write(slot, { ...enter(lease, 'quarantine', now(), reason), fence: lease.fence + 1 }, lease);
      return;
    }
    if (lease.pool.state !== 'cleaning' || lease.pool.isCleanStarted) return;
    if (await isInUse(this.parts, slot.accountId, lease)) return;
    await clean.start(cleanInput(request, slot.accountId, lease));
    await this.write(slot, withPool(lease, { isCleanStarted: true }), lease);
  }

  /** Gives an account the unit, name, tags and bootstrap of its state. It cannot be leased meanwhile. */
  private async settle(
    { poolName }: PoolRecord, slot: ExistingSlot, lease: Lease, wanted: VendedAccountRequest,
  ): Promise<void> {
    const { accounts, now } = this.parts;
    const settledAs = fingerprint(wanted);
    if (lease.pool.settledAs === settledAs || (lease.pool.busyUntil ?? 0) > now()) return;
    if (await isInUse(this.parts, slot.accountId, lease)) return;
    await this.report(slot, lease);
    const record = await accounts.record(wanted);
    if (record?.existed) {
      if (lease.pool.state === 'quarantine') return this.write(slot, withPool(lease, { settledAs }), lease);
      // an operator has released it, or it is clean
      await accounts.accept(record, wanted);
    }
    const busy = withPool(lease, { busyUntil: now() + BUSY_MILLISECONDS });
    await this.write(slot, busy, lease);
    const marked = { ...busy, version: lease.version + 1 };
    try {
      const progress = await accounts.step(poolName, wanted, now() - ATTEMPT_MILLISECONDS);
      await this.write(slot, withPool(busy, {
        busyUntil: undefined, ...(progress.done && { settledAs, problem: undefined }),
      }), marked);
    } catch (error) {
      const pause = isTransient(error) ? 0 : RETRY_MILLISECONDS;
      const problem = isTransient(error)
        ? {}
        : { problem: error instanceof Error ? error.message : String(error) };
      await this.write(slot, withPool(busy, { busyUntil: now() + pause, ...problem }), marked);
      throw error;
    }
  }

  /** The end of a clean, once: the key of the entry is that of the lease. */
  private async report({ accountId }: ExistingSlot, { fence, pool }: Lease): Promise<void> {
    const change: ChangeKind = pool.state === 'quarantine' ? CHANGES.accountQuarantine : CHANGES.accountAvailable;
    if (pool.settledAs !== undefined || pool.busyUntil !== undefined) return;
    const remains = pool.leftovers?.length ? `: ${pool.leftovers.slice(0, 20).join('; ')}` : '';
    await this.parts.history.record({
      at: new Date(pool.since).toISOString(),
      change,
      outcome: pool.state === 'quarantine' ? 'failed' : 'succeeded',
      by: `account pool ${pool.poolName}`,
      requestId: `clean-${accountId}-${fence}`,
      accountId,
      subject: pool.poolName,
      ...(pool.reason !== undefined && { reason: `${pool.reason}${remains}` }),
    });
  }

  private async write(slot: ExistingSlot, next: PooledLease, before: Lease): Promise<void> {
    await writeLease(this.parts, slot.accountId, next, before.version);
  }
}

const EXPIRED = 'its request did not end';
const RETURNED = 'its pool was removed during its clean, and is defined again';
