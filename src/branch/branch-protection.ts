import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IBranch } from './branch';
import { fail } from '../private/validate';

/** Properties of `BranchProtection`. */
export interface BranchProtectionProps {
  /** The branches that people change by pull requests only. */
  readonly branches: IBranch[];
}

/** What changes a branch without a pull request, or deletes it. */
const DIRECT_CHANGES = [
  'codecommit:CreateCommit',
  'codecommit:DeleteBranch',
  'codecommit:DeleteFile',
  'codecommit:GitPush',
  'codecommit:MergeBranchesByFastForward',
  'codecommit:MergeBranchesBySquash',
  'codecommit:MergeBranchesByThreeWay',
  'codecommit:PutFile',
];

/**
 * What sets aside the review of a pull request. No condition names the branch.
 *
 * https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-override-approval-rules.html
 */
const REVIEW_CHANGES = [
  'codecommit:BatchDisassociateApprovalRuleTemplateFromRepositories',
  'codecommit:DisassociateApprovalRuleTemplateFromRepository',
  'codecommit:OverridePullRequestApprovalRules',
];

/** Approval rule templates belong to the account and the region, and have no ARN. */
const TEMPLATE_CHANGES = [
  'codecommit:DeleteApprovalRuleTemplate',
  'codecommit:UpdateApprovalRuleTemplateContent',
  'codecommit:UpdateApprovalRuleTemplateName',
];

/**
 * A policy that denies changes of branches without a pull request, for the roles of people. `requireReview` alone binds
 * pull requests only: CodeCommit lets everyone who may push go round them.
 *
 * It also denies to set aside the reviews of the repositories of these branches, and to change approval rule templates.
 *
 * @example
 * const protection = new BranchProtection(this, 'Protection', { branches: [branch] });
 * Role.fromRoleName(this, 'Developers', 'developers').addManagedPolicy(protection.policy);
 */
export class BranchProtection extends Construct {
  /** The policy: attach it to the roles of people, not to those of this library. */
  public readonly policy: ManagedPolicy;

  public constructor(scope: Construct, id: string, props: BranchProtectionProps) {
    super(scope, id);
    if (props.branches.length === 0) fail(this, "'branches' is empty: name at least one branch");
    const byRepository = new Map<string, string[]>();
    for (const branch of props.branches) {
      const arn = branch.source._repositoryArn() ?? fail(this, `branch '${branch.branchName}' is not in CodeCommit, `
        + 'and policies of AWS concern only repositories of CodeCommit: protect it with a rule of its host');
      byRepository.set(arn, [...byRepository.get(arn) ?? [], `refs/heads/${branch.branchName}`]);
    }
    this.policy = new ManagedPolicy(this, 'Policy', {
      description: 'Denies changes of protected branches without a pull request',
      // https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-conditional-branch.html
      statements: [
        ...[...byRepository].map(([arn, references]) => denied(DIRECT_CHANGES, [arn], {
          StringEqualsIfExists: { 'codecommit:References': references },
          // git push begins with a request without references, which must not be denied
          Null: { 'codecommit:References': 'false' },
        })),
        denied(REVIEW_CHANGES, [...byRepository.keys()]),
        denied(TEMPLATE_CHANGES, ['*']),
      ],
    });
  }
}

function denied(
  actions: string[], resources: string[], conditions?: { readonly [operator: string]: object },
): PolicyStatement {
  return new PolicyStatement({ effect: Effect.DENY, actions, resources, conditions });
}
