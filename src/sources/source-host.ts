import type { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { RepositoryReference } from './contract';
import type { IOrganization } from '../organization/organization-interface';

/** A host of repositories, behind `Source`. */
export interface SourceHost {
  /** An ARN that policies name; undefined: the repository is outside of AWS. */
  readonly repositoryArn?: string;
  /** Checks that the source can be used from the scope, and returns what branches and pipelines need of it. */
  bind(scope: Construct, organization: IOrganization): SourceConfig;
}

/** What branches and pipelines need of a source. */
export interface SourceConfig {
  /** The repository, as in the requests to handlers. */
  readonly repository: RepositoryReference;
  /** Distinguishes repositories at synth. */
  readonly key: string;
  /** How pipelines read a branch; the same for all repositories of a host, so that pipelines share a template. */
  readonly reading: SourceReading;
  /** Whether the app defines the repository, so that its branches cannot be checked before the deployment. */
  readonly isDefinedByApp: () => boolean;
  /** The construct that creates the repository; undefined: it exists. */
  readonly createdBy?: Construct;
  /** Lets the pipeline of one environment read the repository. */
  readonly grantRead: (reader: SourceReader) => SourceGrant;
  /** The secret with the credentials for the API of the host; undefined: the functions need none. */
  readonly credentials?: ISecret;
  /** Whether the host reports pushes to this library, so that they can start releases. */
  readonly reportsPushes: boolean;
  /** Whether commits can be merged into branches, so that they can be released. */
  readonly mergesBranches: boolean;
}

/** The pipeline that reads a repository. */
export interface SourceReader {
  /** The scope of the resources in the CICD account. */
  readonly scope: Construct;
  /** Id of the account of the environment. */
  readonly accountId: string;
}

/** What a pipeline reads its repository through. */
export interface SourceGrant {
  /** ARN of a role or of a connection in the CICD account. */
  readonly arn: string;
  /** What must exist before the pipeline. */
  readonly before?: Construct;
}

/** The parts of the template of pipelines that depend on the host. */
export interface SourceReading {
  /** The parameter of the template with the ARN of the grant. */
  readonly parameter: 'SourceRoleArn' | 'ConnectionArn';
  /** Returns the source action. */
  action(branch: SourceActionValues): SourceAction;
  /** Returns the statements of the role of the pipeline. */
  pipelineStatements(branch: SourceActionValues): PolicyStatement[];
  /** Returns the statements of the roles of builds whose input is the repository. */
  buildStatements(branch: SourceActionValues): PolicyStatement[];
  /** Returns the trigger of the pipeline; undefined: the trigger function of the CICD account starts it. */
  trigger(branch: SourceActionValues): CfnPipeline.PipelineTriggerDeclarationProperty | undefined;
}

/** What differs between pipelines: references to the parameters of their template. */
export interface SourceActionValues {
  readonly repositoryName: string;
  readonly branchName: string;
  /** ARN of the grant. */
  readonly grantArn: string;
}

/** The part of a source action that depends on the host. */
export type SourceAction = Pick<CfnPipeline.ActionDeclarationProperty, 'actionTypeId' | 'configuration' | 'roleArn'>;
