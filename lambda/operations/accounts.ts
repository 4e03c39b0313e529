import { retryOnConflict } from './retry';
import { CHANGES } from '../../src/history/contract';
import type { ChangeKind, HistoryEntry } from '../../src/history/contract';
import type { AccountOutcome } from '../../src/operations/contract';
import { LISTED } from '../../src/registry/contract';
import type { History } from '../history/history';
import type { AccountRecord } from '../registry/account';
import { leaseKey } from '../registry/lease';
import type { LeaseRecord } from '../registry/lease';
import { stackNameOf } from '../registry/owners';
import { accountIn } from '../registry/pipeline';
import type { PoolRecord } from '../registry/pool';
import { cleanAgain, end, enter, isPooled } from '../registry/pool-lease';
import type { PooledLease } from '../registry/pool-lease';
import type { Registry } from '../registry/registry';
import type { ResourceRecord } from '../registry/resource';
import type { Owner } from '../shared/lifecycle';

/** Who changes an account, and why. */
type Change = Pick<HistoryEntry, 'by' | 'requestId'> & { readonly reason: string };

/** The accounts of the organization, and what operators do with those of pools. */
export class AccountOperations {
  public constructor(
    private readonly registry: Registry,
    private readonly history: History,
    private readonly now: () => number,
  ) {}

  /**
   * All accounts that the registry knows.
   *
   * @param costs dollars by account id. @default - they are not shown
   */
  public async list(costs?: Readonly<Record<string, string>>): Promise<readonly AccountOutcome[]> {
    const [records, leases, pools] = await Promise.all([
      this.registry.list<AccountRecord>(LISTED.account),
      this.registry.list<LeaseRecord>(LISTED.lease),
      this.registry.list<PoolRecord>(LISTED.pool),
    ]);
    const byId = leasesById(leases, pools);
    const ofPools = pools.flatMap(pool => outcomesOf(pool, byId, records));
    const emails = new Set(pools.flatMap(({ slots }) => Object.values(slots).map(({ email }) => email.toLowerCase())));
    const others = records
      .filter(record => !emails.has(emailOf(record)?.toLowerCase() ?? ''))
      .map(record => outcomeOf(record, byId.get(record.accountId ?? '')));
    return [...ofPools, ...others]
      .sort((one, other) => nameOf(one).localeCompare(nameOf(other)))
      .map(one => (costs && one.accountId !== undefined ? { ...one, cost: costs[one.accountId] ?? '0.00' } : one));
  }

  /** Cleans an account that is not leased. The maintenance of the pools starts the clean. */
  public async clean(accountId: string, mode: 'used' | 'full', change: Change): Promise<readonly AccountOutcome[]> {
    await this.change(accountId, CHANGES.accountClean, change, lease => {
      const { state } = lease.pool;
      if (state !== 'quarantine' && state !== 'available') throw cannot('cleaned', accountId, lease);
      return cleanAgain(lease, this.now(), textOf(change), mode === 'full');
    });
    return this.one(accountId);
  }

  /** Returns an account to its pool: from quarantine, or by the end of its lease, after which it is cleaned. */
  public async release(accountId: string, change: Change): Promise<readonly AccountOutcome[]> {
    const resources = await this.registry.list<ResourceRecord>(LISTED.resource);
    await this.change(accountId, CHANGES.accountRelease, change, lease => {
      const { state } = lease.pool;
      if (state === 'quarantine') {
        return { ...enter(lease, 'available', this.now(), textOf(change)), fence: lease.fence + 1 };
      }
      if (state !== 'leased' || lease.holder) throw cannot('released', accountId, lease);
      const { owner } = lease.pool;
      if (owner && resources.some(({ ownerId }) => ownerId === owner.id)) throw isPresent(accountId, owner);
      return end(lease, this.now(), textOf(change));
    });
    return this.one(accountId);
  }

  private async one(accountId: string): Promise<readonly AccountOutcome[]> {
    return (await this.list()).filter(account => account.accountId === accountId);
  }

  private async change(
    accountId: string, kind: ChangeKind, change: Change, next: (lease: PooledLease) => PooledLease,
  ): Promise<void> {
    const key = leaseKey(accountId);
    await retryOnConflict(async () => {
      const lease = await this.registry.read<LeaseRecord>(key);
      if (!lease || !isPooled(lease)) throw notPooled(accountId, await this.list());
      const { version, ...known } = lease;
      await this.registry.write<LeaseRecord>(key, next(known), version);
    });
    const at = new Date(this.now()).toISOString();
    await this.history.record({ ...change, at, change: kind, outcome: 'succeeded', accountId });
  }
}

function textOf({ by, reason }: Change): string {
  return `${reason} (${by})`;
}

