import { Logger } from '@aws-lambda-powertools/logger';
import { choose, reservation } from './choice';
import { cleanInput } from './clean-input';
import { accountUnknown, alsoUnusable, poolChanged, poolMissing, stillUsed, wrongRegion } from './errors';
import { isInUse } from './mark';
import type { PoolParts } from './parts';
import { readLease, readPool, writeLease } from './parts';
import type { ClaimedLease } from './recovery';
import { claimedLease, findAccount, recordFound } from './recovery';
import { leasedRequest } from './requests';
import type { VendedAccountRequest } from '../../../src/account/contract';
import type { Drift } from '../../../src/operations/contract';
import type { PooledAccountRequest, PooledAccountResult } from '../../../src/pool/contract';
import { NAMES } from '../../../src/private/contract';
import { LISTED } from '../../../src/registry/contract';
import { byHand, repairable } from '../../cloudformation/check';
import { leaseKey } from '../../registry/lease';
import type { LeaseRecord } from '../../registry/lease';
import { markTags } from '../../registry/lease-mark';
import { poolClaimKey, poolKey, withSlot } from '../../registry/pool';
import type { PoolClaimRecord, PoolRecord, PoolSlot } from '../../registry/pool';
import { confirm, end, enter, firstLease, isLeasedBy, renew, take } from '../../registry/pool-lease';
import type { PooledLease } from '../../registry/pool-lease';
import type { Versioned } from '../../registry/registry';
import { isNamed } from '../../shared/errors';
import type { Lifecycle, Owner, Progress } from '../../shared/lifecycle';
import { DONE, IN_PROGRESS } from '../../shared/lifecycle';

type Claim = Versioned<PoolClaimRecord>;

/** A claim that has an account, and its pool. */
interface Chosen {
  readonly claim: Claim;
  readonly pool: Versioned<PoolRecord>;
  readonly number: number;
  readonly slot: PoolSlot;
  /** Absent while the account does not exist. */
  readonly lease?: Versioned<PooledLease>;
  readonly wanted: VendedAccountRequest;
}

/** What the pools need of an account in addition to its steps. */
export interface PooledAccountParts extends PoolParts {
  /** What differs between an account and a request. */
  readonly drifts: (request: VendedAccountRequest, accountId: string) => Promise<readonly Drift[]>;
  /** Creates accounts ahead in place of those that were leased. */
  readonly refill: (poolName: string) => Promise<void>;
}

const logger = new Logger({ serviceName: 'org-environments' });

/** Leases accounts from pools. The account is that of the `Account` until it is removed. */
export class PooledAccounts implements Lifecycle<PooledAccountRequest, PooledAccountResult> {
  public constructor(private readonly parts: PooledAccountParts) {}

  public subjectOf({ poolName }: PooledAccountRequest): string {
    return `an account of the pool '${poolName}'`;
  }

  public async requestCreate(owner: Owner, request: PooledAccountRequest): Promise<void> {
    const claim = await this.claimFor(owner, request);
    const held = claim?.accountId === undefined ? undefined : await claimedLease(this.parts, claim.accountId, owner);
    await this.keepLost(claim, held);
    await this.claimAgain(owner, request, claim);
  }

  /** The account is never another one: CloudFormation updates only what it has created. */
  public async requestUpdate(
    owner: Owner, request: PooledAccountRequest, before: PooledAccountRequest,
  ): Promise<void> {
    const claim = await this.claimFor(owner, request);
    const pool = await readPool(this.parts, request.poolName);
    const { accountId, slot } = claim ?? {};
    const held = accountId === undefined ? undefined : await claimedLease(this.parts, accountId, owner);
    const isKnown = slot !== undefined && held?.isOurs && pool?.slots[slot]?.accountId === accountId;
    if (isKnown || !held?.isOurs) await this.keepLost(claim, held);
    // without its pool, the account is neither changed nor replaced
    if (isKnown || (claim && !pool)) return this.claimAgain(owner, request, claim);
    if (!pool) throw poolMissing(request.poolName, owner, await this.poolNames());
    const found = await findAccount(this.parts, pool, owner, [before.accountName, request.accountName]);
    if (!found) {
      // it waits for its first account, or an operator has ended its lease
      if (claim && (accountId === undefined || (held && !held.isOurs && !held.isLost))) {
        return this.claimAgain(owner, request, claim);
      }
      throw accountUnknown(owner, request.poolName, this.parts.now());
    }
    await recordFound(this.parts, pool, found, { request, before });
    await this.claimAgain(owner, request, claim, { slot: found.number, accountId: found.accountId });
  }

