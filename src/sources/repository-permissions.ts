import { Aws, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Permission } from '../kinds/kind';
import { allow } from '../kinds/permissions';
import { NAMES } from '../private/contract';
import { fail } from '../private/validate';

/** The functions of the organization that work with repositories. */
export type RepositoryUser = 'account' | 'branch' | 'trigger' | 'deployments' | 'operations' | 'release' | 'backport';

const ACTIONS: Readonly<Record<RepositoryUser, readonly string[]>> = {
  // parent branches and start points are checked before accounts are created
  // GetFolder: the only action that resolves a commit, a tag and a branch alike
  account: ['codecommit:GetBranch', 'codecommit:GetFolder', 'codecommit:ListBranches'],
  // ListBranches: the error about a missing parent branch lists the branches that exist
  // GetMergeOptions: whether a commit is in a branch, with which a force-push is found
  // DeleteBranch: the former branch of a renamed environment; one that is to be archived
  // CreateRepository, GitPull, GitPush: a repository that begins as a copy of a template
  branch: [
    'codecommit:AssociateApprovalRuleTemplateWithRepository',
    'codecommit:CreateBranch',
    'codecommit:CreateCommit',
    'codecommit:CreateRepository',
    'codecommit:DeleteBranch',
    'codecommit:DisassociateApprovalRuleTemplateFromRepository',
    'codecommit:GetBranch',
    'codecommit:GetFile',
    'codecommit:GetFolder',
    'codecommit:GetMergeOptions',
    'codecommit:GetPullRequest',
    'codecommit:GitPull',
    'codecommit:GitPush',
    'codecommit:ListAssociatedApprovalRuleTemplatesForRepository',
    'codecommit:ListBranches',
    'codecommit:ListPullRequests',
  ],
  // the head may have moved since the event
  trigger: ['codecommit:GetBranch'],
  // the time of a commit
  deployments: ['codecommit:GetCommit'],
  // the author of a commit; the commit of a release, and whether it is active already
  // GetPullRequest: whose commits are ported back
  // the map: GetBranch, and how many commits a branch and its parent lack of each other
  operations: [
    'codecommit:BatchGetCommits',
    'codecommit:GetBlob',
    'codecommit:GetBranch',
    'codecommit:GetCommit',
    'codecommit:GetDifferences',
    'codecommit:GetFolder',
    'codecommit:GetMergeOptions',
    'codecommit:GetPullRequest',
  ],
  // CreateUnreferencedMergeCommit, GetDifferences and GetBlob: how commits are picked
  // MergeBranchesByFastForward: into any branch of the tree, which other apps may declare
  backport: [
    'codecommit:CreatePullRequest',
    'codecommit:CreateUnreferencedMergeCommit',
    'codecommit:GetBlob',
    'codecommit:GetBranch',
    'codecommit:GetCommit',
    'codecommit:GetDifferences',
    'codecommit:GetMergeConflicts',
    'codecommit:GetMergeOptions',
    'codecommit:GetPullRequest',
    'codecommit:MergeBranchesByFastForward',
  ],
  release: [
    'codecommit:GetMergeConflicts',
    'codecommit:GetMergeOptions',
    'codecommit:MergeBranchesByFastForward',
    'codecommit:MergeBranchesByThreeWay',
  ],
};

const WHY = 'the repositories of other apps are not known; repositoryNames limits their names';

/** The permissions of a function on the repositories of the CICD account; they do not grow with the repositories. */
export function repositoryPermissions(patterns: readonly string[], user: RepositoryUser): Permission {
  return allow('Repositories', [...ACTIONS[user]], arnsOf(patterns), WHY);
}

/**
 * The permissions to write to the work branches of backports, and to no other branches.
 *
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodecommit.html
 */
export function workBranchPermissions(patterns: readonly string[]): Permission {
  return {
    statement: new PolicyStatement({
      sid: 'WorkBranches',
      actions: [
        'codecommit:CreateBranch',
        'codecommit:CreateCommit',
        'codecommit:DeleteBranch',
        'codecommit:MergeBranchesByThreeWay',
      ],
      resources: arnsOf(patterns),
      conditions: { StringLike: { 'codecommit:References': `refs/heads/${NAMES.workBranchPrefix}*` } },
    }),
    whyWildcard: WHY,
  };
}

function arnsOf(patterns: readonly string[]): string[] {
  return patterns.map(pattern => `arn:${Aws.PARTITION}:codecommit:${Aws.REGION}:${Aws.ACCOUNT_ID}:${pattern}`);
}

/** Approval rule templates belong to the account and the region, and have no ARN. */
export function reviewPermissions(): Permission {
  return allow('Reviews', [
    'codecommit:CreateApprovalRuleTemplate',
    'codecommit:DeleteApprovalRuleTemplate',
    'codecommit:GetApprovalRuleTemplate',
    'codecommit:UpdateApprovalRuleTemplateContent',
  ], ['*'], 'these actions have no resources: the function names only its own templates');
}

const PATTERN = /^[\w.*?-]{1,100}$/;

/** @throws if there is no pattern, or one is malformed */
export function checkedRepositoryNames(scope: Construct, patterns: readonly string[]): readonly string[] {
  if (patterns.length === 0) fail(scope, "'repositoryNames' is empty: name repositories, or omit it to allow all");
  const wrong = patterns.find(pattern => !Token.isUnresolved(pattern) && !PATTERN.test(pattern));
  if (wrong === undefined) return patterns;
  return fail(
    scope,
    "each of the 'repositoryNames' must be 1 to 100 letters, digits and '._-', with '*' for any text and '?' for any " +
      `character, got '${wrong}'`,
  );
}

/** @throws if the functions of the organization may not use the repository; an unresolved name passes */
export function requireAllowed(scope: Construct, repositoryName: string, patterns: readonly string[]): void {
  const isAllowed = (pattern: string) => Token.isUnresolved(pattern) || matches(pattern, repositoryName);
  if (Token.isUnresolved(repositoryName) || patterns.some(isAllowed)) return;
  fail(
    scope,
    `the organization does not allow the repository '${repositoryName}': its 'repositoryNames' are ` +
      `'${patterns.join("', '")}'; ` +
      'add the name there, or use another repository',
  );
}

/** As IAM compares the ARN. */
function matches(pattern: string, name: string): boolean {
  const text = pattern.replace(/[.*?-]/g, character => ({ '*': '.*', '?': '.' })[character] ?? `\\${character}`);
  return new RegExp(`^${text}$`).test(name);
}
