/**
 * The values that CloudFormation passes unchanged: strings, and lists and maps of strings. Numbers and booleans
 * arrive as strings, so a contract has a choice (`'adopt' | 'fail'`) instead.
 */
export type Wire<T> = {
  readonly [K in keyof T]: T[K] extends string | readonly string[] | undefined
    ? T[K]
    : T[K] extends object | undefined ? Wire<NonNullable<T[K]>> | Extract<T[K], undefined> : never;
};

/** Environment variables of all handlers. */
export const HANDLER_ENVIRONMENT = {
  REGISTRY_TABLE: 'REGISTRY_TABLE',
  PARTITION: 'PARTITION',
  CICD_ACCOUNT: 'CICD_ACCOUNT',
  /** The closed account that the CICD account replaces; absent: none. */
  REPLACED_CICD_ACCOUNT: 'REPLACED_CICD_ACCOUNT',
  /** Endpoint of EventBridge, whose domain depends on the partition; only of functions that put events. */
  EVENTS_ENDPOINT: 'EVENTS_ENDPOINT',
} as const;

/** Environment variables of handlers that act in the management account. */
export const ACCESS_ENVIRONMENT = {
  /** ARN of the role in the management account; absent when the CICD account is the management account. */
  ACCESS_ROLE_ARN: 'ACCESS_ROLE_ARN',
  ACCESS_EXTERNAL_ID: 'ACCESS_EXTERNAL_ID',
  /** Id of the organization as the app declares it. */
  ORGANIZATION_ID: 'ORGANIZATION_ID',
} as const;

/**
 * Qualifier of the CDK bootstrap in vended accounts: the default of CDK, so that `cdk deploy` works without options.
 */
export const BOOTSTRAP_QUALIFIER = 'hnb659fds';

/** Names that are the same in all accounts, because policies of one account name resources of another. */
export const NAMES = {
  /** Role in the management account. */
  accessRole: 'org-environments-access',
  /** Function that receives the requests of CloudFormation for all custom resources; its ARN is their service token. */
  entryFunction: 'org-environments-entry',
  /** Role of the function that vends accounts. */
  accountProviderRole: 'org-environments-account-provider',
  branchProviderRole: 'org-environments-branch-provider',
  stackProviderRole: 'org-environments-stack-provider',
  pipelineProviderRole: 'org-environments-pipeline-provider',
  addressProviderRole: 'org-environments-address-provider',
  /** Role of the function that attaches networks to transit gateways. */
  transitProviderRole: 'org-environments-transit-provider',
  /**
   * Prefix of the roles in the accounts of networks and hubs through which networks are attached. A role of a stack
   * cannot have the prefix of the other roles, which applications may not change.
   */
  networkRolePrefix: 'network-org-environments-',
  /** Prefix of the names of all stacks that this library deploys in accounts. */
  stackPrefix: 'org-environments-',
  triggerFunctionRole: 'org-environments-trigger',
  /** Event bus in the CICD account that receives the events of all pipelines. */
  eventBus: 'org-environments',
  /** Role of the function that records deployments. */
  deploymentsFunctionRole: 'org-environments-deployments',
  /**
   * Path of the roles in the CICD account through which pipelines read a repository. The id of the environment's
   * account follows.
   */
  sourceRolePath: '/org-environments-source/',
  /** Stack in every vended account with the resources that pipelines share. */
  baselineStack: 'org-environments-baseline',
  /** Stack in every account with what the user's baseline contains. */
  accountBaselineStack: 'org-environments-account-baseline',
  executionPolicy: 'org-environments-execution',
  /** Prefix of the permissions boundary of the roles of the CDK bootstrap. */
  boundaryPolicy: 'org-environments-boundary',
  /** Prefix of the role with the permissions of applications, for tools that do not use CloudFormation. */
  applicationRole: 'org-environments-application',
  /** Prefix of the role with which such tools plan changes: it reads only. */
  planRole: 'org-environments-plan',
  /** Prefixes of the role that deploys the pipeline of an account, and of the role of CloudFormation for it. */
  deployerRole: 'org-environments-deployer',
  deployerExecutionRole: 'org-environments-deployer-execution',
  artifactBucketPrefix: 'org-environments-artifacts-',
  /** Prefix of the stack of a pipeline in its member account; the name of the pipeline follows. */
  pipelineStackPrefix: 'org-environments-pipeline-',
  /** Prefix of the roles of a pipeline in its member account. */
  pipelineRolePrefix: 'org-environments-pipeline-',
  pipelineRole: 'org-environments-pipeline-run',
  /** Tag of the pipeline of an environment, by which the policies of applications identify it. */
  pipelineTag: 'org-environments:environment',
  /** Prefix of the build projects of a pipeline; the name of the step follows. */
  buildProjectPrefix: 'org-environments-',
  /**
   * Rule in the member account that sends the events of the pipeline to the event bus of the organization, and its
   * role.
   */
  eventsRule: 'org-environments-pipeline-events',
  /** Role in the member account that the trigger assumes to start the pipeline. */
  startRole: 'org-environments-pipeline-start',
  /** Role in the member account through which pipelines are halted, resumed, described and released. */
  operateRole: 'org-environments-pipeline-operate',
  /** Role in the member account that releases assume: health, alarms, endpoints, singletons. */
  releaseRole: 'org-environments-pipeline-release',
  /** Prefix of the roles of the functions in the CICD account that make releases. */
  releaseFunctionRole: 'org-environments-release-',
  /** Path of the roles of blue/green environments in the CICD account. */
  environmentRolePath: '/org-environments-release/',
  /** Prefix of the role in the member account through which the account is cleaned; the region follows. */
  cleanRole: 'org-environments-clean',
  /** Role of the function in the CICD account that cleans accounts. */
  cleanFunctionRole: 'org-environments-cleaner',
  /** State machine that cleans accounts. */
  cleanMachine: 'org-environments-clean',
  /** Prefix of the approval rule templates of protected branches in CodeCommit. */
  reviewTemplate: 'org-environments-',
  /** Prefix of the branches that backports create. */
  workBranchPrefix: 'org-environments/',
  /** State machine that makes backports, and the role of its function. */
  backportMachine: 'org-environments-backport',
  backportFunctionRole: 'org-environments-backport',
  /** Prefix of the state machines that make releases. */
  releaseMachine: 'org-environments-release-',
  /** Function in the CICD account that runs the commands of operators, and its role. */
  operationsFunction: 'org-environments-operations',
  /** Tag of an account with the key of its record in the registry. */
  ownerTag: 'org-environments:registry-key',
  /** Tag of an account whose closure waits, with the time of the request. */
  closingTag: 'org-environments:closing',
  /** Tag of an account of a pool with the `Account` that leases it, since when, and the stack of the `Account`. */
  leaseTag: 'org-environments:leased-by',
  /** Tag of a stack in an account with the id of the stack in the CICD account that declares it. */
  stackTag: 'org-environments:declared-by',
  /** File at the root of a branch with its environment. */
  descriptor: 'environment.json',
} as const;

