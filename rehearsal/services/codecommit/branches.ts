import type { Repository } from './repository';
import { AwsError } from '../../core/service';
import type { Events } from '../events/service';

/** Old and new commit; undefined if the branch is created or deleted. */
interface BranchChange {
  readonly from?: string;
  readonly to?: string;
  readonly callerArn: string;
}

/** Moves a branch and emits the event. Returns false if a concurrent change moved it first. */
export async function changeBranch(
  events: Events, repository: Repository, branch: string, change: BranchChange,
): Promise<boolean> {
  if (!await repository.git.moveBranch(branch, change.from, change.to)) return false;
  emitBranchEvent(events, repository, branch, change);
  return true;
}

/** Emits the event of a moved branch. */
export function emitBranchEvent(
  events: Events,
  repository: Repository,
  branch: string,
  { from, to, callerArn }: BranchChange,
): void {
  const event = from === undefined ? 'referenceCreated' : to === undefined ? 'referenceDeleted' : 'referenceUpdated';
  events.emit(repository.accountId, repository.region, {
    'source': 'aws.codecommit',
    'detail-type': 'CodeCommit Repository State Change',
    'resources': [repository.arn],
    'detail': {
      event,
      repositoryName: repository.name,
      repositoryId: repository.repositoryId,
      referenceType: 'branch',
      referenceName: branch,
      referenceFullName: `refs/heads/${branch}`,
      ...(to === undefined ? {} : { commitId: to }),
      ...(from === undefined ? {} : { oldCommitId: from }),
      callerUserArn: callerArn,
    },
  });
}

export async function requiredHead(repository: Repository, branch: string): Promise<string> {
  const head = await repository.git.head(branch);
  if (head === undefined) {
    throw new AwsError(
      'BranchDoesNotExistException',
      `The branch ${branch} does not exist in repository ${repository.name}`,
    );
  }
  return head;
}

export async function assertBranchName(repository: Repository, branch: string): Promise<void> {
  if (branch.length > 256 || !await repository.git.isValidBranchName(branch)) {
    throw new AwsError('InvalidBranchNameException', `The specified Git branch name is not valid: ${branch}`);
  }
}
