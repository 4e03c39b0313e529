import type { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { RepositoryReference } from './contract';
import type { IOrganization } from '../organization/organization-interface';

/** A host of repositories, behind `Source`. */
export interface SourceHost {
  /** Unique among all hosts; in CodeCommit, an ARN that policies name. */
  readonly repositoryArn: string;
  /** Checks that the source can be used from the scope, and returns what branches and pipelines need of it. */
  bind(scope: Construct, organization: IOrganization): SourceConfig;
}

/** What branches and pipelines need of a source. */
export interface SourceConfig {
  /** The repository, as in the requests to handlers. */
  readonly repository: RepositoryReference;
  /** Distinguishes repositories at synth. */
  readonly key: string;
  /**
   * Returns the action that reads a branch; it is the same for all repositories of a host, so that pipelines share a
   * template.
   */
  readonly action: (branch: SourceActionValues) => SourceAction;
  /** Whether the app defines the repository, so that its branches cannot be checked before the deployment. */
  readonly isDefinedByApp: () => boolean;
  /** Creates the role in the CICD account through which the pipeline of one environment reads the repository. */
  readonly readRole: (reader: SourceReader) => IRole;
}

/** The pipeline that reads a repository. */
export interface SourceReader {
  /** The scope of the role. */
  readonly scope: Construct;
  /** Id of the account of the environment. */
  readonly accountId: string;
}

/** What differs between pipelines: references to the parameters of their template. */
export interface SourceActionValues {
  readonly repositoryName: string;
  readonly branchName: string;
}

/** The part of a source action that depends on the host. */
export type SourceAction = Pick<CfnPipeline.ActionDeclarationProperty, 'actionTypeId' | 'configuration'>;
