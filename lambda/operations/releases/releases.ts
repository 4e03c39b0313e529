import {
  alreadyActive, haltedBefore, lockHeld, noRollback, noSuchCommit, nothingToAbort, notBlueGreen, notWaiting,
} from './errors';
import type { SideName } from '../../../src/blue-green/contract';
import type { ReleaseConfig } from '../../../src/blue-green/release/contract';
import { blueGreenKey } from '../../registry/blue-green';
import type { BlueGreenRecord } from '../../registry/blue-green';
import { environmentKey } from '../../registry/environment';
import type { EnvironmentPipeline, EnvironmentRecord } from '../../registry/environment';
import { haltOf } from '../../registry/halt';
import type { Registry, Versioned } from '../../registry/registry';
import { releaseKey } from '../../registry/release';
import type { CurrentRelease, ReleaseRecord } from '../../registry/release';
import { isNamed } from '../../shared/errors';
import type { Hosts } from '../../sources/hosts';

/** The executions of the state machine that makes releases. */
export interface ReleaseMachine {
  /** Starts an execution; a second start with the same name does nothing. */
  start(machineArn: string, releaseId: string, environmentName: string): Promise<void>;
  isRunning(machineArn: string, releaseId: string): Promise<boolean>;
}

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
      const { from, to, active } = sidesOf(environment);
      const [host, { repositoryName }] = [this.parts.hosts(repository), repository];
      const commitId = await host.resolve(repositoryName, requested);
      if (commitId === undefined) throw noSuchCommit(requested, repositoryName);
      const isActive = found.record?.change !== undefined
        && await host.contains(repositoryName, active.branchName, commitId);
      if (isActive) throw alreadyActive(environmentName, requested, commitId, from);
      return this.start(environmentName, found, { kind: 'release', by, requested, commitId, from, to });
    });
  }

  /** Starts the way back to the side that served before the last release. */
  public async rollback(environmentName: string, by: string): Promise<CurrentRelease> {
    return this.retry(async () => {
      const found = await this.find(environmentName);
      const { from, to } = sidesOf(found.environment);
      const last = found.record?.last;
      if (last?.outcome !== 'succeeded' || last.from !== to || last.isFirst) throw noRollback(environmentName, last);
      const { commitId } = last;
      return this.start(environmentName, found, { kind: 'rollback', by, requested: commitId, commitId, from, to });
    });
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
      await this.continueIfDead(environmentName, config, current);
      return current;
    });
  }

  private async continueIfDead(environmentName: string, { machineArn }: ReleaseConfig, current: CurrentRelease) {
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
    const { record, config: { machineArn } } = found;
    const halt = await haltOf(registry, environmentName);
    if (halt) throw haltedBefore(environmentName, halt);
    const isHeld = record?.current && (await machine.isRunning(machineArn, record.current.releaseId));
    if (record?.current && isHeld) throw lockHeld(environmentName, record.current);
    const current: CurrentRelease = {
      ...requested,
      releaseId: newId(),
      startedAt: now(),
      step: 'repair',
      since: now(),
      position: 0,
      goodChecks: 0,
      ...((record?.current || record?.last?.outcome === 'stuck') && { isTakenOver: true }),
      ...(record?.current?.isFirst && { isFirst: true }),
    };
    const next: ReleaseRecord = {
      environmentName,
      fence: record?.fence ?? 0,
      ...(record?.change && { change: record.change }),
      current,
      ...(record?.last && { last: record.last }),
    };
    await registry.write<ReleaseRecord>(releaseKey(environmentName), next, record?.version);
    await machine.start(machineArn, current.releaseId, environmentName);
    return current;
  }

  private async find(environmentName: string): Promise<Found> {
    const { registry } = this.parts;
    await registry.prefetch([blueGreenKey, environmentKey, releaseKey].map(keyOf => keyOf(environmentName)));
    const blueGreen = await registry.read<BlueGreenRecord>(blueGreenKey(environmentName));
    const environment = await registry.read<EnvironmentRecord>(environmentKey(environmentName));
    if (!blueGreen || !environment) throw notBlueGreen(environmentName, environment !== undefined);
    const record = await registry.read<ReleaseRecord>(releaseKey(environmentName));
    return { config: blueGreen.config, environment, record };
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
  readonly active: EnvironmentPipeline;
}

/** @throws if a side has no pipeline yet */
function sidesOf({ environmentName, active: from, sides }: EnvironmentRecord): Sides {
  const to = from === 'blue' ? 'green' : 'blue';
  const active = sides[from]?.pipelines.at(-1);
  if ((from !== 'blue' && from !== 'green') || !active || !sides[to]) throw notBlueGreen(environmentName, true);
  return { from, to, active };
}
