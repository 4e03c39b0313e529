import type { PullRequestStore } from './pull-requests';
import { everywhere, on, own, regionalArn, textOf } from '../../core/permissions';
import type { Call, Permissions } from '../../core/service';

const repositoryArn = (call: Call): string => regionalArn(call, textOf(call, 'repositoryName'));

/** Operations that move a branch support the condition key `codecommit:References`. */
const onBranch: Permissions = call => [
  own(call, repositoryArn(call), { 'codecommit:References': `refs/heads/${textOf(call, 'branchName')}` }),
];

const onTarget: Permissions = call => {
  const branch = textOf(call, 'targetBranch') || textOf(call, 'destinationCommitSpecifier');
  return [own(call, repositoryArn(call), { 'codecommit:References': `refs/heads/${branch}` })];
};

const onNewPullRequest: Permissions = call => {
  const { targets } = call.input;
  if (!Array.isArray(targets)) return [];
  return targets.map((one: { repositoryName?: unknown }) => own(call, regionalArn(call, String(one.repositoryName))));
};

/** https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html */
export function permissionsOf(pullRequests: PullRequestStore): Readonly<Record<string, Permissions>> {
  const knownArn = (call: Call): string =>
    regionalArn(call, pullRequests.find(textOf(call, 'pullRequestId'))?.repositoryName ?? '*');
  const onMerge: Permissions = call => {
    const { destinationReference } = pullRequests.find(textOf(call, 'pullRequestId')) ?? {};
    return [own(call, knownArn(call), destinationReference ? { 'codecommit:References': destinationReference } : {})];
  };
  return {
    ...on(
      [
        'CreateRepository',
        'DeleteRepository',
        'GetRepository',
        'GetBranch',
        'ListBranches',
        'GetBlob',
        'GetCommit',
        'BatchGetCommits',
        'GetDifferences',
        'GetFile',
        'GetFolder',
        'GetMergeConflicts',
        'GetMergeOptions',
        'GitPull',
        'GitPush',
        'CreateUnreferencedMergeCommit',
        'ListPullRequests',
        'AssociateApprovalRuleTemplateWithRepository',
        'DisassociateApprovalRuleTemplateFromRepository',
        'ListAssociatedApprovalRuleTemplatesForRepository',
      ],
      repositoryArn,
    ),
    ...on(
      [
        'GetPullRequest', 'UpdatePullRequestStatus', 'UpdatePullRequestApprovalState',
        'EvaluatePullRequestApprovalRules',
      ],
      knownArn,
    ),
    ...everywhere([
      'ListRepositories', 'CreateApprovalRuleTemplate', 'GetApprovalRuleTemplate', 'UpdateApprovalRuleTemplateContent',
      'DeleteApprovalRuleTemplate',
    ]),
    CreatePullRequest: onNewPullRequest,
    MergePullRequestByFastForward: onMerge,
    MergePullRequestBySquash: onMerge,
    MergePullRequestByThreeWay: onMerge,
    CreateBranch: onBranch,
    DeleteBranch: onBranch,
    CreateCommit: onBranch,
    PutFile: onBranch,
    MergeBranchesByFastForward: onTarget,
    MergeBranchesBySquash: onTarget,
    MergeBranchesByThreeWay: onTarget,
  };
}
