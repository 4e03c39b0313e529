import { APPLICATIONS_ARE_DELETED } from './errors';
import type { PipelineRequest } from '../../src/pipeline/contract';
import type { EnvironmentPipeline, EnvironmentRecord } from '../registry/environment';
import { changePipeline, environmentKey, ONLY_SIDE, pipelinesIn } from '../registry/environment';
import { leaseKey, releaseLease } from '../registry/lease';
import type { LeaseHolder, LeaseRecord } from '../registry/lease';
import { stackNameOf } from '../registry/owners';
import { accountIn, environmentIn, pipelineKey } from '../registry/pipeline';
import type { PoolLease } from '../registry/pool-state';
import type { Registry, Versioned } from '../registry/registry';
import type { Deferral } from '../registry/stack';
import type { Owner } from '../shared/lifecycle';

interface Acquired {
  /** Grows with every new holder of the account. */
  readonly fence: number;
  /** The other pipelines of the environment, without those that remain in former accounts. */
  readonly others: readonly EnvironmentPipeline[];
  /** When the stack of the pipeline was created, in milliseconds since 1970, if it has the account already. */
  readonly createdAt?: number;
}

/** Longer than the hour for which CloudFormation waits for a resource. */
const LEASE_MILLISECONDS = 65 * 60_000;

/** The records of environments with their pipelines, and the leases of accounts: an account has one pipeline. */
export class Environments {
  public constructor(
    private readonly registry: Registry,
    private readonly now: () => number,
  ) {}

  /**
   * Acquires or keeps the lease of an account for a pipeline of an environment. Call it within a transaction.
   *
   * @param place whether the pipeline becomes the current one of its side, or is a former one
   */
  public async acquire(
    owner: Owner,
    request: PipelineRequest,
    place: 'current' | 'former' = 'current',
  ): Promise<Acquired> {
    const {
      accountId,
      environment: { environmentName },
    } = request;
    const key = pipelineKey(request);
    const lease = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    const environment = await this.registry.read<EnvironmentRecord>(environmentKey(environmentName));
    if (environment && (await this.isHeldByAnotherStack(environment, owner))) throw nameTaken(environment, request);
    if (lease?.pool && lease.pool.state !== 'leased') throw notLeased(accountId, environmentName, lease.pool);
    const holder = lease?.holder;
    const isOurs = holder?.pipelineKey === key;
    if (holder && !isOurs) {
      if (!this.isExpired(holder)) {
        throw alreadyLeased(accountId, environmentName, owner, holder, await this.pipeline(holder.pipelineKey));
      }
      await this.removePipeline(holder.pipelineKey);
    }
    const fence = (lease?.fence ?? 0) + (isOurs ? 0 : 1);
    const isConfirmed = isOurs && holder.expiresAt === undefined;
    const age = isOurs && holder.createdAt !== undefined ? { createdAt: holder.createdAt } : {};
    const next: LeaseHolder = {
      environmentName,
      pipelineKey: key,
      stackId: owner.stackId,
      ...(!isConfirmed && { expiresAt: this.now() + LEASE_MILLISECONDS }),
      ...age,
    };
    const { version, ...before } = lease ?? {};
    await this.registry.write<LeaseRecord>(leaseKey(accountId), { ...before, fence, holder: next }, version);
    return { fence, ...age, others: await this.addPipeline(owner, request, environment, place) };
  }

  /** Gives an environment to the stack that declares it now, if it belongs to one of the former stacks. */
  public async takeOver(environmentName: string, stackId: string, formerStackIds: readonly string[]): Promise<void> {
    const record = await this.registry.read<EnvironmentRecord>(environmentKey(environmentName));
    if (!record || !formerStackIds.includes(record.stackId)) return;
    const { version, ...rest } = record;
    const sides = Object.entries(rest.sides).map(([name, { pipelines }]) =>
      [name, { pipelines: pipelines.map(pipeline => ({ ...pipeline, stackId })) }] as const);
    const next = { ...rest, stackId, sides: Object.fromEntries(sides) };
    await this.registry.write<EnvironmentRecord>(environmentKey(environmentName), next, version);
  }

  /**
   * Records a pipeline that exists, and whose records were lost, so that it is stopped and deleted like any other.
   * Nothing is recorded if its account or its name belongs to another environment since.
   */
  public async recover(owner: Owner, request: PipelineRequest): Promise<void> {
    const key = pipelineKey(request);
    const environment = await this.registry.read<EnvironmentRecord>(environmentKey(environmentIn(key)));
    if (environment && pipelinesIn(environment).some(({ pipelineKey: known }) => known === key)) return;
    const isTaken = await this.isLeasedToAnother(request.accountId, key);
    if (isTaken || (environment && (await this.isHeldByAnotherStack(environment, owner)))) return;
    await this.registry.transaction(async () => this.acquire(owner, request, 'former'));
  }

