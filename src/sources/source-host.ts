import type { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { RepositoryReference } from './contract';
import type { IOrganization } from '../organization/organization-interface';

/** A host of repositories, behind `Source`. */
export interface SourceHost {
  /** Checks that the source can be used from the scope, and returns what branches and pipelines need of it. */
  bind(scope: Construct, organization: IOrganization): SourceConfig;
}

/** What branches and pipelines need of a source. */
export interface SourceConfig {
  /** The repository, as handlers are given it. */
  readonly repository: RepositoryReference;
  /** Tells repositories apart at synth. */
  readonly key: string;
  /** The action with which a pipeline reads a branch: one for each host, so that pipelines share a template. */
  readonly action: (branch: SourceActionValues) => SourceAction;
  /** Whether the app itself makes the repository, so that nothing of it can be known before the deployment. */
  readonly isMadeByApp: () => boolean;
  /** The role in the CICD account through which pipelines read the repository: one for each repository and stack. */
  readonly readRole: () => IRole;
}

/** What differs between pipelines: references to the parameters of their template. */
export interface SourceActionValues {
  readonly repositoryName: string;
  readonly branchName: string;
}

/** The part of a source action that depends on the host. */
export type SourceAction = Pick<CfnPipeline.ActionDeclarationProperty, 'actionTypeId' | 'configuration'>;