/** Condition key for the object that S3 encrypts or decrypts, or for its bucket if the bucket has a bucket key. */
export const ARTIFACT_CONTEXT = 'kms:EncryptionContext:aws:s3:arn';

/** Types of the custom resources, as CloudFormation shows them. */
export const RESOURCE_TYPES = {
  account: 'Custom::OrgEnvironmentsAccount',
  pool: 'Custom::OrgEnvironmentsAccountPool',
  baseline: 'Custom::OrgEnvironmentsAccountBaseline',
  preconditions: 'Custom::OrgEnvironmentsPreconditions',
  organizationalUnit: 'Custom::OrgEnvironmentsOrganizationalUnit',
  branch: 'Custom::OrgEnvironmentsBranch',
  repository: 'Custom::OrgEnvironmentsRepository',
  stack: 'Custom::OrgEnvironmentsStack',
  pipeline: 'Custom::OrgEnvironmentsPipeline',
  network: 'Custom::OrgEnvironmentsNetwork',
  transitAttachment: 'Custom::OrgEnvironmentsTransitAttachment',
  blueGreen: 'Custom::OrgEnvironmentsBlueGreen',
  addressSpace: 'Custom::OrgEnvironmentsAddressSpace',
  addressRange: 'Custom::OrgEnvironmentsAddressRange',
} as const;

/** The metrics of environments in CloudWatch. */
export const METRICS = {
  namespace: 'OrgEnvironments',
  dimension: 'Environment',
  /** Dimension of the metrics of the organization, and its value. */
  organization: { dimension: 'service', value: 'org-environments' },
  /** Of the organization: updates that were deferred because the account could not be entered. */
  unreachableAccounts: 'UnreachableAccounts',
  /** Of the organization: environments that are not as their app declares them. */
  driftedEnvironments: 'DriftedEnvironments',
  /** Of the organization: releases that have ended as `stuck`. */
  stuckReleases: 'StuckReleases',
  /** Of the organization: accounts of pools that could not be cleaned. */
  quarantinedAccounts: 'QuarantinedAccounts',
} as const;

/** Error of the execution of a release that has returned the traffic, or has reported why it could not. */
export const RELEASE_FAILED = 'ReleaseFailed';

/** The parameter of a pipeline's stack that says whether commits go through, and its values. */
export const PIPELINE_STATE = { parameter: 'State', enabled: 'enabled', disabled: 'disabled' } as const;

/**
 * The regions that are enabled in all accounts. AWS adds none: regions launched after 2019 must be enabled in each
 * account.
 */
export const REGIONS_OF_EVERY_ACCOUNT: readonly string[] = [
  'us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ap-south-1', 'ap-northeast-1', 'ap-northeast-2',
  'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2', 'ca-central-1', 'eu-central-1', 'eu-west-1', 'eu-west-2',
  'eu-west-3', 'eu-north-1', 'sa-east-1',
];

/** Whether a region is enabled in new accounts. In other partitions, all regions are assumed to be. */
export function isRegionOfNewAccounts(region: string): boolean {
  return /^(cn|us-gov|us-iso[a-z]*|eu-isoe|eusc)-/.test(region) || REGIONS_OF_EVERY_ACCOUNT.includes(region);
}
