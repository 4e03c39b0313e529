import type { FaultCounts } from '../../rehearsal/faults/fault';

/** What `rehearse --report` writes as JSON. Accounts are 12-digit ids, numbers are counts unless a unit is named. */
export interface Report {
  /**
   * Whether all deployments, commands, last pipeline executions and last releases succeeded. Then the exit status of
   * the command is 0.
   */
  readonly succeeded: boolean;
  /** In the order in which they ran. */
  readonly deployments: readonly DeploymentReport[];
  /**
   * Errors of `--approve` and of the commands of `--then` that failed, and that the rehearsal was interrupted. Without
   * `--continue`, there is at most one, and the commands after it did not run.
   */
  readonly commandFailures: readonly string[];
  /**
   * Whether `--destroy` was given and reached: without `--continue`, it is skipped after a failed deployment or
   * command.
   */
  readonly destroyed: boolean;
  /** The injected faults. @default - the rehearsal ran without `--fault` */
  readonly faults?: FaultReport;
  /**
   * How time passed. `virtual`: computing takes no simulated time, and waiting takes no real time. `scaled`: `--scale`
   * simulated seconds pass in each real second, also while this machine computes.
   */
  readonly clock: 'virtual' | 'scaled';
  /** Seconds that the rehearsal took on this machine, with synthesis. */
  readonly realSeconds: number;
  /** Simulated seconds: an estimate of the time on AWS, without synthesis. */
  readonly simulatedSeconds: number;
  /** The environments at the end. */
  readonly environments: readonly EnvironmentReport[];
  /** The accounts of the organization at the end, the management account and closed accounts included. */
  readonly accounts: readonly AccountReport[];
  /** The stacks at the end, without those that existed before and were not changed. */
  readonly stacks: readonly StackReport[];
  /** The pipelines that existed in any account. Empty unless the rehearsal ran pipelines (`--pipelines`, `--then`). */
  readonly pipelines: readonly PipelineReport[];
  /** The releases of blue/green environments, oldest first. */
  readonly releases: readonly ReleaseReport[];
  /** Types of resources without simulated behaviour: CloudFormation created placeholders with an id and attributes. */
  readonly placeholderTypes: readonly string[];
  /** Calls that are not simulated and failed, like `sqs:ListQueues`: of functions, builds and commands of `--then`. */
  readonly unsimulatedCalls: readonly string[];
  /** Connections of functions to other hosts than AWS's. They were refused, because no function leaves this machine. */
  readonly refusedConnections: readonly RefusedConnection[];
  /** What subscribers of topics would have received, in the order in which it was sent. */
  readonly messages: readonly MessageReport[];
  /** Number of calls to AWS by operation, for example `organizations:CreateAccount`. */
  readonly awsCalls: Readonly<Record<string, number>>;
  /** Peak call rates of operations whose rate AWS limits and publishes. Operations that were not called are omitted. */
  readonly quotas: readonly QuotaUse[];
  /** Use of quotas of AWS Organizations that are not rates. Empty if no account was created or closed. */
  readonly limits: readonly LimitUse[];
  /**
   * Allowed actions that were never used, by the name of the role. Contains the roles of the app, also those in vended
   * accounts; roles with the same name count as one.
   */
  readonly unusedPermissions: Readonly<Record<string, readonly string[]>>;
  /** What remained after `--destroy`, or would remain after the apps are destroyed. */
  readonly leftovers: Leftovers;
}

/** The deployment or destruction of one app. A retry after injected faults is a deployment of its own. */
export interface DeploymentReport {
  /** Value of `--app`. */
  readonly app: string;
  readonly action: 'deploy' | 'destroy';
  readonly succeeded: boolean;
  /**
   * Whether the retry without faults succeeded; it is the next deployment in the list.
   * @default - no retry: it succeeded, or it ran without `--fault`
   */
  readonly succeededOnRetry?: boolean;
  /** Seconds on this machine. */
  readonly realSeconds: number;
  /** How many resources were created, updated or deleted, in all accounts. */
  readonly resourceOperations: number;
  /** How many calls to AWS were made in the meantime. */
  readonly awsCallCount: number;
  readonly failures: readonly FailureReport[];
}

/** A resource that failed. */
export interface FailureReport {
  readonly stackName: string;
  readonly accountId: string;
  /** Path of the construct, or stack name and logical id where the template has no path. */
  readonly constructPath: string;
  /** For example `AWS::IAM::Role`. */
  readonly resourceType: string;
  /** Status reason of CloudFormation. */
  readonly reason: string;
}

export interface FaultReport {
  /** Value for `--seed` to repeat the faults. */
  readonly seed: number;
  /** How many faults of each kind were injected. Kinds without any are omitted. */
  readonly injected: FaultCounts;
}

/** A branch with an `environment.json` of its own, and the pipeline that deploys it. */
export interface EnvironmentReport {
  readonly environmentName: string;
  readonly branchName: string;
  readonly parentBranchName: string;
  /** Head of the branch. */
  readonly commitId: string;
  readonly accountId: string;
  /** Path of the organizational unit of the account, for example `Workloads/Test`. Empty for the root. */
  readonly organizationalUnit: string;
  readonly pipelineName: string;
  /** Whether the pipeline deploys new commits. */
  readonly enabled: boolean;
}

