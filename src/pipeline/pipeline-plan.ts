import type { Duration } from 'aws-cdk-lib';
import type { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import type { BuildSecret } from './build-secret';

/**
 * What happens when a commit arrives while an earlier one is still on its way. They never go at the same time: CodePipeline would take the head of the
 * branch then, and not the commit.
 */
export enum ExecutionMode {
  /** The earlier one goes on in its stage; of those that wait behind it the latest goes next, the others are left out. */
  SUPERSEDED = 'SUPERSEDED',
  /** Every commit has its turn, one after the other. */
  QUEUED = 'QUEUED',
}

/** What happens when a stage fails after it has changed something. */
export enum Rollback {
  /** The stage runs once more with the last commit that succeeded in it. */
  PREVIOUS_COMMIT = 'PREVIOUS_COMMIT',
  /** Everything stays as the failed commit has left it. */
  NONE = 'NONE',
}

/** A role in the account of the environment that a step may take: those of the CDK bootstrap, and two for tools that know no CloudFormation. */
export enum AccountRole {
  /** Deploys stacks. */
  DEPLOY = 'deploy',
  /** Publishes file assets. */
  FILE_PUBLISHING = 'file-publishing',
  /** Publishes image assets. */
  IMAGE_PUBLISHING = 'image-publishing',
  /** Reads what is in the account. */
  LOOKUP = 'lookup',
  /** Does what CloudFormation may do for applications, for tools that make resources themselves. */
  APPLICATION = 'application',
  /** Reads what is in the account, secrets included, and changes nothing: for tools that plan what they would do as the application. */
  PLAN = 'plan',
}

/** The network that builds run in. */
export interface BuildNetwork {
  /** Id of the VPC in the account of the environment. */
  readonly vpcId: string;
  /** Ids of subnets that have a way to the internet; none is made, because it costs. */
  readonly subnetIds: string[];
  /** Ids of security groups. */
  readonly securityGroupIds: string[];
}

/** The machines that a pipeline's commands run on. */
export interface BuildOptions {
  /**
   * Image of the builds: one that CodeBuild manages (`aws/codebuild/…`), or a public one, which must bring Node.js 22 with npm, and Docker if the app
   * has images or bundling.
   *
   * @default 'aws/codebuild/standard:7.0'
   */
  readonly buildImage?: string;

  /**
   * Size of the builds.
   *
   * @default ComputeType.SMALL
   */
  readonly computeType?: ComputeType;

  /**
   * Environment variables of all builds; what must not be read in the template belongs into `secrets`.
   *
   * @default - none
   */
  readonly environmentVariables?: { [name: string]: string };

  /**
   * Environment variables whose values are kept in the account of the environment, for the builds that run the app's own commands.
   *
   * @default - none
   */
  readonly secrets?: { [name: string]: BuildSecret };

  /**
   * Paths that are kept from one build to the next where the app is synthesized, for example `/root/.npm/**\/*`. They are stored with the artifacts. All
   * commits share them, and each can fill them, also before anybody has approved it.
   *
   * @default - nothing is kept
   */
  readonly cachePaths?: string[];

  /**
   * The network that builds run in.
   *
   * @default - the one that CodeBuild has
   */
  readonly network?: BuildNetwork;

  /**
   * How long each build may take: 5 minutes to 36 hours.
   *
   * @default Duration.hours(1)
   */
  readonly timeout?: Duration;
}

/** A build: commands that run on a machine of their own. */
export interface PipelineStep {
  /** Name of the action: a letter, and at most 30 more letters and digits. */
  readonly name: string;

  /** What it is for. */
  readonly description: string;

  /**
   * Commands that prepare the machine.
   *
   * @default - none
   */
  readonly installCommands?: string[];

  /**
   * The commands; one that fails ends the step. `PIPELINE_EXECUTION_ID` is the id of the execution of the pipeline, and `PIPELINE_APPROVAL` is `manual`
   * if somebody must approve, else `none`.
   */
  readonly commands: string[];

  /**
   * The artifact in whose folder the commands run: `Source`, or the output of an earlier step.
   *
   * @default 'Source'
   */
  readonly inputArtifact?: string;

  /**
   * Further artifacts; their folders are in the variables `CODEBUILD_SRC_DIR_<artifact>`.
   *
   * @default - none
   */
  readonly extraInputArtifacts?: string[];

  /**
   * Name of the artifact that the step makes.
   *
   * @default - it makes none
   */
  readonly outputArtifact?: string;

  /**
   * Files of the artifact, as patterns.
   *
   * @default - none
   */
  readonly outputFiles?: string[];

  /**
   * Environment variables that are shown to later stages, as `#{<step>.<variable>}`.
   *
   * @default - none
   */
  readonly exportedVariables?: string[];

  /**
   * Roles that the step may take. It may do nothing else in its account but read and write artifacts and logs.
   *
   * @default - none
   */
  readonly roles?: AccountRole[];

  /**
   * Whether the step needs Docker, for images and bundling.
   *
   * @default false
   */
  readonly docker?: boolean;

  /**
   * Whether the step may use the cache.
   *
   * @default false
   */
  readonly cached?: boolean;
}

/** A stage of a pipeline; one execution at a time is in it. */
export interface PipelineStage {
  /** Name of the stage. What is approved is what comes from `Deploy` on. */
  readonly name: string;

  /** What happens in it, one after the other. */
  readonly steps: PipelineStep[];

  /**
   * What happens when a step fails or an alarm goes off.
   *
   * @default Rollback.NONE
   */
  readonly rollback?: Rollback;

  /**
   * Names of at most five CloudWatch alarms in the account of the environment that must not go off once the stage has succeeded.
   * Composite alarms cannot be watched: CloudWatch shows them to nobody whose rights are limited to some alarms.
   *
   * @default - none
   */
  readonly alarmNames?: string[];

  /**
   * How long the alarms are watched.
   *
   * @default Duration.minutes(5)
   */
  readonly alarmWindow?: Duration;
}

/** What a pipeline does with a commit. */
export interface PipelinePlan {
  /** The stages after `Source`; one of them is `Deploy`. */
  readonly stages: PipelineStage[];

  /**
   * What happens when a commit arrives while an earlier one is still on its way.
   *
   * @default ExecutionMode.SUPERSEDED
   */
  readonly executionMode?: ExecutionMode;

  /**
   * The machines that the commands run on.
   *
   * @default - small ones with CodeBuild's standard image
   */
  readonly builds?: BuildOptions;
}
