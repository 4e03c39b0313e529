import type { SideName } from '../../src/blue-green/contract';
import type { ReleaseStep } from '../../src/blue-green/release/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of the releases of an environment. Who holds `current` holds the lock of the environment. */
export interface ReleaseRecord {
  readonly environmentName: string;
  /** Fencing number: grows with every change of the traffic, so that a late one cannot undo a newer one. */
  readonly fence: number;
  /** The last change of the traffic that was intended. It is saved before the change is made. */
  readonly change?: TrafficChange;
  /** Whether a first release that failed has left traffic on a side that never became active. */
  readonly hasStrayTraffic?: true;
  /** What a release has deployed to each side that became active. */
  readonly deployed?: Readonly<Partial<Record<SideName, DeployedCommit>>>;
  readonly current?: CurrentRelease;
  /** The release that begins when the current one has ended. */
  readonly pending?: PendingRelease;
  /** The last pushed commit that was accepted for release: an event of its push that arrives again starts nothing. */
  readonly pushed?: string;
  /** The last release that has ended. */
  readonly last?: EndedRelease;
}

/** The commit that was released to a side, and the head of the branch of the side, which contains it. */
export interface DeployedCommit extends Pick<ReleaseIdentity, 'requested' | 'commitId'> {
  readonly head: string;
}

/** A push to the parent branch that arrived during a release. */
export type PendingRelease = Pick<ReleaseIdentity, 'by' | 'requested' | 'commitId'>;

export interface TrafficChange {
  readonly shares: Readonly<Record<SideName, number>>;
  readonly fence: number;
  /** When the change was intended; in milliseconds since 1970. */
  readonly intendedAt: number;
  /** When it was made last; in milliseconds since 1970. */
  readonly madeAt?: number;
  /** Id of the change in the service, if it has one. */
  readonly changeId?: string;
}

export interface ReleaseIdentity {
  /** Name of the execution of the state machine. */
  readonly releaseId: string;
  readonly kind: 'release' | 'rollback';
  /** ARN of the caller. */
  readonly by: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  /** The commit, branch or tag that was requested; in a rollback, that of the side. */
  readonly requested: string;
  /** The commit that `requested` named. */
  readonly commitId: string;
  /** The side that served at the start. */
  readonly from: SideName;
  readonly to: SideName;
  /** Whether the side at the start cannot serve: then there is no way back. */
  readonly isFirst?: true;
}

export interface CurrentRelease extends ReleaseIdentity {
  readonly step: ReleaseStep;
  /** When the step began; in milliseconds since 1970. */
  readonly since: number;
  /** Since when the share is in effect; in milliseconds since 1970. Absent while it is not. */
  readonly effectiveSince?: number;
  /** Index of the current step of the shift. */
  readonly position: number;
  /** Number of consecutive good health checks. */
  readonly goodChecks: number;
  /** Head of the branch of the released side, which its pipeline deploys. */
  readonly head?: string;
  /** Whether an earlier release, whose machine has ended, has left something: this one restores it first. */
  readonly isTakenOver?: true;
  /** Whether what the earlier release has left is restored. */
  readonly isRestored?: true;
  /** Until when clients may reach the released side, as the restoration has found; in milliseconds since 1970. */
  readonly heldUntil?: number;
  /** Whether it has waited for the end of another release, which starts its execution. */
  readonly isSuccessor?: true;
  /** Whether the traffic is being returned. */
  readonly isReturning?: true;
  /** Identifies the run of a hook. */
  readonly hookRun?: string;
  readonly approval?: { readonly by: string; readonly isApproved: boolean; readonly reason?: string };
  /** Why traffic returns to the side that served at the start. */
  readonly failure?: string;
}

export interface EndedRelease extends ReleaseIdentity {
  /**
   * `returned`: the side that served at the start serves. `stuck`: the traffic could not be returned; the next release
   * tries it again first.
   */
  readonly outcome: 'succeeded' | 'returned' | 'stuck';
  readonly failure?: string;
  /** Whether it has failed without a change of the released side, which a rollback can still return to. */
  readonly isUntouched?: true;
  /** In milliseconds since 1970. */
  readonly endedAt: number;
  /** Until then, clients may still reach the side that no longer serves; in milliseconds since 1970. */
  readonly heldUntil: number;
}

/** A release at its first step. */
export function newRelease(
  requested: Pick<ReleaseIdentity, 'kind' | 'by' | 'requested' | 'commitId' | 'from' | 'to'>,
  releaseId: string,
  now: number,
): CurrentRelease {
  return { ...requested, releaseId, startedAt: now, step: 'repair', since: now, position: 0, goodChecks: 0 };
}

export function releaseKey(environmentName: string): string {
  return `${RECORDS.release}${environmentName}`;
}

/** Whether a rollback can return to the idle side: it has served, and nothing has changed it since. */
export function canRollBack(last: EndedRelease | undefined, active: SideName): boolean {
  if (last?.isUntouched) return last.to !== active;
  return last?.outcome === 'succeeded' && last.from !== active && last.isFirst !== true;
}
