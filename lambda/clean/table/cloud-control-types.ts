interface PatchOperation {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: unknown;
}

const set = (property: string, value: unknown): readonly PatchOperation[] =>
  [{ op: 'add', path: `/${property}`, value }];

/** Changes that turn protections against deletion off, as JSON patches of the properties. */
export const UNLOCKS: Readonly<Record<string, readonly PatchOperation[]>> = {
  'AWS::RDS::DBInstance': set('DeletionProtection', false),
  'AWS::RDS::DBCluster': set('DeletionProtection', false),
  'AWS::RDS::GlobalCluster': set('DeletionProtection', false),
  'AWS::Neptune::DBCluster': set('DeletionProtection', false),
  'AWS::DynamoDB::Table': set('DeletionProtectionEnabled', false),
  'AWS::Cognito::UserPool': set('DeletionProtection', 'INACTIVE'),
  'AWS::Logs::LogGroup': set('DeletionProtectionEnabled', false),
  'AWS::EC2::Instance': set('DisableApiTermination', false),
  'AWS::EKS::Cluster': set('DeletionProtection', false),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': set('LoadBalancerAttributes', [
    { Key: 'deletion_protection.enabled', Value: 'false' },
  ]),
  'AWS::NetworkFirewall::Firewall': set('DeleteProtection', false),
  'AWS::VerifiedPermissions::PolicyStore': set('DeletionProtection', { Mode: 'DISABLED' }),
};

/** Types that are listed by their parents only, and block the deletion of these. */
export const CHILD_TYPES: Readonly<Record<string, { readonly parent: string; readonly property: string }>> = {
  'AWS::ECS::Service': { parent: 'AWS::ECS::Cluster', property: 'Cluster' },
  'AWS::EKS::Nodegroup': { parent: 'AWS::EKS::Cluster', property: 'ClusterName' },
  'AWS::EKS::FargateProfile': { parent: 'AWS::EKS::Cluster', property: 'ClusterName' },
  'AWS::EKS::Addon': { parent: 'AWS::EKS::Cluster', property: 'ClusterName' },
  'AWS::EFS::MountTarget': { parent: 'AWS::EFS::FileSystem', property: 'FileSystemId' },
  'AWS::Cognito::UserPoolDomain': { parent: 'AWS::Cognito::UserPool', property: 'UserPoolId' },
  'AWS::ServiceDiscovery::Service': { parent: 'AWS::ServiceDiscovery::PrivateDnsNamespace', property: 'NamespaceId' },
  'AWS::ApiGateway::BasePathMapping': { parent: 'AWS::ApiGateway::DomainName', property: 'DomainName' },
  'AWS::ApiGatewayV2::ApiMapping': { parent: 'AWS::ApiGatewayV2::DomainName', property: 'DomainName' },
  'AWS::GlobalAccelerator::Listener': { parent: 'AWS::GlobalAccelerator::Accelerator', property: 'AcceleratorArn' },
  'AWS::VpcLattice::Listener': { parent: 'AWS::VpcLattice::Service', property: 'ServiceIdentifier' },
};

/** Types of global services: one list has the resources of all regions. */
const GLOBAL = /^AWS::(IAM|Route53|CloudFront|Organizations|GlobalAccelerator|Shield|Budgets|CE|Route53RecoveryControl)::/;

export function isGlobalType(type: string): boolean {
  return GLOBAL.test(type);
}
