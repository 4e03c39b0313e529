import type { IResource } from 'aws-cdk-lib';

/** Accounts that are leased, cleaned, and leased again. */
export interface IAccountPool extends IResource {
  /**
   * Name of the pool. It is unique in the organization.
   *
   * @attribute
   */
  readonly poolName: string;
}
