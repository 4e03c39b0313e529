import type { PasswordPolicy } from './password-policy';
import type { AlternateContacts } from '../account/alternate-contacts';

/** Properties of `AccountBaseline`. */
export interface AccountBaselineProps {
  /**
   * Budget for the costs of each account in a month, in dollars. A notification is sent at 80 % of actual costs, and at
   * 100 % of forecast costs. AWS updates budgets 8 to 12 hours late. It needs `budgetEmails` or a `budgetTopicName`.
   *
   * @default - no budget
   * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
   */
  readonly monthlyBudget?: number;

  /**
   * E-mail addresses that are notified about the budget: at most 10.
   *
   * @default - none
   */
  readonly budgetEmails?: string[];

  /**
   * Name of a topic of Amazon SNS that each account gets, and that is notified about the budget. AWS notifies no topic
   * of another account. Add subscriptions to `budgetTopic` of the baseline.
   *
   * @default - there is no topic
   * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
   */
  readonly budgetTopicName?: string;

  /**
   * Whether the default VPC of each enabled region is deleted, with its subnets and internet gateway. One that contains
   * anything else is kept.
   *
   * @default false
   */
  readonly removeDefaultVpcs?: boolean;

  /**
   * Whether public access to all buckets of an account is blocked.
   *
   * @default - stays as it is
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
   */
  readonly blockPublicBuckets?: boolean;

  /**
   * Whether EBS snapshots cannot be shared with everybody, in each enabled region.
   *
   * @default - stays as it is
   * @see https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
   */
  readonly blockPublicSnapshots?: boolean;

  /**
   * Whether new instances use version 2 of the instance metadata service, unless they are started with another one, in
   * each enabled region.
   *
   * @default - stays as it is
   * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
   */
  readonly requireImdsv2?: boolean;

  /**
   * Rules for the passwords of IAM users.
   *
   * @default - stay as they are
   */
  readonly passwordPolicy?: PasswordPolicy;

  /**
   * Whom AWS contacts besides the root users. The `alternateContacts` of an `Account` are used instead if they have the
   * same kind of contact. Needs `OrganizationFeature.ALTERNATE_CONTACTS`.
   *
   * @default - the contacts stay as they are
   */
  readonly alternateContacts?: AlternateContacts;

  /**
   * Number of accounts that are updated at the same time when the baseline changes: 1 to 20.
   *
   * @default 5
   */
  readonly maxConcurrentUpdates?: number;

  /**
   * Number of accounts whose update may fail when the baseline changes. If more fail, no further account is updated,
   * and the deployment fails. Accounts that cannot be entered are not counted: they are updated later.
   *
   * @default 1
   */
  readonly maxFailedUpdates?: number;
}
