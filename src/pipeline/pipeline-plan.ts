import type { Duration } from 'aws-cdk-lib';
import type { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import type { BuildSecret } from './build-secret';

/**
 * What happens to a commit that arrives while an earlier one is being processed. Two commits are never in the pipeline
 * in parallel, because CodePipeline's mode PARALLEL deploys the head of the branch instead of the commit.
 */
export enum ExecutionMode {
  /** The earlier commit finishes its stage. Of the commits that wait for the stage, only the latest enters it. */
  SUPERSEDED = 'SUPERSEDED',
  /** Every commit is processed, in the order of arrival. */
  QUEUED = 'QUEUED',
}

/** What happens when a stage fails that may have changed the account. */
export enum Rollback {
  /** The stage runs again with the last commit that succeeded in it. */
  PREVIOUS_COMMIT = 'PREVIOUS_COMMIT',
  /** Nothing is rolled back. */
  NONE = 'NONE',
}

/** A role in the account of the environment that a step may assume. */
export enum AccountRole {
  /** Deploys stacks: a role of the CDK bootstrap. */
  DEPLOY = 'deploy',
  /** Publishes file assets: a role of the CDK bootstrap. */
  FILE_PUBLISHING = 'file-publishing',
  /** Publishes image assets: a role of the CDK bootstrap. */
  IMAGE_PUBLISHING = 'image-publishing',
  /** Reads resources of the account: a role of the CDK bootstrap. */
  LOOKUP = 'lookup',
  /** Has the permissions that CloudFormation has for applications. For tools that do not use CloudFormation. */
  APPLICATION = 'application',
  /** Reads all resources of the account, secrets included, and changes nothing. For tools that plan changes. */
  PLAN = 'plan',
}

/** The VPC in which builds run. */
export interface BuildNetwork {
  /** Id of the VPC in the account of the environment. */
  readonly vpcId: string;
  /** Ids of subnets with a route to the internet, for example through a NAT gateway. At least one. */
  readonly subnetIds: string[];
  /** Ids of security groups. At least one. */
  readonly securityGroupIds: string[];
}

/** Options of the CodeBuild projects of a pipeline. */
export interface BuildOptions {
  /**
   * Image of the builds: an image of CodeBuild (`aws/codebuild/…`) or a public one. A public image must have Node.js 22
   * with npm, and Docker if the app has image assets or bundling.
   *
   * @default 'aws/codebuild/standard:7.0'
   */
  readonly buildImage?: string;

  /**
   * Compute type of the builds.
   *
   * @default ComputeType.SMALL
   */
  readonly computeType?: ComputeType;

  /**
   * Environment variables of all builds. They appear in the template: use `secrets` for confidential values.
   *
   * @default - none
   */
  readonly environmentVariables?: { [name: string]: string };

  /**
   * Environment variables with values that are stored in the account of the environment, for the builds that run
   * commands of the app.
   *
   * @default - none
   */
  readonly secrets?: { [name: string]: BuildSecret };

  /**
   * Paths that are cached between the builds that synthesize the app, for example `/root/.npm/**\/*`. The cache is
   * stored with the artifacts. All commits share it and can write to it, also before they are approved.
   *
   * @default - no cache
   */
  readonly cachePaths?: string[];

  /**
   * The VPC in which builds run.
   *
   * @default - builds run outside of a VPC
   */
  readonly network?: BuildNetwork;

  /**
   * Timeout of each build: 5 minutes to 36 hours, in whole minutes.
   *
   * @default Duration.hours(1)
   */
  readonly timeout?: Duration;
}

/** A step of a stage: commands that run in a build of their own. */
export interface PipelineStep {
  /** Name of the step: a letter, and at most 30 more letters and digits. It must be unique in the pipeline. */
  readonly name: string;

  /** Description of the step. */
  readonly description: string;

  /**
   * Commands that install what the step needs.
   *
   * @default - none
   */
  readonly installCommands?: string[];

  /**
   * The commands. The step fails with the first command that fails. `PIPELINE_EXECUTION_ID` is the id of the
   * execution of the pipeline, and `PIPELINE_APPROVAL` is `manual` if the pipeline requires approval, otherwise
   * `none`.
   */
  readonly commands: string[];

  /**
   * Name of the artifact in whose folder the commands run: `Source`, or the output artifact of an earlier step.
   *
   * @default 'Source'
   */
  readonly inputArtifact?: string;

  /**
   * Names of further artifacts. The variable `CODEBUILD_SRC_DIR_<artifact>` is the folder of each.
   *
   * @default - none
   */
  readonly extraInputArtifacts?: string[];

  /**
   * Name of the artifact that the step creates. It must be unique in the pipeline.
   *
   * @default - the step creates no artifact
   */
  readonly outputArtifact?: string;

  /**
   * Patterns of the files of the output artifact.
   *
   * @default - none
   */
  readonly outputFiles?: string[];

  /**
   * Names of the environment variables that later stages can read, as `#{<step>.<variable>}`.
   *
   * @default - none
   */
  readonly exportedVariables?: string[];

  /**
   * Roles that the step may assume. Its own permissions cover artifacts and logs only.
   *
   * @default - none
   */
  readonly roles?: AccountRole[];

  /**
   * Whether the step needs Docker, for image assets and bundling.
   *
   * @default false
   */
  readonly docker?: boolean;

  /**
   * Whether the step uses the cache (`cachePaths`).
   *
   * @default false
   */
  readonly cached?: boolean;
}

/** A stage of a pipeline. One execution at a time is in a stage. */
export interface PipelineStage {
  /**
   * Name of the stage: a letter, and at most 30 more letters and digits. The pipeline requires approval before the
   * stage `Deploy`.
   */
  readonly name: string;

  /** The steps of the stage, which run one after the other. At least one. */
  readonly steps: PipelineStep[];

  /**
   * What happens when a step fails or an alarm is triggered.
   *
   * @default Rollback.NONE
   */
  readonly rollback?: Rollback;

  /**
   * Names of at most five CloudWatch alarms in the account of the environment. The stage fails if one is triggered
   * after its steps have succeeded. Composite alarms are not supported, because CodePipeline cannot read them with
   * permissions for single alarms.
   *
   * @default - none
   */
  readonly alarmNames?: string[];

  /**
   * How long the alarms are watched: 1 minute to 1 day, in whole minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly alarmWindow?: Duration;
}

/** The stages of a pipeline and their options. */
export interface PipelinePlan {
  /** The stages after `Source`. One of them is `Deploy`. */
  readonly stages: PipelineStage[];

  /**
   * What happens to a commit that arrives while an earlier one is being processed.
   *
   * @default ExecutionMode.SUPERSEDED
   */
  readonly executionMode?: ExecutionMode;

  /**
   * Options of the builds.
   *
   * @default - builds of type SMALL with CodeBuild's standard image
   */
  readonly builds?: BuildOptions;
}
