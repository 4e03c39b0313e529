/**
 * What crosses CloudFormation unchanged: text, and lists and maps of text. Numbers and booleans would arrive as text,
 * so a contract names the choice (`'adopt' | 'fail'`) instead.
 */
export type Wire<T> = {
  readonly [K in keyof T]: T[K] extends string | readonly string[] | undefined
    ? T[K]
    : T[K] extends object | undefined ? Wire<NonNullable<T[K]>> | Extract<T[K], undefined> : never;
};

/** Environment variables that every handler is given. */
export const HANDLER_ENVIRONMENT = {
  REGISTRY_TABLE: 'REGISTRY_TABLE',
  PARTITION: 'PARTITION',
  CICD_ACCOUNT: 'CICD_ACCOUNT',
} as const;

/** Environment variables of handlers that act in the management account. */
export const ACCESS_ENVIRONMENT = {
  /** ARN of the role in the management account; absent when the CICD account is the management account. */
  ACCESS_ROLE_ARN: 'ACCESS_ROLE_ARN',
  ACCESS_EXTERNAL_ID: 'ACCESS_EXTERNAL_ID',
} as const;

/** Qualifier of the CDK bootstrap in vended accounts: the default of CDK, so that plain `cdk deploy` works there. */
export const BOOTSTRAP_QUALIFIER = 'hnb659fds';

/** Names that are the same in every account, because policies on one side name what lives on the other. */
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
  /** How the names of all stacks begin that this library deploys in accounts. */
  stackPrefix: 'org-environments-',
  triggerFunctionRole: 'org-environments-trigger',
  /** The bus in the CICD account that the events of all pipelines come to. */
  eventBus: 'org-environments',
  /** Role of the function that records what pipelines do. */
  deploymentsFunctionRole: 'org-environments-deployments',
  /** Path of the roles in the CICD account through which pipelines read a repository. */
  sourceRolePath: '/org-environments-source/',
  /** Stack in every vended account that holds what pipelines share. */
  baselineStack: 'org-environments-baseline',
  executionPolicy: 'org-environments-execution',
  /** Prefix of the policy that no role of the bootstrap goes beyond. */
  boundaryPolicy: 'org-environments-boundary',
  /** Prefix of the role with which tools make what applications are made of, where CloudFormation does not. */
  applicationRole: 'org-environments-application',
  /** Prefix of the role with which such tools look at what is there before anybody has approved that they change it. */
  planRole: 'org-environments-plan',
  /** Prefix of the role through which the pipeline of an account is deployed, and of the one that CloudFormation has for it. */
  deployerRole: 'org-environments-deployer',
  deployerExecutionRole: 'org-environments-deployer-execution',
  artifactBucketPrefix: 'org-environments-artifacts-',
  /** Prefix of the roles of a pipeline in its member account. */
  pipelineRolePrefix: 'org-environments-pipeline-',
  pipelineRole: 'org-environments-pipeline-run',
  /** Tag of the pipeline of an environment, by which the policies of applications know it: its name is that of the environment. */
  pipelineTag: 'org-environments:environment',
  /** Prefix of the build projects of a pipeline; the name of the step follows. */
  buildProjectPrefix: 'org-environments-',
  /** Rule in the member account that sends the events of the pipeline to the bus of the organization, and the role in whose name it does. */
  eventsRule: 'org-environments-pipeline-events',
  /** Role in the member account through which the trigger starts the pipeline. */
  startRole: 'org-environments-pipeline-start',
  /** Role in the member account through which the pipeline is halted, resumed and looked at. */
  operateRole: 'org-environments-pipeline-operate',
  /** Function in the CICD account that halts, resumes and looks at all pipelines, and its role. */
  operationsFunction: 'org-environments-operations',
  /** Tag that says which record of the registry an account belongs to. */
  ownerTag: 'org-environments:registry-key',
  /** File at the root of a branch that says which environment it belongs to. */
  descriptor: 'environment.json',
} as const;

/** Types of the custom resources, as CloudFormation shows them. */
export const RESOURCE_TYPES = {
  account: 'Custom::OrgEnvironmentsAccount',
  preconditions: 'Custom::OrgEnvironmentsPreconditions',
  branch: 'Custom::OrgEnvironmentsBranch',
  stack: 'Custom::OrgEnvironmentsStack',
  pipeline: 'Custom::OrgEnvironmentsPipeline',
} as const;

/** The metrics that CloudWatch keeps of each environment. */
export const METRICS = {
  namespace: 'OrgEnvironments',
  dimension: 'Environment',
} as const;

/** The parameter of a pipeline's stack that says whether commits go through, and its values. */
export const PIPELINE_STATE = { parameter: 'State', enabled: 'enabled', disabled: 'disabled' } as const;

/** The regions that every account has; AWS adds none to them, later ones must be enabled in each account. */
export const REGIONS_OF_EVERY_ACCOUNT: readonly string[] = [
  'us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ap-south-1', 'ap-northeast-1', 'ap-northeast-2',
  'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2', 'ca-central-1', 'eu-central-1', 'eu-west-1', 'eu-west-2',
  'eu-west-3', 'eu-north-1', 'sa-east-1',
];

/** Whether a new account can be used there at once; what other partitions need is not known. */
export function isRegionOfNewAccounts(region: string): boolean {
  return /^(cn|us-gov|us-iso[a-z]*|eu-isoe|eusc)-/.test(region) || REGIONS_OF_EVERY_ACCOUNT.includes(region);
}
