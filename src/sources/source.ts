import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CodeCommitSource } from './codecommit-source';
import type { RepositoryReference } from './contract';
import type { IOrganization } from '../organization/organization';

/** Where environments take their code from. */
export abstract class Source {
  /**
   * A CodeCommit repository in the account and region of the CICD stack. The `repositoryNames` of the organization must
   * allow its name.
   */
  public static codeCommit(repository: IRepository): Source {
    return new CodeCommitSource(repository);
  }

  /**
   * What branches and pipelines need of the source. Checks that it can be used from the scope.
   * @internal
   */
  public abstract _bind(scope: Construct, organization: IOrganization): SourceConfig;
}

/** @internal */
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

/** What differs between pipelines: references to the parameters of their template. @internal */
export interface SourceActionValues {
  readonly repositoryName: string;
  readonly branchName: string;
}

/** @internal */
export type SourceAction = Pick<CfnPipeline.ActionDeclarationProperty, 'actionTypeId' | 'configuration'>;
