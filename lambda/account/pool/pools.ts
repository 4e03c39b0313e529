import { cleanEnded, cleansEnded, leaseWithoutAccount, poolTaken } from './errors';
import type { PoolParts } from './parts';
import { readLease, readPool, writeLease } from './parts';
import type { Drift } from '../../../src/operations/contract';
import type { PoolRequest, PoolResult } from '../../../src/pool/contract';
import { LISTED } from '../../../src/registry/contract';
import { byHand, repairable } from '../../cloudformation/check';
import { foreignOwner, owns, withoutOwner, withOwner } from '../../registry/owners';
import { poolClaimKey, poolKey } from '../../registry/pool';
import type { PoolClaimRecord, PoolRecord } from '../../registry/pool';
import { withPool } from '../../registry/pool-lease';
import type { Lifecycle, Owner, Progress } from '../../shared/lifecycle';
import { DONE, done, doneWith } from '../../shared/lifecycle';
import { retryWhileRolePropagates } from '../../shared/propagation';

type Parts = Pick<PoolParts, 'registry' | 'now'> & {
  /** Begins to create accounts ahead. */
  readonly refill: (poolName: string) => Promise<void>;
};

/** Keeps the settings of account pools. The accounts of a removed pool remain, for a pool of the same name. */
export class Pools implements Lifecycle<PoolRequest, PoolResult> {
  private deniedAt?: number;

  public constructor(private readonly parts: Parts) {}

  public subjectOf({ poolName }: PoolRequest): string {
    return `the account pool '${poolName}'`;
  }

  public ownedKeys({ poolName }: PoolRequest): readonly string[] {
    return [poolKey(poolName)];
  }

  public async requestCreate(owner: Owner, request: PoolRequest): Promise<void> {
    const record = await this.firstRead(request.poolName);
    const foreign = record && foreignOwner(record.owners, owner);
    const current = record?.owners.find(({ id }) => id === foreign?.id);
    if (current) throw poolTaken(request.poolName, current);
    const { version, slots, owners } = record ?? { slots: {}, owners: [] };
    const { poolName } = request;
    const returnedAt = record && owners.length === 0 ? this.parts.now() : record?.returnedAt;
    await this.write({
      poolName,
      owners: withOwner(owners, owner, request),
      request,
      slots,
      ...(returnedAt !== undefined && { returnedAt }),
    }, version);
  }

  public async requestUpdate(owner: Owner, request: PoolRequest, before: PoolRequest): Promise<void> {
    const record = await readPool(this.parts, request.poolName);
    if (request.poolName !== before.poolName && !(record && owns(record.owners, owner))) {
      throw new Error(
        `the name of the account pool '${before.poolName}' cannot be changed to '${request.poolName}', because its `
          + 'accounts belong to it: define another AccountPool instead',
      );
    }
    await this.requestCreate(owner, request);
  }

  public async requestDelete(owner: Owner, { poolName }: PoolRequest): Promise<void> {
    const record = await readPool(this.parts, poolName);
    if (!record || !owns(record.owners, owner)) return;
    const { version, ...known } = record;
    const owners = withoutOwner(record.owners, owner);
    if (owners.length === 0 && Object.keys(record.slots).length === 0) {
      await this.parts.registry.remove(poolKey(poolName), version);
      return;
    }
    await this.write({ ...known, owners, request: owners.at(-1)?.request ?? record.request }, version);
  }

  /** A deployment does not wait for accounts that nothing uses yet. */
  public async reconcile(_owner: Owner, { poolName }: PoolRequest): Promise<Progress<PoolResult>> {
    await this.parts.refill(poolName);
    return done({ poolName });
  }

  /** What cleans accounts is removed with the last pool: the accounts that are being cleaned say so. */
  public async reconcileDelete(_owner: Owner, { poolName }: PoolRequest): Promise<Progress<void>> {
    const all = await this.parts.registry.list<PoolRecord>(LISTED.pool);
    const isUsed = all.some(({ poolName: name, owners }) => name !== poolName && owners.length > 0);
    if (isUsed || ((await readPool(this.parts, poolName))?.owners.length ?? 0) > 0) return DONE;
    const interrupted: string[] = [];
    for (const { poolName: name, slots } of all) {
      for (const { accountId } of Object.values(slots)) {
        if (accountId !== undefined && await this.interrupt(accountId, name)) interrupted.push(accountId);
      }
    }
    return interrupted.length === 0 ? DONE : doneWith(cleansEnded(interrupted));
  }

  /** Returns whether the account is being cleaned. */
  private async interrupt(accountId: string, poolName: string): Promise<boolean> {
    const lease = await readLease(this.parts, accountId);
    if (lease?.pool.state !== 'cleaning' && lease?.pool.state !== 'waiting-proof') return false;
    const reason = cleanEnded(poolName);
    if (lease.pool.reason !== reason) {
      await writeLease(this.parts, accountId, withPool(lease, { reason }), lease.version);
    }
    return true;
  }

  public async check(owner: Owner, { poolName }: PoolRequest): Promise<readonly Drift[]> {
    const record = await readPool(this.parts, poolName);
    if (record && owns(record.owners, owner)) return this.lostLeases(record);
    return [repairable(`the registry has no record of the account pool '${poolName}'`, 'it is recorded again')];
  }

  /** Accounts that are leased, while the registry does not know the `Account`: it has lost it, or it was removed. */
  private async lostLeases({ poolName, slots }: PoolRecord): Promise<readonly Drift[]> {
    const drifts: Drift[] = [];
    for (const { accountId } of Object.values(slots)) {
      const lease = accountId === undefined ? undefined : await readLease(this.parts, accountId);
      const { state, owner } = lease?.pool ?? {};
      if (accountId === undefined || state !== 'leased' || !owner) continue;
      const claim = await this.parts.registry.read<PoolClaimRecord>(poolClaimKey(owner));
      if (claim?.accountId !== accountId) drifts.push(byHand(leaseWithoutAccount(poolName, accountId, owner)));
    }
    return drifts;
  }

  public async requestRepair(owner: Owner, request: PoolRequest): Promise<void> {
    await this.requestCreate(owner, request);
  }

  /** The first pool of an organization gives this function a policy just before, which IAM may not know yet. */
  private async firstRead(poolName: string) {
    try {
      return await readPool(this.parts, poolName);
    } catch (error) {
      this.deniedAt ??= this.parts.now();
      throw retryWhileRolePropagates(error, this.parts.now() - this.deniedAt);
    }
  }

  private async write(record: PoolRecord, version: number | undefined): Promise<void> {
    await this.parts.registry.write<PoolRecord>(poolKey(record.poolName), record, version);
  }
}
