import { notBlueGreen } from './errors';
import { findBlueGreen } from './find';
import type { SideName } from '../../../src/blue-green/contract';
import type { ReleaseProgress, ReleaseStatus, ReleaseSummary } from '../../../src/blue-green/release/contract';
import type { BlueGreenRecord } from '../../registry/blue-green';
import type { Registry } from '../../registry/registry';
import { canRollBack, releaseKey } from '../../registry/release';
import type { CurrentRelease, EndedRelease, ReleaseIdentity, ReleaseRecord } from '../../registry/release';
import { stepsOf } from '../../registry/release-steps';

/** Reads the releases of an environment. @throws if it is not a blue/green environment */
export async function describeReleases(registry: Registry, environmentName: string): Promise<ReleaseStatus> {
  const { blueGreen, environment: { active } } = await findBlueGreen(registry, environmentName);
  if (active !== 'blue' && active !== 'green') throw notBlueGreen(environmentName);
  const { change, current, last, pending } = (await registry.read<ReleaseRecord>(releaseKey(environmentName))) ?? {};
  return {
    environmentName,
    active,
    ...(change && { shares: change.shares }),
    inEffectSeconds: blueGreen.config.inEffectSeconds,
    ...(current && { current: progressOf(blueGreen, current) }),
    ...(last && { last: summaryOf(last, current ? undefined : active) }),
    ...(pending && { pending: { requested: pending.requested, commitId: pending.commitId } }),
  };
}

function progressOf({ config }: BlueGreenRecord, current: CurrentRelease): ReleaseProgress {
  const { step, since, failure } = current;
  return {
    ...originOf(current),
    step,
    since: iso(since),
    steps: stepsOf(config, current),
    ...(failure !== undefined && { failure }),
  };
}

/** @param active absent while a release is in progress */
function summaryOf(last: EndedRelease, active: SideName | undefined): ReleaseSummary {
  const { outcome, failure, endedAt, heldUntil } = last;
  return {
    ...originOf(last),
    outcome,
    ...(failure !== undefined && { failure }),
    endedAt: iso(endedAt),
    heldUntil: iso(heldUntil),
    canRollBack: active !== undefined && canRollBack(last, active),
  };
}

function originOf({ releaseId, kind, by, startedAt, requested, commitId, from, to }: ReleaseIdentity) {
  return { releaseId, kind, by, startedAt: iso(startedAt), requested, commitId, from, to };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
