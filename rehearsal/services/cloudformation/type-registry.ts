import * as v from 'valibot';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation } from '../../core/service';

/** Types that Cloud Control does not support; with a final `*`, all types that begin so. */
const NON_PROVISIONABLE = [
  'AWS::ApiGatewayV2::ApiGatewayManagedOverrides', 'AWS::Budgets::Budget', 'AWS::CodeBuild::Project',
  'AWS::CodeBuild::ReportGroup', 'AWS::CodeBuild::SourceCredential', 'AWS::CodeCommit::Repository',
  'AWS::Config::ConfigurationRecorder', 'AWS::Config::DeliveryChannel', 'AWS::DAX::*', 'AWS::DMS::Certificate',
  'AWS::DMS::Endpoint', 'AWS::DMS::EventSubscription', 'AWS::DMS::ReplicationInstance',
  'AWS::DMS::ReplicationSubnetGroup', 'AWS::DMS::ReplicationTask', 'AWS::DocDB::*',
  'AWS::EC2::ClientVpn*', 'AWS::EC2::NetworkInterfacePermission', 'AWS::EMR::Cluster', 'AWS::EMR::InstanceGroupConfig',
  'AWS::ElasticLoadBalancing::LoadBalancer', 'AWS::Elasticsearch::Domain', 'AWS::FSx::*', 'AWS::Glue::Connection',
  'AWS::Glue::DevEndpoint', 'AWS::Glue::MLTransform', 'AWS::Glue::Table', 'AWS::Glue::Workflow',
  'AWS::IAM::AccessKey', 'AWS::IAM::Policy', 'AWS::IAM::UserToGroupAddition', 'AWS::IoT::PolicyPrincipalAttachment',
  'AWS::IoT::ThingPrincipalAttachment', 'AWS::KinesisAnalytics::*', 'AWS::MediaLive::Channel',
  'AWS::MediaLive::Input', 'AWS::MediaLive::InputSecurityGroup', 'AWS::Pinpoint::*', 'AWS::QLDB::Ledger',
  'AWS::Route53::RecordSet', 'AWS::Route53::RecordSetGroup', 'AWS::SDB::Domain', 'AWS::SES::ReceiptFilter',
  'AWS::SES::ReceiptRule', 'AWS::SES::ReceiptRuleSet', 'AWS::SageMaker::CodeRepository',
  'AWS::SageMaker::EndpointConfig', 'AWS::SageMaker::NotebookInstance', 'AWS::SageMaker::Workteam',
  'AWS::ServiceDiscovery::*', 'AWS::WAF::*', 'AWS::WAFRegional::*',
];

/** Types of which Cloud Control deletes resources, but does not list them. */
const WITHOUT_LIST = new Set([
  'AWS::AppStream::Fleet', 'AWS::AppStream::Stack', 'AWS::Cognito::UserPoolUserToGroupAttachment',
  'AWS::IAM::GroupPolicy', 'AWS::IAM::RolePolicy', 'AWS::IAM::UserPolicy', 'AWS::OpenSearchService::Domain',
  'AWS::SNS::TopicInlinePolicy', 'AWS::SNS::TopicPolicy', 'AWS::SQS::QueueInlinePolicy', 'AWS::SQS::QueuePolicy',
]);

/** Types whose resources are listed by a property of theirs, which names the parent. */
const LISTED_BY: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::BasePathMapping': 'DomainName',
  'AWS::ApiGateway::Deployment': 'RestApiId',
  'AWS::ApiGateway::Method': 'RestApiId',
  'AWS::ApiGateway::Resource': 'RestApiId',
  'AWS::ApiGateway::Stage': 'RestApiId',
  'AWS::ApiGatewayV2::ApiMapping': 'DomainName',
  'AWS::ApiGatewayV2::Integration': 'ApiId',
  'AWS::ApiGatewayV2::Route': 'ApiId',
  'AWS::ApiGatewayV2::Stage': 'ApiId',
  'AWS::Cognito::UserPoolClient': 'UserPoolId',
  'AWS::Cognito::UserPoolDomain': 'UserPoolId',
  'AWS::ECS::Service': 'Cluster',
  'AWS::EFS::MountTarget': 'FileSystemId',
  'AWS::EKS::Addon': 'ClusterName',
  'AWS::EKS::FargateProfile': 'ClusterName',
  'AWS::EKS::Nodegroup': 'ClusterName',
  'AWS::ElasticLoadBalancingV2::Listener': 'LoadBalancerArn',
  'AWS::ElasticLoadBalancingV2::ListenerRule': 'ListenerArn',
  'AWS::GlobalAccelerator::EndpointGroup': 'ListenerArn',
  'AWS::GlobalAccelerator::Listener': 'AcceleratorArn',
  'AWS::Lambda::Alias': 'FunctionName',
  'AWS::Lambda::EventInvokeConfig': 'FunctionName',
  'AWS::Lambda::Permission': 'FunctionName',
  'AWS::Lambda::Url': 'TargetFunctionArn',
  'AWS::Lambda::Version': 'FunctionName',
  'AWS::Logs::LogStream': 'LogGroupName',
  'AWS::VpcLattice::Listener': 'ServiceIdentifier',
};