  /** The account is cleaned before it is leased again, unless the request has never been complete. */
  public async requestDelete(owner: Owner, request: PooledAccountRequest): Promise<void> {
    const claim = await this.claim(owner);
    const { accountId } = claim ?? {};
    if (claim && accountId === undefined) return;
    const held = accountId === undefined ? undefined : await claimedLease(this.parts, accountId, owner);
    if (!claim || accountId === undefined || (held?.isLost && !held.isOurs) || !held) {
      await this.keepLost(claim, held);
      return this.endLost(owner, request, claim);
    }
    if (!held.isOurs) return;
    const ended = this.ended(owner, accountId, held.lease);
    await writeLease(this.parts, accountId, ended, held.version);
    const { version, ...known } = claim;
    await this.writeClaim({ ...known, endedFence: ended.fence }, version);
  }

  public async reconcile(owner: Owner, request: PooledAccountRequest): Promise<Progress<PooledAccountResult>> {
    const claim = await this.claim(owner);
    if (!claim || claim.endedFence !== undefined) {
      throw new Error(`'${owner.logicalId}' was removed concurrently: deploy again`);
    }
    const pool = await readPool(this.parts, request.poolName);
    if (!pool) throw poolMissing(request.poolName, owner, await this.poolNames());
    if (pool.request.region !== request.region) throw wrongRegion(pool.poolName, pool.request.region, request.region);
    const chosen = await this.chosen(claim, pool);
    if (!chosen) {
      const progress = await choose(this.parts, withoutAccount(claim), pool);
      return progress === 'chosen' ? { ...IN_PROGRESS, seconds: 1 } : progress;
    }
    return this.step(chosen, owner);
  }

  /** The clean that is not started here is started by the maintenance. */
  public async reconcileDelete(owner: Owner): Promise<Progress<void>> {
    const claim = await this.claim(owner);
    if (!claim) return DONE;
    const { accountId, endedFence, request: { poolName }, slot } = claim;
    const pool = await readPool(this.parts, poolName);
    if (pool && accountId !== undefined && endedFence !== undefined) await this.startClean(pool, accountId, endedFence);
    if (pool && accountId === undefined && slot !== undefined) await this.giveUp(pool, slot, claim);
    await this.parts.registry.remove(poolClaimKey(owner), claim.version);
    return DONE;
  }

  public async check(owner: Owner, request: PooledAccountRequest): Promise<readonly Drift[]> {
    const claim = await this.claim(owner);
    const pool = await readPool(this.parts, request.poolName);
    const chosen = claim && pool && await this.chosen(claim, pool);
    const { accountId } = claim ?? {};
    const held = accountId === undefined ? undefined : await claimedLease(this.parts, accountId, owner);
    if (chosen?.slot.accountId && held?.isOurs) return this.parts.drifts(chosen.wanted, chosen.slot.accountId);
    if (accountId !== undefined && held && !held.isOurs && !held.isLost) {
      return [byHand(
        `'${owner.logicalId}' does not lease account ${accountId} any more, because its lease was ended: deploy a `
          + 'change of the Account, and another account is leased',
      )];
    }
    return [repairable(
      held?.isLost && !held.isOurs
        ? `account ${accountId} of '${owner.logicalId}' is leased by '${held.lease.pool.owner?.logicalId}' since then`
        : `the registry has no account for '${owner.logicalId}'`,
      `its account is found by its lease or its tag '${NAMES.leaseTag}'`,
    )];
  }

  public async requestRepair(owner: Owner, request: PooledAccountRequest): Promise<void> {
    await this.requestUpdate(owner, request, request);
  }

  /** The claim of an owner. @throws if it is one for another pool */
  private async claimFor(owner: Owner, { poolName }: PooledAccountRequest): Promise<Claim | undefined> {
    const claim = await this.claim(owner);
    if (claim && claim.request.poolName !== poolName) throw poolChanged(owner, claim.request.poolName, poolName);
    return claim;
  }

  private async claimAgain(
    owner: Owner, request: PooledAccountRequest, claim: Claim | undefined, found: Partial<PoolClaimRecord> = {},
  ): Promise<void> {
    const { version, endedFence, replacedAccountId, ...known } = claim ?? { owner };
    // a later request is never the same attempt
    const attempt = Math.max(this.parts.now(), (claim?.attempt ?? 0) + 1);
    await this.writeClaim({ ...known, ...found, owner, request, attempt }, version);
  }

  /** The registry knows again who leases an account. */
  private async keepLost(claim: Claim | undefined, held: ClaimedLease | undefined): Promise<void> {
    if (claim?.accountId === undefined || !held?.isLost) return;
    await writeLease(this.parts, claim.accountId, held.lease, held.version);
  }

