import { APPLICATIONS_GO } from './words';
import type { AccountStackRequest, LeaseRequest } from '../../src/stack/contract';
import { ENVIRONMENTS, accountOf, leaseKey, stackNameIn } from '../registry/lease';
import type { LeaseHolder, LeaseRecord } from '../registry/lease';
import { stackNameOf } from '../registry/owners';
import type { QueueMember, Registry } from '../registry/registry';
import type { Owner } from '../shared/lifecycle';

export type Leased = AccountStackRequest & { readonly lease: LeaseRequest };

interface Acquired {
  /** Grows with every new holder. */
  readonly fence: number;
  readonly elsewhere: readonly LeaseHolder[];
}

/** CloudFormation gives a resource up after an hour. */
const LEASE_MILLISECONDS = 65 * 60_000;

/** One account has one pipeline. */
export class Leases {
  public constructor(private readonly registry: Registry, private readonly now: () => number) {}

  /** Takes the account, or keeps it; answers the fence, and the pipelines that the environment has elsewhere. */
  public async acquire(stackKey: string, owner: Owner, { accountId, region, lease }: Leased): Promise<Acquired> {
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
      ...(ours?.restingFor && { restingFor: ours.restingFor }),
      ...(!settled && { expiresAt: this.now() + LEASE_MILLISECONDS }),
    };
    await this.registry.write<LeaseRecord>(leaseKey(accountId), { fence, holder: next }, record?.version);
    const members = await this.registry.enqueue(ENVIRONMENTS, stackKey, this.now());
    return { fence, elsewhere: await this.namesakes(next, members) };
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

  /** Marks the pipeline as one that must not run. Who has taken its place first gives it back, and nobody does once it goes itself. */
  public async rest(stackKey: string, restingFor: string): Promise<void> {
    await this.change(stackKey, holder => holder.restingFor && restingFor !== stackKey ? holder : { ...holder, restingFor });
  }

  public async wake(stackKey: string): Promise<void> {
    await this.change(stackKey, holder => holder.restingFor ? without(holder, 'restingFor') : holder);
  }

  /** What is known of the pipeline of a stack; nothing if the stack has none, or another holds its account. */
  public async holder(stackKey: string): Promise<LeaseHolder | undefined> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountOf(stackKey)));
    return record?.holder?.stackKey === stackKey ? record.holder : undefined;
  }

  /** The pipelines that the environment of this stack has in other accounts: it moves from there, or has moved to there. */
  public async elsewhere(stackKey: string): Promise<readonly LeaseHolder[]> {
    const holder = await this.holder(stackKey);
    return holder ? this.namesakes(holder, await this.registry.membersOf(ENVIRONMENTS)) : [];
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

  private async namesakes({ stackKey, stackId, environmentName }: LeaseHolder, members: readonly QueueMember[]): Promise<readonly LeaseHolder[]> {
    // the stack of a pipeline has the name of its environment, so few leases are read
    const others = members.map(({ member }) => member).filter(member => member !== stackKey && stackNameIn(member) === stackNameIn(stackKey));
    const holders = await Promise.all(others.map(async other => this.holder(other)));
    return holders.filter(holder => holder !== undefined).filter(holder => holder.stackId === stackId && holder.environmentName === environmentName);
  }

  private expired({ expiresAt }: LeaseHolder): boolean {
    return expiresAt !== undefined && expiresAt <= this.now();
  }
}

function without(holder: LeaseHolder, name: 'expiresAt' | 'restingFor'): LeaseHolder {
  const { [name]: removed, ...rest } = holder;
  return rest;
}

function leased(accountId: string, environmentName: string, owner: Owner, holder: LeaseHolder): Error {
  const isOurs = holder.stackId === owner.stackId;
  const applications = holder.applications === 'delete' ? APPLICATIONS_GO : '';
  const removal = `remove that environment first${applications}, or use another account`;
  const wayOut = isOurs && holder.environmentName === environmentName
    ? `its stack there is '${stackNameIn(holder.stackKey)}', and a construct that was moved or renamed takes it over if it keeps that stack name`
    : isOurs ? `if it was renamed, keep its name with environmentName: '${holder.environmentName}'; else ${removal}` : removal;
  return new Error(`account ${accountId} is leased to environment '${holder.environmentName}' (stack '${stackNameOf(holder)}'), so environment `
    + `'${environmentName}' cannot have its pipeline there: one account has one pipeline; ${wayOut}`);
}
