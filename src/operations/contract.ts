/**
 * What the command line asks of the function that operates all pipelines. Who asks says so himself: the function cannot know. CloudTrail knows, where
 * it records the invocations of functions.
 */
export type OperationRequest =
  | { readonly operation: 'halt'; readonly environmentNames: EnvironmentNames; readonly by: string; readonly reason: string }
  | { readonly operation: 'resume'; readonly environmentNames: EnvironmentNames; readonly by: string }
  | { readonly operation: 'status' };

export type EnvironmentNames = readonly string[] | 'all';

/** One for each pipeline; while an environment moves it has two. */
export interface OperationAnswer<Outcome> {
  readonly pipelines: readonly Outcome[];
  /** Names of environments that are not there now, whose halt was taken back. */
  readonly gone?: readonly string[];
}

/** Where the pipeline of an environment is. */
export interface PipelineIdentity {
  readonly environmentName: string;
  readonly accountId: string;
  readonly region: string;
  readonly pipelineName: string;
}

/** Who has halted an environment, when and why. The environment stays halted until it is resumed, whatever is deployed meanwhile. */
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
  /** How many executions were on their way. */
  readonly stopped: number;
  /** What was interrupted in the middle: `Deploy/Deploy`. */
  readonly interrupted: readonly string[];
  /** Why the pipeline could not be halted, in words. */
  readonly problem?: string;
}

export interface ResumeOutcome extends PipelineIdentity {
  /** `disabled`: by its definition (`enabled: false`). `suspended`: another pipeline takes its place, or it is being removed. */
  readonly state: 'enabled' | 'disabled' | 'suspended';
  /** Whether an operator had halted it. */
  readonly wasHalted: boolean;
  /** What had been stopped was started again, at the head of the branch. */
  readonly started: boolean;
  readonly problem?: string;
}

export interface StatusOutcome extends PipelineIdentity {
  /**
   * `disabled`: by its definition (`enabled: false`), or by hand in its account (`disabledByHand`). `halted`: by an operator. `suspended`: another
   * pipeline takes its place, or it is being removed.
   */
  readonly state: 'enabled' | 'disabled' | 'halted' | 'suspended';
  readonly branchName: string;
  readonly halt?: Halt;
  /** Present when the transition was disabled by hand in the account: the reason given there, which may be empty. */
  readonly disabledByHand?: string;
  readonly last?: LastExecution;
  readonly problem?: string;
}

export interface LastExecution {
  readonly status: string;
  /** It is not running: it waits at the disabled transition. */
  readonly waits?: true;
  readonly startedAt: string;
  /** Absent while it runs. */
  readonly seconds?: number;
  readonly commitId?: string;
  readonly author?: string;
}
