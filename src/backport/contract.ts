/** What the state machine of backports receives. */
export interface BackportMachineInput {
  readonly backportId: string;
}

/** How a branch takes over the commits that were ported back. */
export interface AbsorbedBranch {
  readonly branchName: string;
  /**
   * `waiting`: its turn has not come. `contained`: it has the commits already. `forwarded`: it was fast-forwarded.
   * `opened`: a pull request is open. `conflict`: a person must merge it. `failed`: the host has rejected it.
   */
  readonly state: 'waiting' | 'contained' | 'forwarded' | 'opened' | 'conflict' | 'failed';
  readonly pullRequestId?: string;
  /** Files that conflict. */
  readonly files?: readonly string[];
  readonly reason?: string;
}

/** A backport, or an absorption without one, as an operator sees it. */
export interface BackportStatus {
  readonly backportId: string;
  readonly repositoryName: string;
  /** Branch that the commits come from. */
  readonly from: string;
  /** Branch that receives them. */
  readonly target: string;
  readonly commits: readonly string[];
  /**
   * `picking`: the commits are applied. `opened`: the pull request waits to be merged. `absorbing`: other branches take
   * the commits over. `absorbed`: complete. `already there`: the target has the commits. `conflict`: nothing was left
   * behind. `closed`: the pull request was closed without a merge. `failed`: see `reason`.
   */
  readonly state:
    'picking' | 'opened' | 'absorbing' | 'absorbed' | 'already there' | 'conflict' | 'closed' | 'failed';
  readonly pullRequestId?: string;
  readonly workBranch?: string;
  /** The commit that conflicts. */
  readonly conflictingCommit?: string;
  /** Files that conflict. */
  readonly files?: readonly string[];
  readonly reason?: string;
  readonly branches: readonly AbsorbedBranch[];
}
