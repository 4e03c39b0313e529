export type Operation = 'create' | 'update' | 'delete' | 'rollback' | 'run';

/** An operation on a stack, resource, pipeline or action. Times are simulated seconds since the start. */
export interface Bar {
  readonly from: number;
  /** Negative while the operation is in progress. */
  to: number;
  readonly operation: Operation;
  failed: boolean;
  reason?: string;
  /** The commit whose push started this execution. */
  readonly pushed?: string;
  /** Id of the execution of the pipeline. Attempts are counted in one execution. */
  readonly executionId?: string;
  /** Whether it waits for approval. */
  readonly isWaiting?: boolean;
  /** Logical id of the resource in the same stack whose operation had to end before this one started. */
  readonly waitedFor?: string;
  /** Whether the operation is on the critical path of its stack. */
  critical: boolean;
}

/** A deployment, a second attempt of one, or a command of the user. */
export interface Mark {
  /** Simulated seconds since the start. */
  readonly at: number;
  readonly text: string;
}

/** A resource of a stack, or an action of a pipeline. */
export interface Row {
  readonly name: string;
  readonly type: string;
  readonly bars: Bar[];
}

/** A stack with its resources, or a pipeline with its actions. */
export interface Lane {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Operations on the stack as a whole, or executions of the pipeline. */
  readonly bars: Bar[];
  /** By logical id, or by stage and action. */
  readonly rows: Map<string, Row>;
}
