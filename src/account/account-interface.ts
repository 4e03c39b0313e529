import type { IResource } from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { AccountBaseline } from '../baseline/account-baseline';

/** An AWS account of the organization. */
export interface IAccount extends IResource {
  /**
   * Id of the account: twelve digits. The id of a vended account is a token, because the deployment creates the
   * account.
   *
   * @attribute
   */
  readonly accountId: string;
}

/** Attributes of an account that exists, for `Account.fromAccountAttributes`. */
export interface AccountAttributes {
  /** Id of the account: twelve digits. */
  readonly accountId: string;

  /**
   * Name of the role that the management account assumes in the account. AWS creates it in accounts that were created
   * in the organization, but not in accounts that were invited. Add a name other than the default to the
   * `accessRoleNames` of `OrganizationAccessRole`, too.
   *
   * @default 'OrganizationAccountAccessRole'
   */
  readonly accessRoleName?: string;

  /**
   * Managed policies of the role with which CloudFormation deploys stacks in the account, and so of every pipeline that
   * deploys there.
   *
   * @default - the policies of an existing CDK bootstrap of the account, otherwise the policy
   * `org-environments-execution`
   */
  readonly executionPolicies?: IManagedPolicy[];

  /**
   * What the account gets and keeps: settings that are declared replace its own.
   *
   * @default - none; an imported account does not get the baseline of the organization
   */
  readonly accountBaseline?: AccountBaseline;
}
