import type { BackportStatus } from '../../backport/contract';
import type { SideName } from '../../blue-green/contract';
import type { ReleaseStatus } from '../../blue-green/release/contract';
import type { HistoryEntry } from '../../history/contract';
import type { SourceHostName } from '../../sources/contract';

/** A branch of an environment, compared with its parent. */
export interface MapBranch {
  readonly host: SourceHostName;
  readonly repositoryName: string;
  readonly branchName: string;
  readonly parentName: string;
  readonly environmentName: string;
  readonly accountId: string;
  /** Commits that the parent lacks; absent: not known yet. */
  readonly ahead?: number;
  /** Commits of the parent that the branch lacks; absent: not known yet. */
  readonly behind?: number;
  /** Whether there are more commits than counted. */
  readonly isMinimum?: boolean;
  /** Why it could not be compared. */
  readonly problem?: string;
}

/** A difference between a resource and what the app declares. */
export interface Drift {
  /** What differs. */
  readonly what: string;
  /** What a repair does; if nothing can repair it: what to do by hand. */
  readonly remedy: string;
  readonly isRepairable: boolean;
  /** Present if an update waits that the app declares and that could not be made before. */
  readonly isDeferredUpdate?: true;
  /** Present if the resource was removed from its stack: a repair completes its removal. */
  readonly isRemoval?: true;
  /** Present if the last check failed, so that it is not known what differs. */
  readonly isUnchecked?: true;
}

/** The resources of the selected environments. */
export interface ReconcileResponse {
  readonly resources: readonly ReconcileOutcome[];
  /** Number of resources that were not checked in the time of one call: call again, and the rest is checked first. */
  readonly unchecked: number;
}

/** A custom resource of an app, and how it differs from its declaration. */
export interface ReconcileOutcome {
  /** Absent for an account, or a stack in it, that no environment uses. */
  readonly environmentName?: string;
  /** Logical id of the resource in its stack. */
  readonly logicalId: string;
  readonly resourceType: string;
  /**
   * `checked`: compared. `busy`: a deployment is changing it, so it was not compared. `repairing`: a repair is in
   * progress.
   */
  readonly state: 'checked' | 'busy' | 'repairing';
  readonly drifts: readonly Drift[];
  /** Why the check, or the last repair, failed. */
  readonly problem?: string;
}

/** The outcome for each pipeline. An environment that moves to another account has two pipelines. */
export interface OperationResponse<Outcome> {
  readonly pipelines: readonly Outcome[];
  /** Names of environments that do not exist and whose halt was removed. */
  readonly removedHalts?: readonly string[];
  /** The releases of the environment; only of the requests that concern one. */
  readonly release?: ReleaseStatus;
  /** The branches of all environments; only of `map`. */
  readonly map?: readonly MapBranch[];
  /** The backport; only of the requests that concern one. */
  readonly backport?: BackportStatus;
  /** What remains in accounts although its deletion was requested; only of `status` and `forget`. */
  readonly leftovers?: readonly LeftoverOutcome[];
  /** The accounts whose closure had to wait; only of `status`. */
  readonly closings?: readonly ClosingOutcome[];
  /** What the last checks have found in resources that no environment uses; only of `status`. */
  readonly drifts?: readonly Drift[];
  /** The last changes, oldest first; only of `history`. */
  readonly history?: readonly HistoryEntry[];
  /** Only of the requests that concern accounts. */
  readonly accounts?: readonly AccountOutcome[];
  /** Only of `addresses`. */
  readonly spaces?: readonly AddressSpaceOutcome[];
}

/** An address space with its ranges. */
export interface AddressSpaceOutcome {
  readonly spaceName: string;
  /** ARN of the table, or id of the pool of VPC IPAM. */
  readonly spaceId: string;
  /** Name of the stack that declares it. */
  readonly stackName: string;
  /** Absent for a pool of VPC IPAM, whose addresses IPAM knows. */
  readonly cidr?: string;
  /** In the order of their addresses. */
  readonly ranges: readonly AddressRangeOutcome[];
  /** Free ranges, as large as possible, in CIDR notation. Absent for a pool of VPC IPAM. */
  readonly free?: readonly string[];
  /** Why its ranges could not be read. */
  readonly problem?: string;
}

/** A part of an address space. */
export interface AddressRangeOutcome {
  readonly cidr: string;
  /** `seen`: a network outside of the address space has it. */
  readonly state: 'in use' | 'adopted' | 'reserved' | 'seen';
  /** What it is for, or who has it. */
  readonly name: string;
  readonly region?: string;
  /** Name of the stack that declares it. */
  readonly stackName?: string;
  /** In ISO 8601. */
  readonly since?: string;
}

