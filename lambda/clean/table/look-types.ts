import type { ListSpec, TypeSpec } from './spec';

/** A list of what causes costs. It does not use the lists of the cleaners. */
export type LookSpec = Pick<TypeSpec, 'type' | 'service' | 'id' | 'skip'> & { readonly list: ListSpec };

const EC2_NEXT = ['NextToken', 'nextToken'] as const;
const MARKER = ['Marker', 'Marker'] as const;

const ec2 = (type: string, operation: string, items: string, id: string, skip: LookSpec['skip'] = []): LookSpec => ({
  type, service: 'ec2', list: { operation, items, next: EC2_NEXT }, id, skip,
});
const rds = (type: string, operation: string, items: string, id: string): LookSpec => ({
  type, service: 'rds', list: { operation, items, next: MARKER }, id,
});
const paged = (type: string, service: LookSpec['service'], operation: string, items: string, id: string): LookSpec => ({
  type, service, list: { operation, items }, id,
});

const OWN = { input: { Owner: ['self'] } };

export const LOOK_SPECS: readonly LookSpec[] = [
  ec2('AWS::EC2::Instance', 'DescribeInstances', 'reservationSet.item.instancesSet.item', 'instanceId', [
    ['instanceState.name', /^(terminated|shutting-down)$/],
  ]),
  ec2('AWS::EC2::Volume', 'DescribeVolumes', 'volumeSet.item', 'volumeId'),
  ec2('AWS::EC2::NatGateway', 'DescribeNatGateways', 'natGatewaySet.item', 'natGatewayId', [['state', /^delet/]]),
  ec2('AWS::EC2::VPCEndpoint', 'DescribeVpcEndpoints', 'vpcEndpointSet.item', 'vpcEndpointId', [['state', /^delet/i]]),
  {
    ...ec2('AWS::EC2::Snapshot', 'DescribeSnapshots', 'snapshotSet.item', 'snapshotId'),
    list: { operation: 'DescribeSnapshots', ...OWN, items: 'snapshotSet.item', next: EC2_NEXT },
  },
  {
    type: 'AWS::EC2::EIP',
    service: 'ec2',
    list: { operation: 'DescribeAddresses', items: 'addressesSet.item' },
    id: 'allocationId',
  },
  rds('AWS::RDS::DBInstance', 'DescribeDBInstances', 'DBInstances.DBInstance', 'DBInstanceIdentifier'),
  rds('AWS::RDS::DBCluster', 'DescribeDBClusters', 'DBClusters.DBCluster', 'DBClusterIdentifier'),
  {
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    service: 'elbv2',
    list: { operation: 'DescribeLoadBalancers', items: 'LoadBalancers.member', next: ['Marker', 'NextMarker'] },
    id: 'LoadBalancerArn',
  },
  paged('AWS::ElastiCache::CacheCluster', 'elasticache', 'DescribeCacheClusters', 'CacheClusters.CacheCluster',
    'CacheClusterId'),
  paged('AWS::Redshift::Cluster', 'redshift', 'DescribeClusters', 'Clusters.Cluster', 'ClusterIdentifier'),
  paged('AWS::DynamoDB::Table', 'dynamodb', 'ListTables', 'TableNames', ''),
  paged('AWS::FSx::FileSystem', 'fsx', 'DescribeFileSystems', 'FileSystems', 'FileSystemId'),
  paged('AWS::SageMaker::Endpoint', 'sagemaker', 'ListEndpoints', 'Endpoints', 'EndpointName'),
  paged('AWS::SageMaker::NotebookInstance', 'sagemaker', 'ListNotebookInstances', 'NotebookInstances',
    'NotebookInstanceName'),
  paged('AWS::OpenSearchService::Domain', 'es', 'GET /2021-01-01/domain', 'DomainNames', 'DomainName'),
];

/** What AWS creates in each region: the lists, and the ids in them. */
export const DEFAULT_SPECS: readonly Pick<LookSpec, 'list' | 'id'>[] = [
  { list: filtered('DescribeVpcs', 'is-default', 'vpcSet.item'), id: 'vpcId' },
  { list: filtered('DescribeVpcs', 'is-default', 'vpcSet.item'), id: 'dhcpOptionsId' },
  { list: filtered('DescribeSubnets', 'default-for-az', 'subnetSet.item'), id: 'subnetId' },
  // those of other networks are deleted with their network
  { list: filtered('DescribeRouteTables', 'association.main', 'routeTableSet.item'), id: 'routeTableId' },
  { list: filtered('DescribeNetworkAcls', 'default', 'networkAclSet.item'), id: 'networkAclId' },
  {
    list: {
      operation: 'DescribeSecurityGroups',
      input: { Filter: [{ Name: 'group-name', Value: ['default'] }] },
      items: 'securityGroupInfo.item',
      next: EC2_NEXT,
    },
    id: 'groupId',
  },
];

function filtered(operation: string, filter: string, items: string): ListSpec {
  return { operation, input: { Filter: [{ Name: filter, Value: ['true'] }] }, items, next: EC2_NEXT };
}
