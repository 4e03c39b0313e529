import type { ReleaseParts } from './ports';
import { SIDES } from '../../src/blue-green/contract';
import type { SideName } from '../../src/blue-green/contract';
import type { ReleaseConfig, TrafficDifference, TrafficFinding } from '../../src/blue-green/release/contract';
import type { EnvironmentRecord } from '../registry/environment';
import type { Versioned } from '../registry/registry';
import { releaseKey } from '../registry/release';
import type { ReleaseRecord, TrafficChange } from '../registry/release';
import { inText, isSame } from '../traffic/changes';
import { TrafficTakenError } from '../traffic/traffic';
import type { TrafficReading } from '../traffic/traffic';

type Parts = Pick<ReleaseParts, 'registry' | 'traffic' | 'now'>;
type Release = Versioned<ReleaseRecord> | undefined;

/** Compares what divides the traffic with the last change that a release has made, while no release is in progress. */
export class TrafficComparison {
  private readonly name: string;

  public constructor(
    private readonly environment: Pick<EnvironmentRecord, 'environmentName' | 'active'>,
    private readonly config: Pick<ReleaseConfig, 'inEffectSeconds' | 'holdSeconds'>,
    private readonly parts: Parts,
  ) {
    this.name = `blue/green environment '${environment.environmentName}'`;
  }

  public async check(): Promise<TrafficFinding> {
    const release = await this.release();
    if (isUnsettled(release)) return {};
    const found = await this.read(release?.change);
    if (!release?.change) return this.unrecorded(found);
    const difference = this.difference(release.change, found);
    return difference ? { difference } : {};
  }

  /** Repairs what a check has found. It may be repeated after each of its calls. */
  public async repair(): Promise<void> {
    const release = await this.release();
    if (isUnsettled(release)) return;
    const found = await this.read(release?.change);
    if (!release?.change) return this.recordChange(release, found);
    if (this.difference(release.change, found)) await this.setAgain({ ...release, change: release.change }, found);
  }

  private async read(change: TrafficChange | undefined): Promise<TrafficReading | TrafficTakenError> {
    try {
      return await this.parts.traffic.read(change?.changeId);
    } catch (error) {
      if (error instanceof TrafficTakenError) return error;
      throw error;
    }
  }

  private difference(
    { shares, fence }: TrafficChange, found: TrafficReading | TrafficTakenError,
  ): TrafficDifference | undefined {
    const remedy = `it is set to ${inText(shares)} again`;
    if (found instanceof TrafficTakenError) {
      const what = `the traffic of ${this.name} was changed by hand: ${found.message}`;
      return found.isReplaceable
        ? { what, remedy, isRepairable: true }
        : { what, remedy: 'undo it, then check again', isRepairable: false };
    }
    const recorded = `but the last release or rollback has set it to ${inText(shares)}`;
    if (!found.shares) {
      return { what: `nothing divides the traffic of ${this.name}, ${recorded}`, remedy, isRepairable: true };
    }
    if (!isSame(found.shares, shares)) {
      const what = `the traffic of ${this.name} is ${inText(found.shares)}, ${recorded}`;
      return { what, remedy, isRepairable: true };
    }
    if (found.fence === undefined || found.fence === fence) return undefined;
    const what = `the traffic of ${this.name} was set by hand: it has change ${found.fence}, but the last release or `
      + `rollback has made change ${fence}`;
    return { what, remedy, isRepairable: true };
  }

  /** Without a recorded change, the traffic says which side serves: the registry may have been lost. */
  private unrecorded(found: TrafficReading | TrafficTakenError): TrafficFinding {
    if (found instanceof TrafficTakenError) {
      const what = `the traffic of ${this.name} is not from a release: ${found.message}`;
      return { difference: { what, remedy: 'do this before the next release', isRepairable: false } };
    }
    const serving = servingSide(found);
    if (serving === undefined) return {};
    if (!this.isLost(found, serving)) return { serving };
    const what = `side ${serving} of ${this.name} has all traffic, but the registry has no record of a release`;
    return { serving, difference: { what, remedy: 'the change of the traffic is recorded again', isRepairable: true } };
  }

  /** Before the first release, the traffic may go to the side that is active by the declaration. */
  private isLost({ fence = 0 }: TrafficReading, serving: SideName): boolean {
    return fence > 0 || serving !== this.environment.active;
  }

  private async recordChange(release: Release, found: TrafficReading | TrafficTakenError): Promise<void> {
    if (found instanceof TrafficTakenError) return;
    const serving = servingSide(found);
    const { shares, fence: foundFence = 0 } = found;
    if (!shares || serving === undefined || !this.isLost(found, serving)) return;
    const now = this.parts.now();
    const fence = Math.max(release?.fence ?? 0, foundFence);
    await this.save(release, { fence, change: { shares, fence: foundFence, intendedAt: now, madeAt: now } });
  }

  /** With a new fence, saved before: a change of an earlier release that is still on its way is then obsolete. */
  private async setAgain(
    release: Versioned<ReleaseRecord> & { readonly change: TrafficChange }, found: TrafficReading | TrafficTakenError,
  ): Promise<void> {
    const { traffic, now } = this.parts;
    const foundFence = found instanceof TrafficTakenError ? 0 : found.fence ?? 0;
    const fence = Math.max(release.fence, foundFence) + 1;
    const change: TrafficChange = { shares: release.change.shares, fence, intendedAt: now() };
    const { last } = release;
    // clients may reach the other side for as long as after a release
    const heldUntil = now() + (this.config.inEffectSeconds + this.config.holdSeconds) * 1000;
    const held = last && { last: { ...last, heldUntil: Math.max(last.heldUntil, heldUntil) } };
    const intended = await this.save(release, { fence, change, ...held });
    const changeId = await traffic.replace(change.shares, fence);
    await this.save(intended, { change: { ...change, madeAt: now(), ...(changeId !== undefined && { changeId }) } });
  }

  private async release(): Promise<Release> {
    return this.parts.registry.read<ReleaseRecord>(releaseKey(this.environment.environmentName));
  }

  private async save(release: Release, changes: Partial<ReleaseRecord>): Promise<Versioned<ReleaseRecord>> {
    const { environmentName } = this.environment;
    const { version, ...before } = release ?? { version: undefined, environmentName, fence: 0 };
    const next: ReleaseRecord = { ...before, ...changes };
    return this.parts.registry.write<ReleaseRecord>(releaseKey(environmentName), next, version);
  }
}

/** Whether a release is in progress, or has not restored the traffic: then the next release does it. */
function isUnsettled(release: Release): boolean {
  const { current, hasStrayTraffic, last } = release ?? {};
  return current !== undefined || hasStrayTraffic === true || last?.outcome === 'stuck';
}

function servingSide({ shares }: TrafficReading): SideName | undefined {
  return SIDES.find(side => shares?.[side] === 100);
}