/** An account that the registry knows. */
export interface AccountOutcome {
  /** Absent while it does not exist. */
  readonly accountId?: string;
  readonly accountName?: string;
  /** Absent for an account that was imported by its id. */
  readonly email?: string;
  /** Absent: it belongs to no pool. */
  readonly poolName?: string;
  /**
   * `creating`: it does not exist yet. `failed`: it could not be created. `waiting-proof`: it waits for the second look
   * after its clean. `closed`: AWS closes it, or has closed it.
   */
  readonly state:
    'closed' | 'creating' | 'failed' | 'leased' | 'cleaning' | 'waiting-proof' | 'available' | 'quarantine';
  /** The environment that uses it, or the `Account` until there is one. */
  readonly holder?: string;
  /** The stack of the holder. */
  readonly stackName?: string;
  /** Since when it has this state; of an account without a pool: since when it exists. In ISO 8601. */
  readonly since?: string;
  /** Why it has this state. */
  readonly reason?: string;
  /** Costs of the current month in dollars, up to yesterday; only if they were requested. */
  readonly cost?: string;
  /** Why it could not be moved, renamed or prepared for its state the last time; it is tried again. */
  readonly problem?: string;
  /** What remains in it; only in quarantine. */
  readonly leftovers?: readonly string[];
}

/** The pipeline of an environment. */
export interface PipelineIdentity {
  readonly environmentName: string;
  /** The side of a blue/green environment. */
  readonly side?: SideName;
  readonly accountId: string;
  readonly region: string;
  readonly pipelineName: string;
}

/**
 * A halt of an environment. It remains in force until an operator resumes the environment; deployments do not remove
 * it.
 */
export interface Halt {
  /** ARN of the caller. */
  readonly by: string;
  /** In ISO 8601. */
  readonly at: string;
  readonly reason: string;
}

export interface HaltOutcome extends PipelineIdentity {
  /** Present when the environment was halted before: that halt remains in force until an operator resumes. */
  readonly haltedAlready?: Halt;
  /** Number of executions that were stopped. */
  readonly stopped: number;
  /** Actions that were interrupted, as `<stage>/<action>`. */
  readonly interrupted: readonly string[];
  /** The reason why the pipeline could not be halted. */
  readonly problem?: string;
}

export interface ResumeOutcome extends PipelineIdentity {
  /**
   * `disabled`: by its definition (`enabled: false`). `suspended`: another pipeline takes its place, or it is being
   * removed. `reserved`: no release deploys this side of a blue/green environment.
   */
  readonly state: 'enabled' | 'disabled' | 'suspended' | 'reserved';
  /** Whether an operator had halted it. */
  readonly wasHalted: boolean;
  /** Whether the pipeline was started again, at the head of the branch. */
  readonly started: boolean;
  readonly problem?: string;
}

export interface StatusOutcome extends PipelineIdentity {
  /**
   * `disabled`: by its definition (`enabled: false`), or by hand in its account (`disabledByHand`). `halted`: by an
   * operator. `suspended`: another pipeline takes its place, or it is being removed. `reserved`: no release deploys
   * this side of a blue/green environment.
   */
  readonly state: 'enabled' | 'disabled' | 'halted' | 'suspended' | 'reserved';
  readonly branchName: string;
  /** Whether it is the side of a blue/green environment that serves. */
  readonly isActive?: boolean;
  readonly halt?: Halt;
  /** Present when the transition was disabled by hand in the account: the reason given there, which may be empty. */
  readonly disabledByHand?: string;
  /** Present while the pipeline or its account is not as the app declares it, because the account cannot be reached. */
  readonly pendingUpdate?: PendingUpdate;
  /** What the last check has found; absent: nothing, or there was no check. */
  readonly drifts?: readonly Drift[];
  /** Absent when the pipeline never ran. */
  readonly lastExecution?: LastExecution;
  /** Why the status of the pipeline could not be read. */
  readonly problem?: string;
}

/**
 * An update that could not be made. The next deployment that changes the pipeline or the account makes it, or the daily
 * check when the account can be reached.
 */
export interface PendingUpdate {
  /** Why the account cannot be reached, and what to do. */
  readonly reason: string;
  /** In ISO 8601. */
  readonly since: string;
}

export interface LastExecution {
  /** Status in CodePipeline, for example `Succeeded`, or `WaitsForApproval`. */
  readonly status: string;
  /** Present when the execution waits at the disabled transition and does not run. */
  readonly isWaiting?: true;
  /** In ISO 8601. */
  readonly startedAt: string;
  /** Absent while the execution runs. */
  readonly durationSeconds?: number;
  /** Absent until the execution has a commit. */
  readonly commitId?: string;
  /** Name of the author of the commit. Absent when it is unknown. */
  readonly author?: string;
}

/** An account whose closure had to wait. The daily check closes it. */
export interface ClosingOutcome {
  readonly accountId: string;
  readonly accountName: string;
  /** When the closure was requested, in ISO 8601. */
  readonly since: string;
  /** Why the account is not closed yet. */
  readonly reason: string;
}

/** A stack that remains in an account although its deletion was requested. */
export interface LeftoverOutcome {
  /** Name of the environment, or `<account id>/<region>/<stack name>` of a stack without a pipeline. */
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  /** Why it was not deleted, and what to do. */
  readonly reason: string;
  /** In ISO 8601. */
  readonly since: string;
  /**
   * State of its pipeline: `disabled` (no commit goes through), `absent`, or `unknown` while the account cannot be
   * reached. Absent for a stack without a pipeline.
   */
  readonly pipeline?: 'disabled' | 'absent' | 'unknown';
  /** What may remain in the account; only of `forget`. */
  readonly remains?: readonly string[];
}
