import type { LeaseRequest } from '../../src/account-stack/contract';
import type { LeaseHolder, LeaseRecord } from '../shared/lease';
import { leaseKey } from '../shared/lease';
import type { Owner } from '../shared/lifecycle';
import { stackNameOf } from '../shared/owners';
import type { Registry } from '../shared/registry';

/** CloudFormation gives a resource up after an hour. */
const LEASE_MILLISECONDS = 65 * 60_000;

/** One account has one pipeline. */
export class Leases {
  public constructor(private readonly registry: Registry, private readonly now: () => number) {}

  /** Takes the account, or keeps it; answers the fence. */
  public async acquire(accountId: string, stackKey: string, owner: Owner, lease: LeaseRequest): Promise<number> {
    const { environmentName, pipelineName, repositoryArn } = lease;
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    const holder = record?.holder;
    const ours = holder?.stackKey === stackKey;
    if (holder && !ours && !this.expired(holder)) throw leased(accountId, environmentName, owner, holder);

    const fence = (record?.fence ?? 0) + (ours ? 0 : 1);
    const settled = ours && holder.expiresAt === undefined;
    const next: LeaseHolder = {
      stackKey, stackId: owner.stackId, environmentName, pipelineName, repositoryArn, ...(!settled && { expiresAt: this.now() + LEASE_MILLISECONDS }),
    };
    await this.registry.write<LeaseRecord>(leaseKey(accountId), { fence, holder: next }, record?.version);
    return fence;
  }

  /** Refuses to go on once another has taken the account. */
  public async check(accountId: string, stackKey: string, fence: number, { environmentName }: LeaseRequest): Promise<void> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    if (record?.holder?.stackKey === stackKey && record.fence === fence) return;
    const taker = record?.holder ? ` by environment '${record.holder.environmentName}' (stack '${stackNameOf(record.holder)}')` : '';
    throw new Error(`the lease of account ${accountId} has expired and was taken from environment '${environmentName}'${taker}, `
      + 'so nothing more is deployed there: deploy again once the account is free, or use another account');
  }

  /** The pipeline is complete: from now on the lease is held until it is released. */
  public async confirm(accountId: string, stackKey: string): Promise<void> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    if (record?.holder?.stackKey !== stackKey || record.holder.expiresAt === undefined) return;
    const { expiresAt, ...holder } = record.holder;
    await this.registry.write<LeaseRecord>(leaseKey(accountId), { fence: record.fence, holder }, record.version);
  }

  public async release(accountId: string, stackKey: string): Promise<void> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    if (record?.holder?.stackKey !== stackKey) return;
    await this.registry.write<LeaseRecord>(leaseKey(accountId), { fence: record.fence }, record.version);
  }

  private expired({ expiresAt }: LeaseHolder): boolean {
    return expiresAt !== undefined && expiresAt <= this.now();
  }
}

function leased(accountId: string, environmentName: string, owner: Owner, holder: LeaseHolder): Error {
  const renamed = holder.stackId === owner.stackId && holder.environmentName === environmentName;
  const wayOut = renamed
    ? `its stack there is '${holder.stackKey.split('#').at(-1)}', and a construct that was moved or renamed takes it over if it keeps that stack name`
    : 'remove that environment first or use another account';
  return new Error(`account ${accountId} is leased to environment '${holder.environmentName}' (stack '${stackNameOf(holder)}'), so environment `
    + `'${environmentName}' cannot have its pipeline there: one account has one pipeline; ${wayOut}`);
}