function cannot(participle: 'cleaned' | 'released', accountId: string, { holder, pool }: PooledLease): Error {
  const { state, owner } = pool;
  const since = new Date(pool.since).toISOString();
  const why = {
    'cleaning': `it is being cleaned since ${since}, and is available or in quarantine after that`,
    'waiting-proof': `it waits for the second look after its clean since ${since}`,
    'available': 'it is available',
    'quarantine': 'it is in quarantine',
    'leased': holder
      ? `environment '${holder.environmentName}' of stack '${stackNameOf(holder)}' uses it: remove the environment`
      : `'${owner?.logicalId}' leases it: if that no longer exists, run org-environments accounts release ${accountId} `
        + '--force --reason <text>',
  }[state];
  return new Error(`account ${accountId} cannot be ${participle}: ${why}; nothing was done`);
}

function notPooled(accountId: string, accounts: readonly AccountOutcome[]): Error {
  const pooled = accounts.flatMap(account => (account.poolName === undefined ? [] : account.accountId ?? []));
  const isKnown = accounts.some(account => account.accountId === accountId);
  const advice = pooled.length > 0 ? `use one of ${pooled.join(', ')}` : 'no account pool has an account';
  return new Error(
    `account ${accountId} ${isKnown ? 'belongs to no account pool' : 'does not exist in the registry'}: ${advice}; `
      + 'nothing was done',
  );
}

function isPresent(accountId: string, owner: Owner): Error {
  return new Error(
    `account ${accountId} cannot be released: '${owner.logicalId}' of stack '${stackNameOf(owner)}' leases it, and `
      + 'exists: remove the Account from its app and deploy; nothing was done',
  );
}

function leasesById(
  leases: readonly LeaseRecord[], pools: readonly PoolRecord[],
): ReadonlyMap<string, LeaseRecord> {
  const slots = new Map(pools.flatMap(({ poolName, slots: all }) =>
    Object.entries(all).map(([slot, { accountId }]) => [`${poolName}#${slot}`, accountId] as const)));
  return new Map(leases.flatMap(lease => {
    const { pool, holder } = lease;
    const accountId = pool ? slots.get(`${pool.poolName}#${pool.slot}`) : holder && accountIn(holder.pipelineKey);
    return accountId === undefined ? [] : [[accountId, lease] as const];
  }));
}

function outcomesOf(
  { poolName, slots }: PoolRecord, leases: ReadonlyMap<string, LeaseRecord>, records: readonly AccountRecord[],
): readonly AccountOutcome[] {
  return Object.values(slots).map((slot): AccountOutcome => {
    const { email, accountId, problem, failure } = slot;
    const record = records.find(one => emailOf(one)?.toLowerCase() === email.toLowerCase());
    const base = { poolName, email, ...nameIn(record) };
    const lease = accountId === undefined ? undefined : leases.get(accountId);
    if (accountId === undefined || !lease?.pool) {
      const reason = problem ?? failure?.reason;
      return { ...base, state: reason === undefined ? 'creating' : 'failed', ...(reason !== undefined && { reason }) };
    }
    const { state, since, reason, problem: unsettled, leftovers } = lease.pool;
    return {
      ...base,
      accountId,
      state,
      since: new Date(since).toISOString(),
      ...(state === 'leased' && holderOf(lease)),
      ...(reason !== undefined && { reason }),
      ...(leftovers && { leftovers }),
      ...(unsettled !== undefined && { problem: unsettled }),
    };
  });
}

function outcomeOf(record: AccountRecord, lease: LeaseRecord | undefined): AccountOutcome {
  const { accountId, owners, createdAt } = record;
  const email = emailOf(record);
  const owner = owners.at(-1);
  const isClosed = record.state === 'closing' || record.state === 'closed';
  const used = isClosed ? 'closed' as const : owner ? 'leased' : 'available';
  return {
    ...(accountId !== undefined && { accountId }),
    ...(email !== undefined && { email }),
    ...nameIn(record),
    state: accountId === undefined ? 'creating' : used,
    ...(owner && { holder: owner.logicalId, stackName: stackNameOf(owner) }),
    ...(lease && holderOf(lease)),
    ...(createdAt !== undefined && { since: new Date(createdAt).toISOString() }),
  };
}

/** The environment, or the `Account` until there is one. */
function holderOf({ holder, pool }: LeaseRecord): Pick<AccountOutcome, 'holder' | 'stackName'> {
  if (holder) return { holder: holder.environmentName, stackName: stackNameOf(holder) };
  return pool?.owner ? { holder: pool.owner.logicalId, stackName: stackNameOf(pool.owner) } : {};
}

function emailOf({ owners }: AccountRecord): string | undefined {
  const request = owners.at(-1)?.request;
  return request?.kind === 'vended' ? request.email : undefined;
}

function nameIn(record: AccountRecord | undefined): Pick<AccountOutcome, 'accountName'> {
  const request = record?.owners.at(-1)?.request;
  return request?.kind === 'vended' ? { accountName: request.accountName } : {};
}

function nameOf({ poolName = '', email, accountId = '' }: AccountOutcome): string {
  return `${poolName} ${email ?? accountId}`;
}
