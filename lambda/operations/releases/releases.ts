import {
  alreadyActive, haltedBefore, lockHeld, noRollback, noSuchCommit, nothingToAbort, notBlueGreen, notWaiting, removed,
  unfinished,
} from './errors';
import type { SideName } from '../../../src/blue-green/contract';
import type { ReleaseConfig } from '../../../src/blue-green/release/contract';
import { blueGreenKey } from '../../registry/blue-green';
import type { BlueGreenRecord } from '../../registry/blue-green';
import { environmentKey } from '../../registry/environment';
import type { EnvironmentPipeline, EnvironmentRecord } from '../../registry/environment';
import { haltOf } from '../../registry/halt';
import type { Registry, Versioned } from '../../registry/registry';
import { newRelease, releaseKey } from '../../registry/release';
import type { CurrentRelease, PendingRelease, ReleaseRecord } from '../../registry/release';
import { isNamed } from '../../shared/errors';
import type { ReleaseMachine } from '../../shared/release-machine';
import type { Hosts } from '../../sources/hosts';

interface ReleasesParts {
  readonly registry: Registry;
  readonly hosts: Hosts<'resolve' | 'contains'>;
  readonly machine: ReleaseMachine;
  readonly now: () => number;
  readonly newId: () => string;
}

interface Found {
  readonly config: ReleaseConfig;
  readonly environment: EnvironmentRecord;
  readonly record: Versioned<ReleaseRecord> | undefined;
  readonly isBeingRemoved: boolean;
}

type Requested = Pick<CurrentRelease, 'kind' | 'by' | 'requested' | 'commitId' | 'from' | 'to'>;

const ATTEMPTS = 5;

/** Starts releases, and takes the decisions of people about them. */
export class Releases {
  public constructor(private readonly parts: ReleasesParts) {}

  /**
   * Starts the release of a commit to the idle side.
   *
   * @param requested a commit id, a branch or a tag
   */
  public async release(environmentName: string, requested: string, by: string): Promise<CurrentRelease> {
    return this.retry(async () => {
      const found = await this.find(environmentName);
      const { config: { repository }, environment } = found;
      const { from, to } = sidesOf(environment);
      const { repositoryName } = repository;
      const commitId = await this.parts.hosts(repository).resolve(repositoryName, requested);
      if (commitId === undefined) throw noSuchCommit(requested, repositoryName);
      if (await this.isActive(found, commitId)) throw alreadyActive(environmentName, requested, commitId, from);
      return this.start(environmentName, found, { kind: 'release', by, requested, commitId, from, to });
    });
  }

  /**
   * Starts the release of a commit that was pushed to the parent branch, or lets it wait for the end of the release in
   * progress: then only the last one is released. Undefined: there is nothing to release.
   */
  public async releasePush(environmentName: string, push: PendingRelease): Promise<CurrentRelease | undefined> {
    const { registry, machine } = this.parts;
    return this.retry(async () => {
      const found = await this.find(environmentName);
      const { record, config, environment, isBeingRemoved } = found;
      if (isBeingRemoved || (await haltOf(registry, environmentName))) return undefined;
      const { current } = record ?? {};
      if (record && current && (await machine.isRunning(config.machineArn, current.releaseId))) {
        if (current.commitId === push.commitId) return undefined;
        const { version, ...rest } = record;
        await registry.write<ReleaseRecord>(releaseKey(environmentName), { ...rest, pending: push }, version);
        return undefined;
      }
      if (await this.isActive(found, push.commitId)) return undefined;
      const { from, to } = sidesOf(environment);
      return this.start(environmentName, found, { ...push, kind: 'release', from, to });
    });
  }

  private async isActive({ config: { repository }, environment, record }: Found, commitId: string): Promise<boolean> {
    const deployed = record?.heads?.[sidesOf(environment).from];
    if (deployed === undefined) return false;
    return (await this.parts.hosts(repository).contains(repository.repositoryName, deployed, commitId)) ?? false;
  }

  /** Starts the way back to the side that served before the last release. */
  public async rollback(environmentName: string, by: string): Promise<CurrentRelease> {
    return this.retry(async () => {
      const found = await this.find(environmentName);
      const { from, to, idle } = sidesOf(found.environment);
      const { last, current } = found.record ?? {};
      if (current) await this.rejectUnfinished(environmentName, found.config, current);
      if (last?.outcome !== 'succeeded' || last.from !== to || last.isFirst) throw noRollback(environmentName, last);
      const { repository, repository: { repositoryName } } = found.config;
      const commitId = found.record?.heads?.[to]
        ?? (await this.parts.hosts(repository).resolve(repositoryName, idle.branchName)) ?? '';
      return this.start(environmentName, found, { kind: 'rollback', by, requested: commitId, commitId, from, to });
    });
  }

  /** A release that has begun may have changed the side that served before, even if its machine has ended. */
  private async rejectUnfinished(environmentName: string, { machineArn }: ReleaseConfig, current: CurrentRelease) {
    const isRunning = await this.parts.machine.isRunning(machineArn, current.releaseId);
    throw isRunning ? lockHeld(environmentName, current) : unfinished(environmentName, current);
  }