  /** Only what is known to be the account of the owner is cleaned. */
  private async endLost(owner: Owner, request: PooledAccountRequest, claim: Claim | undefined): Promise<void> {
    const pool = await readPool(this.parts, request.poolName);
    const found = pool && await findAccount(this.parts, pool, owner, [request.accountName]);
    if (!found) {
      logger.warn('no account is cleaned: nothing says which one was leased', { ...owner, pool: request.poolName });
      return;
    }
    const { accountId, number: slot } = found;
    const lease = this.ended(owner, accountId, found.lease);
    await recordFound(this.parts, pool, { ...found, lease }, { request, before: request });
    const { version, ...known } = claim ?? { version: undefined };
    const attempt = claim?.attempt ?? this.parts.now();
    await this.writeClaim({ ...known, owner, request, attempt, slot, accountId, endedFence: lease.fence }, version);
  }

  /** @throws if an environment of another stack uses the account */
  private ended(owner: Owner, accountId: string, lease: PooledLease): PooledLease {
    const { holder } = lease;
    if (holder && holder.stackId !== owner.stackId) throw stillUsed(owner, accountId, holder, 'cleaned');
    return end(lease, this.parts.now(), `'${owner.logicalId}' was removed`);
  }

  private async step(chosen: Chosen, owner: Owner): Promise<Progress<PooledAccountResult>> {
    const { claim, pool, number, slot, lease, wanted } = chosen;
    const { parts } = this;
    await this.keep(chosen);
    const progress = await parts.accounts.step(pool.poolName, wanted, claim.attempt)
      .catch(async (error: unknown) => this.afterError(chosen, error));
    if (!progress) return IN_PROGRESS;
    if (!lease) {
      await this.recordAccount(owner, chosen);
      return progress.done ? { ...IN_PROGRESS, seconds: 1 } : progress;
    }
    if (!progress.done) return progress;
    const accountId = slot.accountId ?? '';
    const current = await readLease(parts, accountId);
    if (!isLeasedBy(current, owner)) return IN_PROGRESS;
    if (progress.deferred !== undefined && current.pool.expiresAt !== undefined) {
      return this.replace(chosen, current, progress.deferred);
    }
    if (current.pool.expiresAt !== undefined) {
      const confirmed = confirm(current);
      // before the account is known outside of the registry
      await parts.organization.tag(accountId, markTags(confirmed));
      await writeLease(parts, accountId, confirmed, current.version);
      await this.refill(pool.poolName, number);
    }
    const { accountName, email } = wanted;
    return { ...progress, result: { accountId, accountName, email } };
  }

  /** Renews the lease, or the reservation of an account that is being created. */
  private async keep({ claim, pool, number, slot, lease }: Chosen): Promise<void> {
    const { parts } = this;
    const now = parts.now();
    if (lease) {
      const renewed = renew(lease, now);
      if (renewed) await writeLease(parts, slot.accountId ?? '', renewed, lease.version);
      return;
    }
    const next = reservation(claim.owner.id, now);
    const left = (slot.reservedFor?.expiresAt ?? 0) - now;
    if (left > (next.expiresAt - now) / 2) return;
    await this.writePool(withSlot(pool, number, { ...slot, reservedFor: next }));
  }

  /** Another account is used if this one can never be created. Returns undefined then. */
  private async afterError({ pool, number, slot, wanted, lease }: Chosen, error: unknown): Promise<undefined> {
    if (lease || !isNamed(error, 'EmailTakenError')) throw error;
    const { message: problem } = error as Error;
    logger.warn('an account of a pool cannot be created', { pool: pool.poolName, slot: number, problem });
    await this.parts.accounts.giveUp(pool.poolName, wanted);
    const current = await readPool(this.parts, pool.poolName);
    if (current) await this.writePool(withSlot(current, number, { email: slot.email, problem }));
    return undefined;
  }

  /** Writes the lease of an account as soon as it exists. */
  private async recordAccount(owner: Owner, { claim, pool, number, slot, wanted }: Chosen): Promise<void> {
    const { parts: { registry, accounts, now, ...rest } } = this;
    const record = await accounts.record(wanted);
    const accountId = record?.accountId;
    if (accountId === undefined) return;
    const current = await readPool({ ...rest, registry }, pool.poolName);
    if (current?.slots[number]?.reservedFor?.ownerId !== owner.id) return;
    const known = await registry.read<LeaseRecord>(leaseKey(accountId));
    const free = firstLease(pool.poolName, number, now());
    const next = record?.existed ? quarantined(free, now()) : take(free, owner, now());
    const { version, ...claimed } = claim;
    const { version: poolVersion, ...nextPool } = withSlot(current, number, { email: slot.email, accountId });
    await registry.transaction(async () => {
      await registry.write<LeaseRecord>(
        leaseKey(accountId), { ...next, fence: (known?.fence ?? 0) + 1 }, known?.version,
      );
      await registry.write<PoolRecord>(poolKey(pool.poolName), nextPool, poolVersion);
      await registry.write<PoolClaimRecord>(
        poolClaimKey(owner), record?.existed ? withoutSlot(claimed) : { ...claimed, accountId }, version,
      );
    });
  }