export interface ReleaseReport {
  readonly environmentName: string;
  readonly releaseId: string;
  readonly state: 'in progress' | 'waits for approval' | 'succeeded' | 'failed';
  /** Why the traffic has returned. */
  readonly reason?: string;
}

export interface AccountReport {
  readonly accountId: string;
  readonly name: string;
  readonly email: string;
  /** Path of the organizational unit. Empty for the root. */
  readonly organizationalUnit: string;
  /** State in AWS Organizations, for example `ACTIVE`. */
  readonly state: string;
}

export interface StackReport {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Status in CloudFormation, for example `CREATE_COMPLETE`. */
  readonly status: string;
  /** @default - CloudFormation gives no reason */
  readonly statusReason?: string;
  /** Values of the outputs by key. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** A message of a topic to one subscriber. */
export interface MessageReport {
  /** Simulated time, in the format of ISO 8601. */
  readonly sentAt: string;
  readonly topicArn: string;
  /** For example `email`. @default - the topic has no subscription for the message */
  readonly protocol?: string;
  /**
   * An address, or the ARN of a function or queue. Of a URL only scheme and host, because a path can be a secret.
   *
   * @default - the topic has no subscription for the message
   */
  readonly endpoint?: string;
  /** @default - the message has none */
  readonly subject?: string;
  readonly message: string;
  /** Why the message was not published or delivered. @default - it was */
  readonly refusal?: string;
}

export interface RefusedConnection {
  /** Path of the construct of the function, or its stack and logical id. */
  readonly constructPath: string;
  readonly accountId: string;
  readonly host: string;
}

export interface PipelineReport {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Whether the pipeline was deleted in the meantime. */
  readonly deleted: boolean;
  /** The newest first. */
  readonly executions: readonly ExecutionReport[];
}

export interface ExecutionReport {
  readonly id: string;
  /** Status in CodePipeline, for example `InProgress`, or `WaitsForApproval`. */
  readonly status: string;
  /** Trigger type in CodePipeline, for example `StartPipelineExecution`. */
  readonly trigger: string;
  /** @default - the execution has no commit yet */
  readonly commitId?: string;
  /** Why the execution failed or was stopped. @default - neither */
  readonly statusReason?: string;
  /** In the order in which they started. */
  readonly actions: readonly ActionReport[];
}

export interface ActionReport {
  readonly stageName: string;
  readonly actionName: string;
  /** Status in CodePipeline, for example `Succeeded`, or `WaitsForApproval`. */
  readonly status: string;
}

/** Calls of operations that share one rate limit. The peaks are those of the account and region with the most calls. */
export interface QuotaUse {
  /** For example `ssm`. */
  readonly service: string;
  /** The called operations, for example `GetParameter`. */
  readonly operations: readonly string[];
  readonly calls: number;
  /** How many of the calls the simulated AWS throttled. */
  readonly throttledCalls: number;
  /** Most calls within a second. */
  readonly peakPerSecond: number;
  /** Published limit of calls within a second, bursts included. */
  readonly limitPerSecond: number;
  /** Most calls within a minute. */
  readonly peakPerMinute: number;
  /** Published limit of calls within a minute, bursts included. */
  readonly limitPerMinute: number;
}

export interface LimitUse {
  readonly name: 'concurrent account creations' | 'concurrent account closures' | 'accounts';
  /** Highest use; for `accounts`, the number at the end. */
  readonly peak: number;
  /** Default quota of a new organization on AWS. */
  readonly limit: number;
}

export interface Leftovers {
  /** Accounts that were created, except closed ones. */
  readonly accounts: readonly LeftoverAccount[];
  /** Branches of environments. */
  readonly branches: readonly LeftoverBranch[];
  /** Resources that their deletion policy retains. */
  readonly resources: readonly LeftoverResource[];
  /** All stacks that exist at the end, those of vended accounts and the CDK bootstrap included. */
  readonly stacks: readonly LeftoverStack[];
}

export interface LeftoverAccount {
  readonly accountId: string;
  readonly name: string;
  readonly email: string;
  /**
   * Why no environment uses the account. `declared`: the app declares the account without an environment. `available`:
   * its environment was removed, and an `Account` with the same email uses it again.
   * @default - an environment uses it, or it was never vended for environments
   */
  readonly unused?: 'declared' | 'available';
}

export interface LeftoverBranch {
  readonly name: string;
  /** Begins with the host if the repository is outside of AWS. */
  readonly repositoryName: string;
  /**
   * Account of the repository.
   * @default - the repository is outside of AWS
   */
  readonly accountId?: string;
  /** Whether no environment uses the branch. */
  readonly unused: boolean;
}

export interface LeftoverResource {
  readonly accountId: string;
  /** Path of the construct, or stack name and logical id where the template has no path. */
  readonly constructPath: string;
  /** For example `AWS::S3::Bucket`. */
  readonly resourceType: string;
}

export interface LeftoverStack {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}
