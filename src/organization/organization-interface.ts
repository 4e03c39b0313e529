import type { IResource } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { OnPipelineEventOptions } from '../monitoring/pipeline-event';

/** The organization in which environments are vended, with the resources that they share in the CICD account. */
export interface IOrganization extends IResource {
  /**
   * Id of the organization, for example `o-exampleorgid`.
   *
   * @attribute
   */
  readonly organizationId: string;

  /** The table of the records of accounts, branches, stacks, pipelines, environments and leases. */
  readonly registry: ITable;

  /** The key that encrypts the artifacts of all pipelines. */
  readonly artifactKey: IKey;

  /**
   * The event bus that receives the events of all pipelines, as CodePipeline sends them. An account can send events of
   * any pipeline of its own, with any name: `onPipelineEvent()` matches only those of environments.
   */
  readonly eventBus: IEventBus;

  /**
   * Allows a principal to use all commands of operators on all environments and accounts: halt, resume, status,
   * history, reconcile, forget, releases, and accounts.
   *
   * @param grantee a principal of the CICD account
   */
  grantOperate(grantee: IGrantable): Grant;

  /**
   * Defines a rule on the event bus of the organization for events of the pipelines of environments.
   *
   * @param id id of the rule
   * @param options the environments, the events and the target; by default all events of all environments
   */
  onPipelineEvent(id: string, options?: OnPipelineEventOptions): Rule;

  /**
   * Allows a principal to read the records of the registry, except the requests of CloudFormation and the responses to
   * them.
   *
   * @param grantee a principal of the CICD account
   */
  grantReadRegistry(grantee: IGrantable): Grant;
}