  /**
   * An account that cannot be used is replaced by another one of the pool. If that cannot be used either, the request
   * may be the cause: it fails, so that it does not put all accounts of the pool into quarantine.
   */
  private async replace(
    { claim, slot: { accountId = '' } }: Chosen, lease: Versioned<PooledLease>, reason: string,
  ): Promise<Progress<PooledAccountResult>> {
    const { registry, now } = this.parts;
    const { version, replacedAccountId, ...claimed } = claim;
    if (replacedAccountId !== undefined) throw alsoUnusable(claim.owner, accountId, replacedAccountId, reason);
    await registry.transaction(async () => {
      const next = enter({ ...end(lease, now()), fence: lease.fence + 1 }, 'quarantine', now(), reason);
      await writeLease(this.parts, accountId, next, lease.version);
      const replaced = { ...withoutSlot(claimed), replacedAccountId: accountId };
      await registry.write<PoolClaimRecord>(poolClaimKey(claim.owner), replaced, version);
    });
    return IN_PROGRESS;
  }

  private async startClean(pool: PoolRecord, accountId: string, fence: number): Promise<void> {
    const { parts } = this;
    const lease = await readLease(parts, accountId);
    if (lease?.pool.state !== 'cleaning' || lease.fence !== fence || lease.pool.isCleanStarted) return;
    try {
      if (await isInUse(parts, accountId, lease)) return;
      await parts.clean.start(cleanInput(pool.request, accountId, lease));
      await writeLease(parts, accountId, { ...lease, pool: { ...lease.pool, isCleanStarted: true } }, lease.version);
    } catch (error) {
      logger.warn('the clean of an account was not started; the maintenance starts it', {
        accountId, error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Nothing waits any more for an account that is being created: it becomes an available one. */
  private async giveUp(pool: Versioned<PoolRecord>, number: number, { owner, request }: Claim): Promise<void> {
    const slot = pool.slots[number];
    if (!slot || slot.accountId || slot.reservedFor?.ownerId !== owner.id) return;
    const wanted = leasedRequest(pool.request, number, slot, request);
    const isGivenUp = await this.parts.accounts.giveUp(pool.poolName, wanted) === 'given up';
    await this.writePool(withSlot(pool, number, isGivenUp ? undefined : { email: slot.email }));
  }

  /** The account of a claim, if the claim still has one. */
  private async chosen(claim: Claim, pool: Versioned<PoolRecord>): Promise<Chosen | undefined> {
    const { slot: number } = claim;
    const slot = number === undefined ? undefined : pool.slots[number];
    if (number === undefined || !slot) return undefined;
    const base = { claim, pool, number, slot };
    if (!slot.accountId) {
      const wanted = leasedRequest(pool.request, number, slot, claim.request);
      return slot.reservedFor?.ownerId === claim.owner.id ? { ...base, wanted } : undefined;
    }
    const lease = await readLease(this.parts, slot.accountId);
    if (!isLeasedBy(lease, claim.owner)) return undefined;
    return { ...base, lease, wanted: leasedRequest(pool.request, number, slot, claim.request, lease) };
  }

  /** The lease is complete, so trouble with other accounts must not fail it. */
  private async refill(poolName: string, slot: number): Promise<void> {
    try {
      await this.parts.refill(poolName);
    } catch (error) {
      logger.warn('no account was created ahead; the maintenance does it', {
        poolName, slot, error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  private async poolNames(): Promise<readonly string[]> {
    return (await this.parts.registry.list<PoolRecord>(LISTED.pool)).map(({ poolName }) => poolName).sort();
  }

  private async claim(owner: Owner) {
    return this.parts.registry.read<PoolClaimRecord>(poolClaimKey(owner));
  }

  private async writeClaim(claim: PoolClaimRecord, version: number | undefined): Promise<void> {
    await this.parts.registry.write<PoolClaimRecord>(poolClaimKey(claim.owner), claim, version);
  }

  private async writePool({ version, ...pool }: Versioned<PoolRecord>): Promise<void> {
    await this.parts.registry.write<PoolRecord>(poolKey(pool.poolName), pool, version);
  }
}

/** An account that was found by its e-mail may be in use, for example after the registry was lost. */
function quarantined(lease: PooledLease, now: number): PooledLease {
  return enter(lease, 'quarantine', now, 'it existed before, and the registry does not know its content');
}

function withoutSlot({ slot, accountId, ...claim }: PoolClaimRecord): PoolClaimRecord {
  return claim;
}

function withoutAccount({ slot, accountId, ...claim }: Claim): Claim {
  return claim;
}
