import type { IResource } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { OnPipelineEventOptions } from '../monitoring/pipeline-event';

/** The organization that environments are vended into. */
export interface IOrganization extends IResource {
  /**
   * Id of the organization, for example `o-exampleorgid`.
   *
   * @attribute
   */
  readonly organizationId: string;

  /** The table of accounts, leases and environments. */
  readonly registry: ITable;

  /** Encrypts the artifacts of all pipelines. */
  readonly artifactKey: IKey;

  /** The bus that receives the events of all pipelines, in the form in which CodePipeline sends them. */
  readonly eventBus: IEventBus;

  /** Allows halting and resuming the pipelines of all environments, and reading their state. */
  grantOperate(grantee: IGrantable): Grant;

  /** A rule on the bus of the organization, for what happens in the pipelines of some or all environments. */
  onPipelineEvent(id: string, options?: OnPipelineEventOptions): Rule;

  /** Allows reading the records of accounts, environments and their deployments in the registry. */
  grantReadRegistry(grantee: IGrantable): Grant;
}
