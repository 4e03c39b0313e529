import type { RepositoryReference } from '../../sources/contract';
import type { EndpointRequest, SideName, TrafficRequest } from '../contract';

/** What `BlueGreenEnvironment` requests of its handler. */
export interface BlueGreenRequest {
  readonly kind: 'blueGreen';
  readonly environmentName: string;
  /** The side that serves until the first release. Later the registry says which side serves. */
  readonly firstSide: SideName;
  /** JSON of `ReleaseConfig`: CloudFormation passes only text. */
  readonly config: string;
}

export interface BlueGreenResult {
  readonly environmentName: string;
}

/** How the releases of an environment are made. */
export interface ReleaseConfig {
  readonly repository: RepositoryReference;
  /** The branch whose commits are released when they are pushed; absent: people release. */
  readonly autoReleaseBranch?: string;
  readonly traffic: TrafficRequest;
  /** Role of the environment in the CICD account: it changes the traffic, and calls functions and projects. */
  readonly roleArn: string;
  /** ARN of the state machine that makes the releases. */
  readonly machineArn: string;
  /** ARN of its function, which also compares the traffic. Absent in environments of earlier versions. */
  readonly functionArn?: string;
  /** Increasing shares of the side that is released; the last one is 100. */
  readonly shift: readonly ShiftStep[];
  readonly health: readonly HealthRequest[];
  /** Names of alarms in the accounts of both sides that are watched while traffic shifts and after it. */
  readonly alarms: readonly string[];
  /** Seconds at 100 percent until the release is complete. */
  readonly bakeSeconds: number;
  /** Maximum seconds until the pipeline of the idle side has deployed the commit. */
  readonly deploySeconds: number;
  /** Maximum seconds until the side is healthy. */
  readonly healthSeconds: number;
  /** Maximum seconds until a person approves; absent: no approval is needed. */
  readonly approvalSeconds?: number;
  readonly before?: HookRequest;
  readonly after?: HookRequest;
  /** What must run on the active side only. */
  readonly singletons: readonly SingletonRequest[];
  /** Seconds within which a change of the traffic is in effect for new clients. */
  readonly inEffectSeconds: number;
  /** Seconds for which clients may still reach a side after its share has become 0. */
  readonly holdSeconds: number;
}

export interface ShiftStep {
  /** Share of the side that is released. */
  readonly percent: number;
  /** Seconds until the next step. */
  readonly seconds: number;
}

export type HealthRequest =
  | {
    readonly kind: 'http';
    /** Host name or URL of the side. */
    readonly endpoint: EndpointRequest;
    readonly path: string;
    readonly status: number;
    /** Text that the body must contain. */
    readonly body?: string;
    /** Consecutive good answers. */
    readonly times: number;
    readonly intervalSeconds: number;
  }
  | { readonly kind: 'alarms'; readonly names: readonly string[] }
  | { readonly kind: 'function'; readonly functionArn: string };

export type HookRequest =
  | { readonly kind: 'function'; readonly functionArn: string }
  | { readonly kind: 'project'; readonly projectName: string };

/** What runs on the active side only, in the account of the side. */
export type SingletonRequest =
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'schedule'; readonly name: string; readonly group: string }
  | { readonly kind: 'service'; readonly cluster: string; readonly service: string; readonly desiredCount: number }
  | { readonly kind: 'parameter'; readonly name: string };

/** The steps of a release, in their order. A step that has nothing to do is left out. */
export const RELEASE_STEPS = [
  'repair', 'merge', 'deploy', 'verify', 'approve', 'before', 'shift', 'singletons', 'bake', 'after', 'commit',
] as const;

export type ReleaseStep = (typeof RELEASE_STEPS)[number];

/** Asks the function of the releases to compare the traffic with the last change, or to repair what differs. */
export interface TrafficInput {
  readonly environmentName: string;
  readonly traffic: 'check' | 'repair';
}

/** What divides the traffic, compared with the last change that a release has made. */
export interface TrafficFinding {
  /** The side that has all traffic, if no change is recorded. */
  readonly serving?: SideName;
  /** Absent: nothing differs, or a release is in progress. */
  readonly difference?: TrafficDifference;
}

export interface TrafficDifference {
  readonly what: string;
  /** What a repair does, or a person has to do. */
  readonly remedy: string;
  readonly isRepairable: boolean;
}

/** The releases of an environment, as the command line shows them. Times are in ISO 8601. */
export interface ReleaseStatus {
  readonly environmentName: string;
  readonly active: SideName;
  /** Percent of the traffic for each side. Absent until the first release. */
  readonly shares?: Readonly<Record<SideName, number>>;
  /** Seconds within which a change of the shares is in effect for new clients. */
  readonly inEffectSeconds: number;
  /** The release in progress. */
  readonly current?: ReleaseProgress;
  /** The last release that has ended. */
  readonly last?: ReleaseSummary;
  /** A commit that was pushed during the release in progress, and is released after it. */
  readonly pending?: Pick<ReleaseSummary, 'requested' | 'commitId'>;
}

interface ReleaseOrigin {
  readonly releaseId: string;
  readonly kind: 'release' | 'rollback';
  /** ARN of the caller. */
  readonly by: string;
  readonly startedAt: string;
  /** The commit, branch or tag that was requested. */
  readonly requested: string;
  readonly commitId: string;
  readonly from: SideName;
  readonly to: SideName;
}

export interface ReleaseProgress extends ReleaseOrigin {
  readonly step: ReleaseStep;
  readonly since: string;
  /** The steps that this release has. */
  readonly steps: readonly ReleaseStep[];
  /** Present while the traffic is returned: the reason. */
  readonly failure?: string;
}

export interface ReleaseSummary extends ReleaseOrigin {
  readonly outcome: 'succeeded' | 'returned' | 'stuck';
  readonly failure?: string;
  readonly endedAt: string;
  /** Until then, clients may still reach the side that no longer serves. */
  readonly heldUntil: string;
  /** Whether `rollback` is possible. It is, until the next release begins. */
  readonly canRollBack: boolean;
}