  /** Lets the current release return the traffic. */
  public async abort(environmentName: string, by: string, reason: string): Promise<CurrentRelease> {
    return this.decide(environmentName, current => (
      { failure: current.failure ?? `aborted by ${by}: ${reason}` }
    ));
  }

  public async approve(
    environmentName: string, by: string, isApproved: boolean, reason?: string,
  ): Promise<CurrentRelease> {
    return this.decide(environmentName, current => {
      if (current.step !== 'approve' || current.failure !== undefined) throw notWaiting(environmentName, current);
      return { approval: { by, isApproved, ...(reason !== undefined && { reason }) } };
    });
  }

  private async decide(
    environmentName: string, change: (current: CurrentRelease) => Partial<CurrentRelease>,
  ): Promise<CurrentRelease> {
    return this.retry(async () => {
      const { record, config } = await this.find(environmentName);
      if (!record?.current) throw nothingToAbort(environmentName, record?.last);
      const { version, ...rest } = record;
      const current = { ...record.current, ...change(record.current) };
      await this.parts.registry.write<ReleaseRecord>(releaseKey(environmentName), { ...rest, current }, version);
      // a release whose machine has ended needs another one to take the traffic back
      await this.continueIfEnded(environmentName, config, current);
      return current;
    });
  }

  private async continueIfEnded(environmentName: string, { machineArn }: ReleaseConfig, current: CurrentRelease) {
    const { machine } = this.parts;
    if (await machine.isRunning(machineArn, current.releaseId)) return;
    await this.takeOver(environmentName, machineArn, current);
  }

  /** Another execution continues the release under a new id. */
  private async takeOver(environmentName: string, machineArn: string, current: CurrentRelease): Promise<void> {
    const { registry, machine, newId } = this.parts;
    const record = await registry.read<ReleaseRecord>(releaseKey(environmentName));
    if (record?.current?.releaseId !== current.releaseId) return;
    const { version, ...rest } = record;
    const releaseId = newId();
    const next = { ...rest, current: { ...record.current, releaseId } };
    await registry.write<ReleaseRecord>(releaseKey(environmentName), next, version);
    await machine.start(machineArn, releaseId, environmentName);
  }

  /** Takes the lock, and starts the machine. */
  private async start(environmentName: string, found: Found, requested: Requested): Promise<CurrentRelease> {
    const { registry, machine, now, newId } = this.parts;
    const { record, config: { machineArn }, isBeingRemoved } = found;
    if (isBeingRemoved) throw removed(environmentName);
    const halt = await haltOf(registry, environmentName);
    if (halt) throw haltedBefore(environmentName, halt);
    const isHeld = record?.current && (await machine.isRunning(machineArn, record.current.releaseId));
    if (record?.current && isHeld) throw lockHeld(environmentName, record.current);
    const current: CurrentRelease = {
      ...newRelease(requested, newId(), now()),
      ...((record?.current || record?.last?.outcome === 'stuck') && { isTakenOver: true }),
      ...(record?.current?.isFirst && { isFirst: true }),
    };
    const next: ReleaseRecord = {
      environmentName,
      fence: record?.fence ?? 0,
      ...(record?.change && { change: record.change }),
      ...(record?.heads && { heads: record.heads }),
      current,
      ...(record?.last && { last: record.last }),
    };
    await registry.write<ReleaseRecord>(releaseKey(environmentName), next, record?.version);
    await machine.start(machineArn, current.releaseId, environmentName);
    return current;
  }

  private async find(environmentName: string): Promise<Found> {
    const { registry } = this.parts;
    const blueGreen = await registry.read<BlueGreenRecord>(blueGreenKey(environmentName));
    const environment = await registry.read<EnvironmentRecord>(environmentKey(environmentName));
    if (!blueGreen || !environment) throw notBlueGreen(environmentName, environment !== undefined);
    const record = await registry.read<ReleaseRecord>(releaseKey(environmentName));
    const isBeingRemoved = blueGreen.removalRequestedAt !== undefined;
    return { config: blueGreen.config, environment, record, isBeingRemoved };
  }

  /** Retries when a concurrent request or the release itself has changed the record. */
  private async retry<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (let count = 1; ; count++) {
      try {
        return await attempt();
      } catch (error) {
        if (count === ATTEMPTS || !isNamed(error, 'RecordChangedError')) throw error;
      }
    }
  }
}

interface Sides {
  readonly from: SideName;
  readonly to: SideName;
  /** The pipeline of the idle side. */
  readonly idle: EnvironmentPipeline;
}

/** @throws if a side has no pipeline yet */
function sidesOf({ environmentName, active: from, sides }: EnvironmentRecord): Sides {
  const to = from === 'blue' ? 'green' : 'blue';
  const idle = sides[to]?.pipelines.at(-1);
  if ((from !== 'blue' && from !== 'green') || !idle || !sides[from]) throw notBlueGreen(environmentName, true);
  return { from, to, idle };
}
