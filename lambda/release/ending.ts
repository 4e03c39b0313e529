import { ReleaseFailedError } from './errors';
import type { ReleaseParts } from './ports';
import type { SideName } from '../../src/blue-green/contract';
import { RELEASE_STEPS } from '../../src/blue-green/release/contract';
import type { ReleaseConfig, ReleaseStep } from '../../src/blue-green/release/contract';
import { CHANGES } from '../../src/history/contract';
import type { HistoryEntry } from '../../src/history/contract';
import { METRICS } from '../../src/private/contract';
import { environmentKey } from '../registry/environment';
import type { EnvironmentRecord } from '../registry/environment';
import { haltOf } from '../registry/halt';
import type { Versioned } from '../registry/registry';
import { canRollBack, newRelease, releaseKey } from '../registry/release';
import type { CurrentRelease, EndedRelease, ReleaseIdentity, ReleaseRecord } from '../registry/release';
import { count } from '../shared/count';

/** The record of a release in progress. */
export type ReleaseInProgress = Versioned<ReleaseRecord> & { readonly current: CurrentRelease };

type Ended = ReleaseInProgress & { readonly last: EndedRelease };

/** Ends releases: the lock ends, or passes to the release that waits. */
export class Ending {
  public constructor(
    private readonly environmentName: string,
    private readonly config: ReleaseConfig,
    private readonly parts: ReleaseParts,
  ) {}

  /** The active side and the lock change in one transaction. */
  public async succeeded(
    record: ReleaseInProgress, active: SideName, environment: Versioned<EnvironmentRecord> | undefined,
  ): Promise<void> {
    const { registry } = this.parts;
    const { deployed, current, current: { head, requested, commitId } } = record;
    const key = environmentKey(this.environmentName);
    if (!environment) throw new ReleaseFailedError(`environment '${this.environmentName}' was removed`);
    const { version, ...rest } = environment;
    const last: EndedRelease = { ...this.endOf(current), heldUntil: this.heldFromNow(), outcome: 'succeeded' };
    await this.recordEnd(last);
    const { hasStrayTraffic, ...kept } = record;
    const next = {
      ...kept,
      ...(head !== undefined && { deployed: { ...deployed, [active]: { head, requested, commitId } } }),
      last,
    };
    const successor = await this.successor(next, active);
    await registry.transaction(async () => {
      await registry.write<EnvironmentRecord>(key, { ...rest, active }, version);
      await this.end(next, successor);
    });
  }

  public async failed(record: ReleaseInProgress, outcome: 'returned' | 'stuck', failure: string): Promise<void> {
    const { current, last: earlier, change } = record;
    const hasMoved = change !== undefined && (isAtLeast(current.step, 'shift') || current.isTakenOver === true);
    const heldUntil = Math.max(hasMoved ? this.heldFromNow() : 0, earlier?.heldUntil ?? 0);
    const isUntouched = current.kind === 'release' && current.head === undefined && !current.isTakenOver
      && canRollBack(earlier, current.from);
    const last: EndedRelease = {
      ...this.endOf(current), heldUntil, outcome, failure, ...(isUntouched && { isUntouched }),
    };
    await this.recordEnd(last);
    if (outcome === 'stuck') count(METRICS.stuckReleases, 1);
    // a first release that failed has left no side that serves: the next one is the first again
    const { change: stray, ...withoutChange } = record;
    const kept = current.isFirst ? { ...withoutChange, ...(stray && { hasStrayTraffic: true as const }) } : record;
    const next = { ...kept, last };
    await this.end(next, await this.successor(next, current.from));
  }

  /** The release that has waited begins with the end of this one; nothing begins when a person must look first. */
  private async successor({ pending, deployed, last }: Ended, from: SideName): Promise<CurrentRelease | undefined> {
    const { registry, source, newId, now } = this.parts;
    const { repository: { repositoryName }, autoReleaseBranch } = this.config;
    if (!pending || pending.requested !== autoReleaseBranch || last.outcome === 'stuck') return undefined;
    if (await haltOf(registry, this.environmentName)) return undefined;
    const head = deployed?.[from]?.head;
    if (head !== undefined && (await source.contains(repositoryName, head, pending.commitId))) return undefined;
    const to = from === 'blue' ? 'green' : 'blue';
    const current = newRelease({ ...pending, kind: 'release', from, to }, newId(), now());
    await this.record(current, { change: CHANGES.release, outcome: 'succeeded' });
    return { ...current, isSuccessor: true };
  }

  /** Before the lock ends, so that it is recorded also after a crash; a repeated step may record it twice. */
  private async recordEnd(release: EndedRelease): Promise<void> {
    const { outcome, failure } = release;
    await this.record(release, {
      change: CHANGES.releaseEnd,
      outcome: outcome === 'succeeded' ? 'succeeded' : 'failed',
      ...(failure !== undefined && { reason: failure }),
    });
  }

  private async record(
    { releaseId, by, commitId, to }: ReleaseIdentity, change: Pick<HistoryEntry, 'change' | 'outcome' | 'reason'>,
  ): Promise<void> {
    await this.parts.history.record({
      ...change,
      at: new Date(this.parts.now()).toISOString(),
      by,
      requestId: releaseId,
      environmentName: this.environmentName,
      subject: `side ${to}`,
      commitId,
    });
  }

  private async end(record: Ended, successor: CurrentRelease | undefined): Promise<void> {
    const { version, pending, current, ...rest } = record;
    const next = { ...rest, ...(successor && { current: successor }) };
    await this.parts.registry.write<ReleaseRecord>(releaseKey(this.environmentName), next, version);
  }

  private endOf(current: CurrentRelease) {
    const { releaseId, kind, by, startedAt, requested, commitId, from, to, isFirst } = current;
    const identity = { releaseId, kind, by, startedAt, requested, commitId, from, to, ...(isFirst && { isFirst }) };
    return { ...identity, endedAt: this.parts.now() };
  }

  /** Until when clients may reach a side that has traffic until now, in milliseconds since 1970. */
  private heldFromNow(): number {
    return this.parts.now() + this.config.holdSeconds * 1000;
  }
}

function isAtLeast(step: ReleaseStep, other: ReleaseStep): boolean {
  return RELEASE_STEPS.indexOf(step) >= RELEASE_STEPS.indexOf(other);
}
