import type { IResource } from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';

/** An account of the organization. */
export interface IAccount extends IResource {
  /**
   * Id of the account: twelve digits, known only while the app is being deployed if the account is vended.
   *
   * @attribute
   */
  readonly accountId: string;
}

/** What `Account.fromAccountAttributes` needs. */
export interface AccountAttributes {
  /** Id of the account: twelve digits. */
  readonly accountId: string;

  /**
   * Name of the role through which the management account enters the account. Accounts that were invited into the organization have none by
   * themselves. Name it in the `accessRoleNames` of `OrganizationAccessRole`, too.
   *
   * @default 'OrganizationAccountAccessRole'
   */
  readonly accessRoleName?: string;

  /**
   * What CloudFormation may do in the account, and so every pipeline that deploys there.
   *
   * @default - what an earlier bootstrap of the account has set, else the policy `org-environments-execution`
   */
  readonly executionPolicies?: IManagedPolicy[];
}
