import type { Construct } from 'constructs';
import type { BranchReview } from './contract';
import { fail } from '../private/validate';
import type { SourceHostName } from '../sources/contract';

interface Review {
  readonly approvals?: number;
  readonly approvers?: readonly string[];
}

/** @throws if the host cannot require the review */
export function reviewOf(
  scope: Construct, { approvals = 1, approvers }: Review, host: SourceHostName,
): BranchReview {
  if (!Number.isInteger(approvals) || approvals < 1 || approvals > 10) {
    fail(scope, `'approvals' must be a whole number from 1 to 10, got ${approvals}`);
  }
  if (approvers && (approvers.length === 0 || approvers.length > 50)) {
    fail(scope, `'approvers' must be 1 to 50 ARNs, got ${approvers.length}; omit it to count all approvals`);
  }
  if (approvers && host !== 'codecommit') {
    fail(scope, "'approvers' are ARNs of AWS, which only CodeCommit knows: omit it, and name the reviewers in a file "
      + 'CODEOWNERS or in the settings of the repository');
  }
  return { approvals: String(approvals), ...approvers && { approvers } };
}

const MAX_CHECKS = 20;
const MAX_NAME = 200;

/** What the hosts without checks of a branch have instead. */
const INSTEAD: Readonly<Partial<Record<SourceHostName, string>>> = {
  codecommit: "CodeCommit has only approvals: use 'requireReview' with the role of a build in 'approvers', and let the "
    + 'build approve the pull request when it has passed (aws codecommit update-pull-request-approval-state)',
  gitlab: "GitLab has it for all branches of a project: choose 'Pipelines must succeed' in the settings of merge "
    + 'requests',
};

/** @throws if the host cannot require the checks */
export function checksOf(scope: Construct, checks: readonly string[], host: SourceHostName): readonly string[] {
  const instead = INSTEAD[host];
  if (instead !== undefined) fail(scope, `'requirePassingPipeline' is not possible for one branch here: ${instead}`);
  if (checks.length === 0 || checks.length > MAX_CHECKS) {
    fail(scope, `'requirePassingPipeline' must have 1 to ${MAX_CHECKS} names of checks, got ${checks.length}`);
  }
  const wrong = checks.find(name => name.trim() === '' || name.length > MAX_NAME);
  if (wrong !== undefined) {
    fail(scope, `each name in 'requirePassingPipeline' must have 1 to ${MAX_NAME} characters, got '${wrong}'`);
  }
  return checks;
}