  /** @throws if the pipeline has lost the lease */
  public async check(
    { accountId, environment: { environmentName } }: PipelineRequest,
    key: string,
    fence: number,
  ): Promise<void> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    if (record?.holder?.pipelineKey === key && record.fence === fence) return;
    const holder = record?.holder
      ? ` and was acquired by environment '${record.holder.environmentName}' (stack '${stackNameOf(record.holder)}')`
      : '';
    throw new Error(
      `the lease of account ${accountId} for environment '${environmentName}' has expired${holder}, `
        + 'so the deployment stopped: deploy again when the account is released, or use another account',
    );
  }

  /** Whether a pipeline holds the lease of its account. The lease expires if the pipeline is never complete. */
  public async isHeld(key: string): Promise<boolean> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountIn(key)));
    return record?.holder?.pipelineKey === key && !this.isExpired(record.holder);
  }

  /** Whether a pipeline of a stack holds the lease of its account, or is recorded in its environment. */
  public async isKnown({ stackId }: Owner, key: string): Promise<boolean> {
    const lease = await this.registry.read<LeaseRecord>(leaseKey(accountIn(key)));
    const holder = lease?.holder?.pipelineKey === key ? lease.holder : await this.pipeline(key);
    return holder?.stackId === stackId;
  }

  /** When the pipeline that holds the lease of its account was created; undefined if that is not known. */
  public async createdAt(key: string): Promise<number | undefined> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountIn(key)));
    return record?.holder?.pipelineKey === key ? record.holder.createdAt : undefined;
  }

  /** Makes the lease of a complete pipeline permanent until it is released. */
  public async confirm(key: string, createdAt: number | undefined): Promise<void> {
    const record = await this.registry.read<LeaseRecord>(leaseKey(accountIn(key)));
    if (record?.holder?.pipelineKey !== key) return;
    const { version, holder: { expiresAt, ...holder }, ...rest } = record;
    if (expiresAt === undefined && holder.createdAt === createdAt) return;
    const next = { ...holder, ...createdAt !== undefined && { createdAt } };
    await this.registry.write<LeaseRecord>(leaseKey(accountIn(key)), { ...rest, holder: next }, version);
  }

  /**
   * Marks a pipeline as suspended. Only the first pipeline that takes its place resumes it; a removed one is never
   * resumed.
   */
  public async suspend(key: string, suspendedFor: string): Promise<void> {
    await this.change(key, pipeline =>
      pipeline.suspendedFor && suspendedFor !== key ? pipeline : { ...pipeline, suspendedFor },
    );
  }

  /** Records that a pipeline is not as requested, because its account cannot be reached. */
  public async defer(key: string, deferral: Deferral): Promise<void> {
    await this.change(key, pipeline => ({ ...pipeline, deferral }));
  }

  /** Records that a pipeline remains in its account although its deletion was requested. */
  public async leave(key: string): Promise<void> {
    await this.change(key, pipeline => ({ ...pipeline, suspendedFor: pipeline.suspendedFor ?? key, isLeftover: true }));
  }

  public async resume(key: string): Promise<void> {
    await this.change(key, ({ suspendedFor, ...pipeline }) => pipeline);
  }

  /** The record of a pipeline; undefined if it does not exist, or another one holds the lease of its account. */
  public async pipeline(key: string): Promise<EnvironmentPipeline | undefined> {
    return (await this.pipelines(key)).find(({ pipelineKey: other }) => other === key);
  }

  /** The other pipelines of the side of a pipeline, in its former or next accounts. */
  public async others(key: string): Promise<readonly EnvironmentPipeline[]> {
    const record = await this.registry.read<EnvironmentRecord>(environmentKey(environmentIn(key)));
    const side = Object.values(record?.sides ?? {}).find(({ pipelines }) =>
      pipelines.some(({ pipelineKey: other }) => other === key));
    return side?.pipelines.filter(({ pipelineKey: other }) => other !== key) ?? [];
  }

  /** Releases the lease of a pipeline, and removes the pipeline from its environment. */
  public async release(key: string): Promise<void> {
    await this.registry.transaction(async () => {
      await this.removePipeline(key);
      await releaseLease(this.registry, key);
    });
  }

  private async pipelines(key: string): Promise<readonly EnvironmentPipeline[]> {
    const record = await this.registry.read<EnvironmentRecord>(environmentKey(environmentIn(key)));
    return record ? pipelinesIn(record) : [];
  }

  /** Adds a pipeline to its side of its environment. Returns the other pipelines of the side. */
  private async addPipeline(
    { stackId }: Owner,
    request: PipelineRequest,
    record: Versioned<EnvironmentRecord> | undefined,
    place: 'current' | 'former',
  ): Promise<readonly EnvironmentPipeline[]> {
    const { accountId, region, environment } = request;
    const key = pipelineKey(request);
    const known = record?.stackId === stackId ? record.sides : {};
    const sideName = environment.side ?? ONLY_SIDE;
    const { suspendedFor } = Object.values(known).flatMap(({ pipelines }) => pipelines)
      .find(({ pipelineKey: other }) => other === key) ?? {};
    const pipeline: EnvironmentPipeline = {
      ...environment,
      pipelineKey: key,
      stackId,
      accountId,
      region,
      ...(suspendedFor && { suspendedFor }),
    };
    const rest = withoutPipeline(known, key);
    const others = rest[sideName]?.pipelines ?? [];
    const { environmentName } = environment;
    const next: EnvironmentRecord = {
      environmentName,
      stackId,
      active: activeSide(record, sideName),
      sides: {
        ...rest,
        [sideName]: { pipelines: place === 'current' ? [...others, pipeline] : [pipeline, ...others] },
      },
    };
    await this.registry.write<EnvironmentRecord>(environmentKey(environmentName), next, record?.version);
    return others.filter(({ isLeftover }) => !isLeftover);
  }

  private async isHeldByAnotherStack(environment: EnvironmentRecord, { stackId }: Owner): Promise<boolean> {
    if (environment.stackId === stackId) return false;
    const held = await Promise.all(pipelinesIn(environment).map(async ({ pipelineKey: key }) => this.isHeld(key)));
    return held.includes(true);
  }

  private async isLeasedToAnother(accountId: string, key: string): Promise<boolean> {
    const lease = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    return lease?.holder !== undefined && lease.holder.pipelineKey !== key;
  }

  private async removePipeline(key: string): Promise<void> {
    await this.change(key, () => undefined);
  }

  private async change(
    key: string,
    change: (pipeline: EnvironmentPipeline) => EnvironmentPipeline | undefined,
  ): Promise<void> {
    await changePipeline(this.registry, key, change);
  }

  private isExpired({ expiresAt }: LeaseHolder): boolean {
    return expiresAt !== undefined && expiresAt <= this.now();
  }
}

