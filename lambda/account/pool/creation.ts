import type { PoolParts } from './parts';
import { readPool } from './parts';
import { fingerprint, waitingRequest } from './requests';
import { leaseKey } from '../../registry/lease';
import type { LeaseRecord } from '../../registry/lease';
import { poolKey, withSlot } from '../../registry/pool';
import type { PoolRecord, PoolSlot } from '../../registry/pool';
import { enter, firstLease } from '../../registry/pool-lease';
import { isNamed, isTransient } from '../../shared/errors';

/** After this time, a request that did not end is made again. */
const ATTEMPT_MILLISECONDS = 30 * 60_000;
/** Until a creation that has failed is tried again. */
const RETRY_MILLISECONDS = 30 * 60_000;

/** Creates the accounts of pools that no `Account` waits for. */
export class Creation {
  public constructor(private readonly parts: PoolParts) {}

  /** Takes one step of the creation of an account. When it is ready, it is available. */
  public async step(pool: PoolRecord, number: number, slot: PoolSlot): Promise<void> {
    const { accounts, now } = this.parts;
    if (slot.failure && slot.failure.retryAt > now()) return;
    const wanted = waitingRequest(pool.request, number, slot);
    try {
      const progress = await accounts.step(pool.poolName, wanted, now() - ATTEMPT_MILLISECONDS);
      if (progress.done) await this.makeAvailable(pool, number, progress.result.accountId, progress.deferred);
    } catch (error) {
      if (isTransient(error) || !(error instanceof Error)) throw error;
      await this.recordFailure(pool, number, error);
      throw error;
    }
  }

  private async makeAvailable(
    { poolName, request }: PoolRecord, number: number, accountId: string, deferred: string | undefined,
  ): Promise<void> {
    const { registry, accounts, now } = this.parts;
    const pool = await readPool(this.parts, poolName);
    const slot = pool?.slots[number];
    if (!pool || !slot || slot.accountId || slot.reservedFor) return;
    const wanted = waitingRequest(request, number, slot);
    const existed = (await accounts.record(wanted))?.existed
      ? 'it existed before, and the registry does not know its content'
      : deferred;
    const known = await registry.read<LeaseRecord>(leaseKey(accountId));
    const free = firstLease(poolName, number, now(), fingerprint(wanted));
    const lease = existed === undefined ? free : enter(free, 'quarantine', now(), existed);
    const { version, ...next } = withSlot(pool, number, { email: slot.email, accountId });
    await registry.transaction(async () => {
      // an environment may use an account that existed before
      const record = {
        ...lease, ...known?.holder && { holder: known.holder }, fence: known ? known.fence + 1 : 0,
      };
      await registry.write<LeaseRecord>(leaseKey(accountId), record, known?.version);
      await registry.write<PoolRecord>(poolKey(poolName), next, version);
    });
  }

  private async recordFailure({ poolName }: PoolRecord, number: number, error: Error): Promise<void> {
    const pool = await readPool(this.parts, poolName);
    const slot = pool?.slots[number];
    if (!pool || !slot || slot.accountId || slot.reservedFor) return;
    const failed: PoolSlot = isNamed(error, 'EmailTakenError')
      ? { email: slot.email, problem: error.message }
      : { ...slot, failure: { reason: error.message, retryAt: this.parts.now() + RETRY_MILLISECONDS } };
    const { version, ...next } = withSlot(pool, number, failed);
    await this.parts.registry.write<PoolRecord>(poolKey(poolName), next, version);
  }
}
