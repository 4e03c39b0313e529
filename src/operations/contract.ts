import type { HistoryEntry } from '../history/contract';

/**
 * A request of the command line to the function that operates all pipelines. The caller states `by` itself; CloudTrail
 * proves it if it records the invocations of the function.
 */
export type OperationRequest =
  | {
    readonly operation: 'halt';
    readonly environmentNames: EnvironmentNames;
    readonly by: string;
    readonly reason: string;
  }
  | { readonly operation: 'resume'; readonly environmentNames: EnvironmentNames; readonly by: string }
  | { readonly operation: 'status' }
  | {
    readonly operation: 'history';
    /** Absent: the changes of all environments and accounts. */
    readonly environmentName?: string;
    /** Maximum number of changes. */
    readonly limit: number;
  };

export type EnvironmentNames = readonly string[] | 'all';

/** The outcome for each pipeline. An environment that moves to another account has two pipelines. */
export interface OperationResponse<Outcome> {
  readonly pipelines: readonly Outcome[];
  /** Names of environments that do not exist and whose halt was removed. */
  readonly removedHalts?: readonly string[];
  /** The last changes, oldest first; only of `history`. */
  readonly history?: readonly HistoryEntry[];
}

/** The pipeline of an environment. */
export interface PipelineIdentity {
  readonly environmentName: string;
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
   * removed.
   */
  readonly state: 'enabled' | 'disabled' | 'suspended';
  /** Whether an operator had halted it. */
  readonly wasHalted: boolean;
  /** Whether the pipeline was started again, at the head of the branch. */
  readonly started: boolean;
  readonly problem?: string;
}

export interface StatusOutcome extends PipelineIdentity {
  /**
   * `disabled`: by its definition (`enabled: false`), or by hand in its account (`disabledByHand`). `halted`: by an
   * operator. `suspended`: another pipeline takes its place, or it is being removed.
   */
  readonly state: 'enabled' | 'disabled' | 'halted' | 'suspended';
  readonly branchName: string;
  readonly halt?: Halt;
  /** Present when the transition was disabled by hand in the account: the reason given there, which may be empty. */
  readonly disabledByHand?: string;
  /** Present while the pipeline or its account is not as the app declares it, because the account cannot be reached. */
  readonly pendingUpdate?: PendingUpdate;
  /** Absent when the pipeline never ran. */
  readonly lastExecution?: LastExecution;
  /** Why the status of the pipeline could not be read. */
  readonly problem?: string;
}

/** An update that could not be made. The next deployment that changes the pipeline or the account makes it. */
export interface PendingUpdate {
  /** Why the account cannot be reached, and what to do. */
  readonly reason: string;
  /** In ISO 8601. */
  readonly since: string;
}

export interface LastExecution {
  /** Status in CodePipeline, for example `Succeeded`. */
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