/** The sides without a pipeline; a side without pipelines is removed. */
function withoutPipeline(sides: EnvironmentRecord['sides'], key: string): EnvironmentRecord['sides'] {
  const left = Object.entries(sides).map(([name, { pipelines }]) =>
    [name, { pipelines: pipelines.filter(({ pipelineKey: other }) => other !== key) }] as const);
  return Object.fromEntries(left.filter(([, { pipelines }]) => pipelines.length > 0));
}

/** Releases decide which side is active. Until the first one, it is the one that was declared first. */
function activeSide(record: EnvironmentRecord | undefined, added: string): string {
  const known = record?.active;
  if (added === ONLY_SIDE) return ONLY_SIDE;
  return known === undefined || known === ONLY_SIDE ? added : known;
}

function nameTaken(record: EnvironmentRecord, { environment: { environmentName } }: PipelineRequest): Error {
  const isLeftover = pipelinesIn(record).every(pipeline => pipeline.isLeftover);
  const removal = `remove it there first${APPLICATIONS_ARE_DELETED}`;
  return new Error(
    `environment '${environmentName}' belongs to stack '${stackNameOf(record)}' of the CICD account: `
      + `${isLeftover ? forget(environmentName) : removal}, or choose another environmentName`,
  );
}

function notLeased(accountId: string, environmentName: string, { poolName, state }: PoolLease): Error {
  return new Error(
    `account ${accountId} belongs to the account pool '${poolName}' and is not leased (it is ${state}), so environment `
      + `'${environmentName}' cannot have a pipeline there: use an Account with this pool, which leases an account`,
  );
}

function forget(environmentName: string): string {
  return `it was removed but not deleted; to leave it in its account, run: org-environments forget ${environmentName}`;
}

function alreadyLeased(
  accountId: string,
  environmentName: string,
  owner: Owner,
  holder: LeaseHolder,
  pipeline: EnvironmentPipeline | undefined,
): Error {
  const isOurs = holder.stackId === owner.stackId && !pipeline?.isLeftover;
  const applications = pipeline?.applications === 'keep' ? '' : APPLICATIONS_ARE_DELETED;
  const removal = `remove that environment first${applications}`;
  const advice = isOurs
    ? `if it was renamed, keep its name with environmentName: '${holder.environmentName}'; else ${removal}`
    : pipeline?.isLeftover ? forget(holder.environmentName) : removal;
  return new Error(
    `account ${accountId} is leased to environment '${holder.environmentName}' (stack '${stackNameOf(holder)}'), `
      + `so environment '${environmentName}' cannot have a pipeline there: an account has one pipeline; ${advice}, `
      + 'or use another account',
  );
}
