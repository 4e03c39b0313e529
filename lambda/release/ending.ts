import { ReleaseFailedError } from './errors';
import type { ReleaseParts } from './ports';
import type { SideName } from '../../src/blue-green/contract';
import type { ReleaseConfig } from '../../src/blue-green/release/contract';
import { CHANGES } from '../../src/history/contract';
import type { HistoryEntry } from '../../src/history/contract';
import { environmentKey } from '../registry/environment';
import type { EnvironmentRecord } from '../registry/environment';
import { haltOf } from '../registry/halt';
import type { Versioned } from '../registry/registry';
import { newRelease, releaseKey } from '../registry/release';
import type { CurrentRelease, EndedRelease, ReleaseIdentity, ReleaseRecord } from '../registry/release';

/** The record of a release in progress. */
export type ReleaseInProgress = Versioned<ReleaseRecord> & { readonly current: CurrentRelease };

/** Ends releases: the lock ends, or passes to the release that waits. */
export class Ending {
  public constructor(
    private readonly environmentName: string,
    private readonly config: ReleaseConfig,
    private readonly parts: ReleaseParts,
  ) {}

  /** The active side and the lock change in one transaction. */
  public async succeeded(record: ReleaseInProgress, active: SideName): Promise<void> {
    const { registry } = this.parts;
    const { change, heads, current, version: releaseVersion } = record;
    const key = environmentKey(this.environmentName);
    const environment = await registry.read<EnvironmentRecord>(key);
    if (!environment) throw new ReleaseFailedError(`environment '${this.environmentName}' was removed`);
    const { version, ...rest } = environment;
    const last: EndedRelease = { ...this.endOf(current, this.heldUntil(true)), outcome: 'succeeded' };
    await this.recordEnd(last);
    const deployed = current.head === undefined ? heads : { ...heads, [active]: current.head };
    const next = await this.next(record, last, active);
    await registry.transaction(async () => {
      await registry.write<EnvironmentRecord>(key, { ...rest, active }, version);
      const kept = { fence: record.fence, change, ...(deployed && { heads: deployed }) };
      await this.end({ ...next, ...kept, last }, releaseVersion);
    });
  }

  public async failed(record: ReleaseInProgress, outcome: 'returned' | 'stuck', failure: string): Promise<void> {
    const { current, fence, last: earlier, change, heads, version } = record;
    const heldUntil = Math.max(this.heldUntil(change !== undefined), earlier?.heldUntil ?? 0);
    const last = { ...this.endOf(current, heldUntil), outcome, failure };
    await this.recordEnd(last);
    // a first release that failed has left no side that serves: the next one is the first again
    const kept = { ...(change && !current.isFirst && { change }), ...(heads && { heads }) };
    await this.end({ ...(await this.next(record, last, current.from)), fence, ...kept, last }, version);
  }

  /** The release that has waited begins with the end of this one; nothing begins when a person must look first. */
  private async next(
    { pending }: ReleaseInProgress, { outcome, commitId }: EndedRelease, from: SideName,
  ): Promise<Pick<ReleaseRecord, 'current'>> {
    const { registry, newId, now } = this.parts;
    const isReleased = outcome === 'succeeded' && commitId === pending?.commitId;
    if (!pending || isReleased || outcome === 'stuck') return {};
    if (await haltOf(registry, this.environmentName)) return {};
    const to = from === 'blue' ? 'green' : 'blue';
    const current = newRelease({ ...pending, kind: 'release', from, to }, newId(), now());
    await this.record(current, { change: CHANGES.release, outcome: 'succeeded' });
    return { current: { ...current, isSuccessor: true } };
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

  private async end(after: Omit<ReleaseRecord, 'environmentName'>, version: number): Promise<void> {
    const { environmentName, parts: { registry } } = this;
    await registry.write<ReleaseRecord>(releaseKey(environmentName), { environmentName, ...after }, version);
  }

  private endOf(current: CurrentRelease, heldUntil: number) {
    const { releaseId, kind, by, startedAt, requested, commitId, from, to, isFirst } = current;
    const identity = { releaseId, kind, by, startedAt, requested, commitId, from, to, ...(isFirst && { isFirst }) };
    return { ...identity, endedAt: this.parts.now(), heldUntil };
  }

  /** Until when clients may reach the side without traffic, in milliseconds since 1970; 0 if no traffic has moved. */
  private heldUntil(hasMoved: boolean): number {
    return hasMoved ? this.parts.now() + this.config.holdSeconds * 1000 : 0;
  }
}
