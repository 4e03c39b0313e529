import type { AccountStackRequest, LeaseRequest } from '../../src/account-stack/contract';
import { ENVIRONMENTS, accountOf, leaseKey } from '../shared/lease';
import type { LeaseHolder, LeaseRecord } from '../shared/lease';
import type { Owner } from '../shared/lifecycle';
import { stackNameOf } from '../shared/owners';
import type { Registry } from '../shared/registry';

export type Leased = AccountStackRequest & { readonly lease: LeaseRequest };

/** CloudFormation gives a resource up after an hour. */
const LEASE_MILLISECONDS = 65 * 60_000;

/** One account has one pipeline. */
export class Leases {
  public constructor(private readonly registry: Registry, private readonly now: () => number) {}

  /** Takes the account, or keeps it; answers the fence. */
  public async acquire(stackKey: string, owner: Owner, { accountId, region, lease }: Leased): Promise<number> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    const holder = record?.holder;
    const ours = holder?.stackKey === stackKey ? holder : undefined;
    if (holder && !ours && !this.expired(holder)) throw leased(accountId, lease.environmentName, owner, holder);

    const fence = (record?.fence ?? 0) + (ours ? 0 : 1);
    const settled = ours && ours.expiresAt === undefined;
    const next: LeaseHolder = {
      ...lease,
      stackKey,
      stackId: owner.stackId,
      accountId,
      region,
      ...(ours?.resting && { resting: true }),
      ...(!settled && { expiresAt: this.now() + LEASE_MILLISECONDS }),
    };
    await this.registry.write<LeaseRecord>(leaseKey(accountId), { fence, holder: next }, record?.version);
    await this.registry.enqueue(ENVIRONMENTS, stackKey, this.now());
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
  public async confirm(stackKey: string): Promise<void> {
    await this.change(stackKey, holder => holder.expiresAt === undefined ? holder : without(holder, 'expiresAt'));
  }

  /** Marks the pipeline as one that must not run, or takes the mark away. */
  public async setResting(stackKey: string, resting: boolean): Promise<void> {
    await this.change(stackKey, holder => {
      if (resting === (holder.resting ?? false)) return holder;
      return resting ? { ...holder, resting } : without(holder, 'resting');
    });
  }

  /** What is known of the pipeline of a stack; nothing if the stack has none, or another holds its account. */
  public async holder(stackKey: string): Promise<LeaseHolder | undefined> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountOf(stackKey)));
    return record?.holder?.stackKey === stackKey ? record.holder : undefined;
  }

  /** Whether the environment has a pipeline in another account, too. Its stack has the name of the environment, so few leases are read. */
  public async isElsewhere({ stackKey, stackId, environmentName }: LeaseHolder, stackName: string): Promise<boolean> {
    const others = (await this.registry.membersOf(ENVIRONMENTS)).map(({ member }) => member)
      .filter(member => member !== stackKey && member.endsWith(`#${stackName}`));
    const holders = await Promise.all(others.map(async other => this.holder(other)));
    return holders.some(holder => holder?.stackId === stackId && holder.environmentName === environmentName);
  }

  public async release(stackKey: string): Promise<void> {
    // before the account is free: who takes it next is on the list again
    await this.registry.leave(ENVIRONMENTS, stackKey);
    await this.change(stackKey, () => undefined);
  }

  private async change(stackKey: string, change: (holder: LeaseHolder) => LeaseHolder | undefined): Promise<void> {
    const key = leaseKey(accountOf(stackKey));
    const record = await this.registry.read<LeaseRecord>(key);
    if (record?.holder?.stackKey !== stackKey) return;
    const holder = change(record.holder);
    if (holder === record.holder) return;
    await this.registry.write<LeaseRecord>(key, { fence: record.fence, ...(holder && { holder }) }, record.version);
  }

  private expired({ expiresAt }: LeaseHolder): boolean {
    return expiresAt !== undefined && expiresAt <= this.now();
  }
}

function without(holder: LeaseHolder, name: 'expiresAt' | 'resting'): LeaseHolder {
  const { [name]: removed, ...rest } = holder;
  return rest;
}

function leased(accountId: string, environmentName: string, owner: Owner, holder: LeaseHolder): Error {
  const isOurs = holder.stackId === owner.stackId;
  const applications = holder.applications === 'delete' ? ' (its applications go with it, unless it was deployed with keepApplication: true)' : '';
  const removal = `remove that environment first${applications}, or use another account`;
  const wayOut = isOurs && holder.environmentName === environmentName
    ? `its stack there is '${holder.stackKey.split('#').at(-1)}', and a construct that was moved or renamed takes it over if it keeps that stack name`
    : isOurs ? `if it was renamed, keep its name with environmentName: '${holder.environmentName}'; else ${removal}` : removal;
  return new Error(`account ${accountId} is leased to environment '${holder.environmentName}' (stack '${stackNameOf(holder)}'), so environment `
    + `'${environmentName}' cannot have its pipeline there: one account has one pipeline; ${wayOut}`);
}
