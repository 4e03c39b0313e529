export type * from './outcomes/contract';

/** Status of an execution that waits for approval. In CodePipeline, it is `InProgress`. */
export const AWAITS_APPROVAL = 'WaitsForApproval';

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
  | ReleaseRequest
  | BackportRequest
  | MapRequest
  | { readonly operation: 'addresses' }
  | {
    readonly operation: 'history';
    /** Absent: the changes of all environments and accounts. */
    readonly environmentName?: string;
    /** Maximum number of changes. */
    readonly limit: number;
  }
  | ForgetOperation
  | ChangeEmailOperation
  | AccountOperation
  | ReconcileOperation;

/** Lists accounts, or changes an account of a pool. */
export type AccountOperation =
  | {
    readonly operation: 'accounts';
    /** `month`: with the costs of the current month. */
    readonly costs?: 'month';
  }
  | {
    readonly operation: 'cleanAccount';
    readonly accountId: string;
    readonly by: string;
    readonly reason: string;
    /** `full`: list all types in all regions, and not only those that the last lease has used. */
    readonly mode: 'used' | 'full';
  }
  | {
    readonly operation: 'releaseAccount';
    readonly accountId: string;
    readonly by: string;
    readonly reason: string;
  };

/** Compares environments with what their app declares. */
export interface ReconcileOperation {
  readonly operation: 'reconcile';
  readonly environmentNames: EnvironmentNames;
  readonly by: string;
  /**
   * `check`: compare. `repair`: start the repair of what the last check has found. `read`: return what the last check
   * has found, and which repairs are in progress. `schedule`: compare, and make the updates that were deferred.
   */
  readonly mode: 'check' | 'repair' | 'read' | 'schedule';
}

/** A request that concerns the tree of branches. A branch is named by its name, or by that of its environment. */
export type BackportRequest =
  | {
    readonly operation: 'backport';
    /** Commit ids, branches or tags, in the order in which they are applied. */
    readonly commits?: readonly string[];
    /** Id of a pull request whose commits are applied. */
    readonly pullRequest?: string;
    /** Branch that has the commits. */
    readonly from: string;
    /** Branches that need them, too; absent: all that come from the parent of `from`. */
    readonly to?: readonly string[];
    readonly by: string;
  }
  | {
    /** Brings the head of a branch to those that come from it. */
    readonly operation: 'absorb';
    readonly branch: string;
    /** Absent: all that come from the branch. */
    readonly to?: readonly string[];
    readonly by: string;
  }
  /** Continues a backport whose execution has ended. */
  | { readonly operation: 'restartBackport'; readonly backportId: string; readonly by: string }
  | { readonly operation: 'describeBackport'; readonly backportId: string };

/** Reads the tree of branches with the status of their pipelines. */
export interface MapRequest {
  readonly operation: 'map';
}

/** A request that concerns the releases of one blue/green environment. */
export type ReleaseRequest =
  | {
    readonly operation: 'release';
    readonly environmentName: string;
    /** A commit id, a branch or a tag. */
    readonly reference: string;
    readonly by: string;
  }
  | {
    /** From the trigger: a commit was pushed to the parent branch. */
    readonly operation: 'releasePush';
    readonly environmentName: string;
    readonly branchName: string;
    readonly commitId: string;
  }
  | { readonly operation: 'rollback'; readonly environmentName: string; readonly by: string }
  | {
    readonly operation: 'abort';
    readonly environmentName: string;
    readonly by: string;
    readonly reason: string;
    /** The release that is meant; absent: the one in progress. */
    readonly releaseId?: string;
  }
  | {
    readonly operation: 'approve';
    readonly environmentName: string;
    readonly by: string;
    readonly decision: 'approved' | 'rejected';
    readonly reason?: string;
    /** The release that is meant; absent: the one in progress. */
    readonly releaseId?: string;
  }
  | { readonly operation: 'describeRelease'; readonly environmentName: string };

/** Changes the e-mail address of the root user of an account. */
export interface ChangeEmailOperation {
  readonly operation: 'changeEmail';
  readonly accountId: string;
  /** The new address. */
  readonly email: string;
  /** The code that AWS has sent to the address; absent: AWS is to send it. */
  readonly code?: string;
  readonly by: string;
}

/** Leaves in its account what could not be deleted. */
export interface ForgetOperation {
  readonly operation: 'forget';
  /** Name of leftovers, as `status` lists them. */
  readonly name: string;
  readonly by: string;
  readonly reason?: string;
  /** `preview`: only return what would stay in the account. */
  readonly mode: 'preview' | 'forget';
}

export type EnvironmentNames = readonly string[] | 'all';