/** Types that every account can list, besides those of the deployed resources. */
const COMMON = [
  'ApiGateway::RestApi', 'ApiGatewayV2::Api', 'AutoScaling::AutoScalingGroup', 'Backup::BackupPlan',
  'Backup::BackupVault', 'CertificateManager::Certificate', 'CloudFront::Distribution', 'CloudWatch::Alarm',
  'Cognito::UserPool', 'DynamoDB::GlobalTable', 'DynamoDB::Table', 'EC2::EIP', 'EC2::Instance',
  'EC2::InternetGateway', 'EC2::NatGateway', 'EC2::NetworkAcl', 'EC2::NetworkInterface', 'EC2::RouteTable',
  'EC2::SecurityGroup', 'EC2::Subnet', 'EC2::VPC', 'EC2::VPCEndpoint', 'EC2::Volume', 'ECR::Repository', 'ECS::Cluster',
  'ECS::TaskDefinition', 'EFS::FileSystem', 'EKS::Cluster', 'ElastiCache::ReplicationGroup',
  'ElasticLoadBalancingV2::LoadBalancer', 'ElasticLoadBalancingV2::TargetGroup', 'Events::EventBus', 'Events::Rule',
  'Glue::Database', 'IAM::Group', 'IAM::InstanceProfile', 'IAM::ManagedPolicy', 'IAM::Role', 'IAM::User', 'KMS::Alias',
  'KMS::Key', 'Kinesis::Stream', 'Lambda::Function', 'Lambda::LayerVersion', 'Logs::LogGroup', 'RDS::DBCluster',
  'RDS::DBInstance', 'RDS::DBSubnetGroup', 'Redshift::Cluster', 'Route53::HostedZone', 'S3::Bucket', 'SNS::Topic',
  'SQS::Queue', 'SSM::Parameter', 'Scheduler::Schedule', 'SecretsManager::Secret', 'StepFunctions::StateMachine',
].map(name => `AWS::${name}`);

const ListTypesInput = v.object({
  Visibility: v.optional(v.string(), 'PRIVATE'),
  ProvisioningType: v.optional(v.picklist(['FULLY_MUTABLE', 'IMMUTABLE', 'NON_PROVISIONABLE'])),
  MaxResults: v.optional(v.pipe(v.string(), v.transform(Number)), '100'),
  NextToken: v.optional(v.string(), '0'),
});

/** The public types of the CloudFormation registry, and what Cloud Control can do with them. */
export class TypeRegistry {
  public readonly operations: Record<string, Operation> = { ListTypes: async call => this.listTypes(call) };

  /** @param known types with simulated behaviour, and types of resources that exist or existed */
  public constructor(private readonly known: () => Iterable<string>) {}

  /** Whether Cloud Control supports the type. */
  public isProvisionable(type: string): boolean {
    return this.names().has(type) && !isLegacy(type);
  }

  /** Whether the type exists without support of Cloud Control. */
  public isLegacy(type: string): boolean {
    return isLegacy(type);
  }

  public canList(type: string): boolean {
    return !WITHOUT_LIST.has(type);
  }

  /** The property that a list of the type must be given. */
  public listedBy(type: string): string | undefined {
    return LISTED_BY[type];
  }

  private names(): ReadonlySet<string> {
    const deployed = [...this.known()].filter(type => /^AWS::(?!CDK::|CloudFormation::)\w+::\w+$/.test(type));
    return new Set([...COMMON, ...Object.keys(LISTED_BY), ...WITHOUT_LIST, ...deployed]);
  }

  private listTypes(call: Call): unknown {
    const { Visibility: visibility, ProvisioningType: wanted = 'FULLY_MUTABLE', MaxResults: size, NextToken: start } =
      read(ListTypesInput, call.input);
    // no account has types of its own, and the rehearsal does not distinguish immutable ones
    if (visibility !== 'PUBLIC' || wanted === 'IMMUTABLE') return { TypeSummaries: [] };
    if (size < 1 || size > 100) throw new AwsError('ValidationError', `MaxResults is from 1 to 100, got ${size}`);
    const names = [...this.names()].filter(type => isLegacy(type) === (wanted === 'NON_PROVISIONABLE')).sort();
    const end = Number(start) + size;
    return {
      TypeSummaries: names.slice(Number(start), end).map(name => ({ Type: 'RESOURCE', TypeName: name })),
      NextToken: end < names.length ? String(end) : undefined,
    };
  }
}

/** Whether the type has no schema in the registry, so that Cloud Control does not support it. */
export function isLegacy(type: string): boolean {
  return NON_PROVISIONABLE.some(name => (name.endsWith('*') ? type.startsWith(name.slice(0, -1)) : type === name));
}
