/**
 * Kinds of changes. Each is the detail type of an event on the event bus of the organization.
 */
export const CHANGES = {
  accountCreation: 'Account Creation',
  accountUpdate: 'Account Update',
  accountRemoval: 'Account Removal',
  accountClosure: 'Account Closure',
  accountEmailChange: 'Account Email Change',
  unitCreation: 'Organizational Unit Creation',
  unitUpdate: 'Organizational Unit Update',
  unitRemoval: 'Organizational Unit Removal',
  repositoryCreation: 'Repository Creation',
  repositoryUpdate: 'Repository Update',
  repositoryRemoval: 'Repository Removal',
  branchCreation: 'Branch Creation',
  branchUpdate: 'Branch Update',
  branchRemoval: 'Branch Removal',
  stackCreation: 'Stack Creation',
  stackUpdate: 'Stack Update',
  stackDeletion: 'Stack Deletion',
  pipelineCreation: 'Pipeline Creation',
  pipelineUpdate: 'Pipeline Update',
  pipelineDeletion: 'Pipeline Deletion',
  blueGreenCreation: 'Blue/Green Environment Creation',
  blueGreenUpdate: 'Blue/Green Environment Update',
  blueGreenRemoval: 'Blue/Green Environment Removal',
  poolCreation: 'Account Pool Creation',
  poolUpdate: 'Account Pool Update',
  poolRemoval: 'Account Pool Removal',
  baselineCreation: 'Account Baseline Creation',
  baselineUpdate: 'Account Baseline Update',
  baselineRemoval: 'Account Baseline Removal',
  networkCreation: 'Network Creation',
  networkUpdate: 'Network Update',
  networkRemoval: 'Network Removal',
  attachmentCreation: 'Network Attachment',
  attachmentUpdate: 'Network Attachment Update',
  attachmentRemoval: 'Network Detachment',
  addressSpaceCreation: 'Address Space Creation',
  addressSpaceUpdate: 'Address Space Update',
  addressSpaceRemoval: 'Address Space Removal',
  addressRangeCreation: 'Address Range Allocation',
  addressRangeUpdate: 'Address Range Update',
  addressRangeRemoval: 'Address Range Release',
  halt: 'Halt',
  resume: 'Resume',
  forget: 'Forget',
  release: 'Release Start',
  rollback: 'Rollback',
  abort: 'Abort',
  approval: 'Approval',
  backport: 'Backport Start',
  absorb: 'Absorb Start',
  releaseEnd: 'Release End',
  accountAvailable: 'Account Available',
  accountQuarantine: 'Account Quarantine',
  accountClean: 'Account Clean',
  accountRelease: 'Account Release',
  drift: 'Drift',
  repair: 'Repair',
} as const;

export type ChangeKind = (typeof CHANGES)[keyof typeof CHANGES];

/** The source of the events. */
export const HISTORY_SOURCE = 'org-environments';

/** A change of an environment or of an account: an entry of the history, and the detail of its event. */
export interface HistoryEntry {
  /** In ISO 8601. */
  readonly at: string;
  readonly change: ChangeKind;
  /** `deferred`: the account could not be reached, so it was left as it is. */
  readonly outcome: 'succeeded' | 'failed' | 'deferred';
  /** ARN of the operator, or of the stack in the CICD account. */
  readonly by: string;
  /** Id of the request, which the log lines contain: of CloudFormation, or of the invocation of a function. */
  readonly requestId: string;
  readonly environmentName?: string;
  /** Absent while the account does not exist. */
  readonly accountId?: string;
  /** What was changed, for example the name of a branch. */
  readonly subject?: string;
  readonly commitId?: string;
  /** The reason of an operator, or the error. */
  readonly reason?: string;
}
