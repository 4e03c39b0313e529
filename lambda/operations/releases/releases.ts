import {
  alreadyActive, anotherRelease, haltedBefore, lockHeld, noRollback, noSuchCommit, nothingToAbort, notBlueGreen,
  notWaiting, removed, unfinished,
} from './errors';
import { findBlueGreen } from './find';
import type { SideName } from '../../../src/blue-green/contract';
import type { ReleaseConfig } from '../../../src/blue-green/release/contract';
import type { EnvironmentPipeline, EnvironmentRecord } from '../../registry/environment';
import { haltOf } from '../../registry/halt';
import type { Registry, Versioned } from '../../registry/registry';
import { canRollBack, newRelease, releaseKey } from '../../registry/release';
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

type Approval = Omit<NonNullable<CurrentRelease['approval']>, 'by'>;

type Requested = Pick<CurrentRelease, 'kind' | 'by' | 'requested' | 'commitId' | 'from' | 'to'>;

/** A commit that has arrived on a branch. */
interface Push {
  readonly branchName: string;
  readonly commitId: string;
}

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
      if (await this.isActive(found, commitId)) {
        throw alreadyActive(environmentName, { requested, commitId }, from, found.record?.deployed?.[from]);
      }
      return this.start(environmentName, found, { kind: 'release', by, requested, commitId, from, to });
    });
  }

  /**
   * Starts the release of a commit that was pushed to the parent branch, or lets it wait for the end of the release in
   * progress: then only the last one is released. Undefined: there is nothing to release.
   */
  public async releasePush(environmentName: string, event: Push): Promise<CurrentRelease | undefined> {
    const { branchName, commitId } = event;
    return this.retry(async () => {
      const found = await this.find(environmentName);
      const { record, config, environment } = found;
      if (!(await this.isWanted(environmentName, found, event))) return undefined;
      const push = { by: `push to ${branchName}`, requested: branchName, commitId };
      if (record?.current && (await this.isHeld(config, environmentName, record.current))) {
        await this.wait(record, push);
        return undefined;
      }
      // an event may arrive twice
      if (record?.pushed === commitId || (await this.isActive(found, commitId))) return undefined;
      const { from, to } = sidesOf(environment);
      return this.start(environmentName, found, { ...push, kind: 'release', from, to }, commitId);
    });
  }

  /** Whether the environment releases a push: events can be old, and arrive in any order. */
  private async isWanted(environmentName: string, { config, isBeingRemoved }: Found, push: Push): Promise<boolean> {
    const { repository: { repositoryName }, autoReleaseBranch } = config;
    if (isBeingRemoved || autoReleaseBranch !== push.branchName) return false;
    if (await haltOf(this.parts.registry, environmentName)) return false;
    const head = await this.parts.hosts(config.repository).resolve(repositoryName, `refs/heads/${push.branchName}`);
    return head === push.commitId;
  }

  /** Makes a pushed commit the next one, in place of an earlier one. */
  private async wait({ version, ...record }: Versioned<ReleaseRecord>, push: PendingRelease): Promise<void> {
    const { pending, ...rest } = record;
    const isInProgress = record.current?.commitId === push.commitId;
    if (isInProgress ? !pending : record.pushed === push.commitId) return;
    const next = { ...rest, ...(!isInProgress && { pending: push }), pushed: push.commitId };
    await this.parts.registry.write<ReleaseRecord>(releaseKey(record.environmentName), next, version);
  }

  private async isHeld(
    { machineArn }: ReleaseConfig, environmentName: string, { releaseId }: CurrentRelease,
  ): Promise<boolean> {
    return this.parts.machine.start(machineArn, releaseId, environmentName);
  }

  private async isActive({ config: { repository }, environment, record }: Found, commitId: string): Promise<boolean> {
    const head = record?.deployed?.[sidesOf(environment).from]?.head;
    if (head === undefined) return false;
    const isContained = await this.parts.hosts(repository).contains(repository.repositoryName, head, commitId);
    // a commit that is that far behind was released long ago
    return Boolean(isContained);
  }

  /** Starts the way back to the side that served before the last release. */
  public async rollback(environmentName: string, by: string): Promise<CurrentRelease> {
    return this.retry(async () => {
      const found = await this.find(environmentName);
      const { from, to, idle } = sidesOf(found.environment);
      const { last, current } = found.record ?? {};
      if (current) await this.rejectUnfinished(environmentName, found.config, current);
      if (!canRollBack(last, from)) throw noRollback(environmentName, last);
      const { requested, commitId } = found.record?.deployed?.[to] ?? await this.headOf(found.config, idle);
      return this.start(environmentName, found, { kind: 'rollback', by, requested, commitId, from, to });
    });
  }

  private async headOf({ repository }: ReleaseConfig, { branchName }: EnvironmentPipeline) {
    const commitId = await this.parts.hosts(repository).resolve(repository.repositoryName, branchName) ?? '';
    return { requested: commitId, commitId };
  }

  /** A release that has started may have changed the side that served before, even if its machine has ended. */
  private async rejectUnfinished(environmentName: string, config: ReleaseConfig, current: CurrentRelease) {
    const isHeld = await this.isHeld(config, environmentName, current);
    throw isHeld ? lockHeld(environmentName, current) : unfinished(environmentName, current);
  }

  /** Lets the current release return the traffic. */
  public async abort(
    environmentName: string,
    by: string,
    { reason, releaseId }: { readonly reason: string; readonly releaseId?: string },
  ): Promise<CurrentRelease> {
    const { now } = this.parts;
    return this.decide(environmentName, releaseId, current => (
      current.failure === undefined ? { failure: `aborted by ${by}: ${reason}`, since: now() } : {}
    ));
  }

  public async approve(
    environmentName: string,
    by: string,
    { isApproved, reason, releaseId }: Approval & { readonly releaseId?: string },
  ): Promise<CurrentRelease> {
    return this.decide(environmentName, releaseId, current => {
      if (current.step !== 'approve' || current.failure !== undefined) throw notWaiting(environmentName, current);
      return { approval: { by, isApproved, ...(reason !== undefined && { reason }) } };
    });
  }

  /** @param releaseId the release that the person means; absent: the one in progress */
  private async decide(
    environmentName: string,
    releaseId: string | undefined,
    change: (current: CurrentRelease) => Partial<CurrentRelease>,
  ): Promise<CurrentRelease> {
    return this.retry(async () => {
      const { record, config } = await this.find(environmentName);
      if (!record?.current) throw nothingToAbort(environmentName, record?.last);
      const isMeant = releaseId === undefined || releaseId === record.current.releaseId;
      if (!isMeant) throw anotherRelease(environmentName, releaseId, record.current);
      const { version, ...rest } = record;
      const current = { ...record.current, ...change(record.current) };
      await this.parts.registry.write<ReleaseRecord>(releaseKey(environmentName), { ...rest, current }, version);
      // a release whose machine has ended needs another one to take the traffic back
      await this.continueIfEnded(environmentName, config, current);
      return current;
    });
  }

  /** A release whose execution has ended is continued by another one, under a new id. */
  private async continueIfEnded(environmentName: string, config: ReleaseConfig, current: CurrentRelease) {
    if (await this.isHeld(config, environmentName, current)) return;
    await this.takeOver(environmentName, config.machineArn, current);
  }

  private async takeOver(environmentName: string, machineArn: string, current: CurrentRelease): Promise<void> {
    const { registry, machine, newId, now } = this.parts;
    const record = await registry.read<ReleaseRecord>(releaseKey(environmentName));
    if (record?.current?.releaseId !== current.releaseId) return;
    const { version, ...rest } = record;
    const releaseId = newId();
    // the way back begins again, with all of its time
    const { isReturning, ...kept } = record.current;
    const next = { ...rest, current: { ...kept, releaseId, since: now() } };
    await registry.write<ReleaseRecord>(releaseKey(environmentName), next, version);
    await machine.start(machineArn, releaseId, environmentName);
  }

  /**
   * Takes the lock, and starts the machine.
   *
   * @param pushed the commit, if a push and not a person starts the release
   */
  private async start(
    environmentName: string, found: Found, requested: Requested, pushed?: string,
  ): Promise<CurrentRelease> {
    const { registry, machine, now, newId } = this.parts;
    const { record, config, isBeingRemoved } = found;
    if (isBeingRemoved) throw removed(environmentName);
    const halt = await haltOf(registry, environmentName);
    if (halt) throw haltedBefore(environmentName, halt);
    const { version, ...rest } = record ?? { version: undefined, fence: 0 };
    const { current: left, last } = record ?? {};
    if (left && (await this.isHeld(config, environmentName, left))) throw lockHeld(environmentName, left);
    const isStuck = last?.outcome === 'stuck';
    const current: CurrentRelease = {
      ...newRelease(requested, newId(), now()),
      ...((left || isStuck) && { isTakenOver: true }),
      ...((left ? left.isFirst : isStuck && last.isFirst) && { isFirst: true }),
    };
    const next: ReleaseRecord = { ...rest, environmentName, current, ...(pushed !== undefined && { pushed }) };
    await registry.write<ReleaseRecord>(releaseKey(environmentName), next, version);
    await machine.start(config.machineArn, current.releaseId, environmentName);
    return current;
  }

  private async find(environmentName: string): Promise<Found> {
    const { registry } = this.parts;
    const { blueGreen, environment } = await findBlueGreen(registry, environmentName);
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
  if ((from !== 'blue' && from !== 'green') || !idle || !sides[from]) throw notBlueGreen(environmentName);
  return { from, to, idle };
}
