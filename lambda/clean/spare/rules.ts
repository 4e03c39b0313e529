import { BOOTSTRAP_QUALIFIER, NAMES } from '../../../src/private/contract';

/** A resource is spared if its type and its id, or the last part of its id or ARN, match. `*` matches any text. */
export interface SpareRule {
  readonly type: string;
  readonly id: string;
  readonly why: string;
}

/** Type of stacks in rules. */
export const STACK = 'AWS::CloudFormation::Stack';

const IAM = 'AWS::IAM::*';
const ANY = 'AWS::*';

const rules = (why: string, type: string, ...ids: readonly string[]): readonly SpareRule[] =>
  ids.map(id => ({ type, id, why }));

const BOOTSTRAP = 'CDK bootstrap';
const BASELINE = 'baseline of the account';
const LANDING_ZONE = 'Control Tower or StackSets';

/** Stacks that remain with all their resources. */
export const SPARED_STACKS: readonly SpareRule[] = [
  ...rules(BOOTSTRAP, STACK, 'CDKToolkit'),
  ...rules(BASELINE, STACK, NAMES.baselineStack, NAMES.accountBaselineStack),
  ...rules(LANDING_ZONE, STACK, 'StackSet-*'),
];

/** Resources of the bootstrap and the baseline, also if their stacks were deleted. */
const OURS: readonly SpareRule[] = [
  ...rules(BOOTSTRAP, ANY, `cdk-${BOOTSTRAP_QUALIFIER}-*`, `/cdk-bootstrap/${BOOTSTRAP_QUALIFIER}/*`),
  ...rules(
    BASELINE, IAM,
    NAMES.accessRole, `${NAMES.executionPolicy}*`, `${NAMES.boundaryPolicy}*`, `${NAMES.applicationRole}*`,
    `${NAMES.planRole}*`, `${NAMES.deployerRole}*`, `${NAMES.cleanRole}*`,
  ),
  ...rules(BASELINE, 'AWS::S3::Bucket*', `${NAMES.artifactBucketPrefix}*`),
];

const LANDING_ZONES: readonly SpareRule[] = [
  ...rules('access of the organization', IAM, 'OrganizationAccountAccessRole'),
  ...rules(LANDING_ZONE, ANY, 'stacksets-exec-*', 'aws-controltower-*', '*AWSControlTower*', 'aws-controltower/*'),
  ...rules('IAM Identity Center', IAM, 'AWSReservedSSO_*', 'AWSSSO_*'),
  ...rules('service-linked role', IAM, 'AWSServiceRoleFor*'),
  ...rules('recorder of AWS Config', 'AWS::Config::ConfigurationRecorder', '*'),
  ...rules('recorder of AWS Config', 'AWS::Config::DeliveryChannel', '*'),
];

/** What AWS creates in accounts, and nothing can delete. */
const AWS_OWN: readonly SpareRule[] = [
  ...rules('policy of AWS', 'AWS::IAM::ManagedPolicy', 'arn:*:iam::aws:*'),
  ...rules('key of an AWS service', 'AWS::KMS::Alias', 'alias/aws/*'),
  ...rules('default of AWS', 'AWS::Events::EventBus', 'default'),
  ...rules('default of AWS', 'AWS::Scheduler::ScheduleGroup', 'default'),
  ...rules('default of AWS', 'AWS::Athena::WorkGroup', 'primary'),
  ...rules('default of AWS', 'AWS::Athena::DataCatalog', 'AwsDataCatalog'),
  ...rules('default of AWS', 'AWS::XRay::*', 'Default', '*:group/default*'),
  ...rules('default of AWS', 'AWS::RDS::*Group', 'default*'),
  ...rules('default of AWS', 'AWS::Neptune::*Group', 'default*'),
  ...rules('default of AWS', 'AWS::ElastiCache::*', 'default*'),
  ...rules('default of AWS', 'AWS::MemoryDB::*', 'default*', 'open-access'),
  ...rules('default of AWS', 'AWS::DAX::*', 'default*'),
  ...rules('default of AWS', 'AWS::Redshift::*Group', 'default*'),
  ...rules('default of AWS', 'AWS::CodeDeploy::DeploymentConfig', 'CodeDeployDefault.*'),
  ...rules('default of AWS', 'AWS::AppConfig::DeploymentStrategy', 'AppConfig.*'),
  ...rules('default of AWS', 'AWS::CloudFront::*', 'Managed-*'),
  ...rules('default of AWS', 'AWS::ECS::CapacityProvider', 'FARGATE', 'FARGATE_SPOT'),
  ...rules('default of AWS', 'AWS::Backup::*', 'Default', 'aws/efs/*'),
  ...rules('default of AWS', 'AWS::Route53Resolver::ResolverRule', 'rslvr-autodefined-*'),
  ...rules('default of AWS', 'AWS::Cassandra::Keyspace', 'system*'),
  ...rules('default of AWS', 'AWS::SSM::Document', 'AWS-*', 'AWSEC2-*'),
  ...rules('default of AWS', 'AWS::Synthetics::*', 'default*'),
  ...rules('belongs to AWS', 'AWS::EC2::PrefixList', 'com.amazonaws.*'),
  // reading a stack shows its resources; CloudFormation itself has records of types, hooks and modules
  ...rules('record of CloudFormation', 'AWS::CloudFormation::*', '*'),
];

export const SPARED_RESOURCES: readonly SpareRule[] = [...OURS, ...LANDING_ZONES, ...AWS_OWN];
