import type { TypeSpec } from './spec';

const MARKER = ['Marker', 'Marker'] as const;
const NEXT = ['NextToken', 'NextToken'] as const;
const EC2_NEXT = ['NextToken', 'nextToken'] as const;

/** The names of lists in the API of RDS. */
const DOCUMENT_DATABASES = { 'Filters.Filter.1.Name': 'engine', 'Filters.Filter.1.Values.Value.1': 'docdb' };

/** Snapshots, images and backups: they have no type in CloudFormation, or no list in Cloud Control. */
const COPIES: readonly TypeSpec[] = [
  {
    type: 'AWS::EC2::Snapshot',
    service: 'ec2',
    list: { operation: 'DescribeSnapshots', input: { Owner: ['self'] }, items: 'snapshotSet.item', next: EC2_NEXT },
    id: 'snapshotId',
    tags: 'tagSet.item',
    remove: { operation: 'DeleteSnapshot', input: { SnapshotId: '{id}' } },
  },
  {
    type: 'AWS::EC2::Image',
    service: 'ec2',
    list: { operation: 'DescribeImages', input: { Owner: ['self'] }, items: 'imagesSet.item', next: EC2_NEXT },
    id: 'imageId',
    tags: 'tagSet.item',
    remove: { operation: 'DeregisterImage', input: { ImageId: '{id}' } },
  },
  {
    type: 'AWS::RDS::DBSnapshot',
    service: 'rds',
    list: {
      operation: 'DescribeDBSnapshots',
      input: { SnapshotType: 'manual' },
      items: 'DBSnapshots.DBSnapshot',
      next: MARKER,
    },
    id: 'DBSnapshotIdentifier',
    arn: 'DBSnapshotArn',
    tags: 'TagList.Tag',
    remove: { operation: 'DeleteDBSnapshot', input: { DBSnapshotIdentifier: '{id}' } },
  },
  {
    type: 'AWS::RDS::DBClusterSnapshot',
    service: 'rds',
    list: {
      operation: 'DescribeDBClusterSnapshots',
      input: { SnapshotType: 'manual' },
      items: 'DBClusterSnapshots.DBClusterSnapshot',
      next: MARKER,
    },
    id: 'DBClusterSnapshotIdentifier',
    arn: 'DBClusterSnapshotArn',
    tags: 'TagList.Tag',
    remove: { operation: 'DeleteDBClusterSnapshot', input: { DBClusterSnapshotIdentifier: '{id}' } },
  },
  {
    type: 'AWS::RDS::DBInstanceAutomatedBackup',
    service: 'rds',
    list: {
      operation: 'DescribeDBInstanceAutomatedBackups',
      items: 'DBInstanceAutomatedBackups.DBInstanceAutomatedBackup',
      next: MARKER,
    },
    id: 'DbiResourceId',
    arn: 'DBInstanceAutomatedBackupsArn',
    // others are deleted with their instance
    skip: [['Status', /^(?!retained)/]],
    remove: { operation: 'DeleteDBInstanceAutomatedBackup', input: { DbiResourceId: '{id}' } },
  },
  {
    type: 'AWS::ElastiCache::Snapshot',
    service: 'elasticache',
    list: { operation: 'DescribeSnapshots', items: 'Snapshots.Snapshot', next: MARKER },
    id: 'SnapshotName',
    arn: 'ARN',
    remove: { operation: 'DeleteSnapshot', input: { SnapshotName: '{id}' } },
  },
  {
    type: 'AWS::Redshift::Snapshot',
    service: 'redshift',
    list: {
      operation: 'DescribeClusterSnapshots',
      input: { SnapshotType: 'manual' },
      items: 'Snapshots.Snapshot',
      next: MARKER,
    },
    id: 'SnapshotIdentifier',
    arn: 'SnapshotArn',
    tags: 'Tags.Tag',
    remove: { operation: 'DeleteClusterSnapshot', input: { SnapshotIdentifier: '{id}' } },
  },
  {
    type: 'AWS::DynamoDB::Backup',
    service: 'dynamodb',
    list: {
      operation: 'ListBackups',
      input: { BackupType: 'USER' },
      items: 'BackupSummaries',
      next: ['ExclusiveStartBackupArn', 'LastEvaluatedBackupArn'],
    },
    id: 'BackupArn',
    arn: 'BackupArn',
    remove: { operation: 'DeleteBackup', input: { BackupArn: '{id}' } },
  },
  {
    type: 'AWS::Backup::RecoveryPoint',
    service: 'backup',
    parent: 'AWS::Backup::BackupVault',
    list: {
      operation: 'GET /backup-vaults/{parent}/recovery-points',
      items: 'RecoveryPoints',
      next: ['nextToken', 'NextToken'],
    },
    id: 'RecoveryPointArn',
    remove: { operation: 'DELETE /backup-vaults/{parent}/recovery-points/{id}' },
  },
  {
    type: 'AWS::FSx::Backup',
    service: 'fsx',
    list: { operation: 'DescribeBackups', items: 'Backups', next: NEXT },
    id: 'BackupId',
    arn: 'ResourceARN',
    tags: 'Tags',
    remove: { operation: 'DeleteBackup', input: { BackupId: '{id}' } },
  },
];

/** Databases, clusters and file systems that Cloud Control does not know. */
const SERVERS: readonly TypeSpec[] = [
  {
    type: 'AWS::DocDB::DBInstance',
    service: 'rds',
    list: {
      operation: 'DescribeDBInstances',
      input: DOCUMENT_DATABASES,
      items: 'DBInstances.DBInstance',
      next: MARKER,
    },
    id: 'DBInstanceIdentifier',
    arn: 'DBInstanceArn',
    tags: 'TagList.Tag',
    remove: { operation: 'DeleteDBInstance', input: { DBInstanceIdentifier: '{id}' } },
    isSlow: true,
  },
  {
    type: 'AWS::DocDB::DBCluster',
    service: 'rds',
    list: {
      operation: 'DescribeDBClusters',
      input: DOCUMENT_DATABASES,
      items: 'DBClusters.DBCluster',
      next: MARKER,
    },
    id: 'DBClusterIdentifier',
    arn: 'DBClusterArn',
    tags: 'TagList.Tag',
    prepare: [{ operation: 'ModifyDBCluster', input: { DBClusterIdentifier: '{id}', DeletionProtection: false } }],
    remove: { operation: 'DeleteDBCluster', input: { DBClusterIdentifier: '{id}', SkipFinalSnapshot: true } },
    isSlow: true,
  },
  {
    type: 'AWS::DAX::Cluster',
    service: 'dax',
    list: { operation: 'DescribeClusters', items: 'Clusters', next: NEXT },
    id: 'ClusterName',
    arn: 'ClusterArn',
    remove: { operation: 'DeleteCluster', input: { ClusterName: '{id}' } },
    isSlow: true,
  },
  {
    type: 'AWS::EMR::Cluster',
    service: 'emr',
    list: { operation: 'ListClusters', items: 'Clusters', next: MARKER },
    id: 'Id',
    arn: 'ClusterArn',
    skip: [['Status.State', /^(TERMINATING|TERMINATED)/]],
    prepare: [{ operation: 'SetTerminationProtection', input: { JobFlowIds: ['{id}'], TerminationProtected: false } }],
    remove: { operation: 'TerminateJobFlows', input: { JobFlowIds: ['{id}'] } },
    isSlow: true,
  },
  {
    type: 'AWS::FSx::FileSystem',
    service: 'fsx',
    list: { operation: 'DescribeFileSystems', items: 'FileSystems', next: NEXT },
    id: 'FileSystemId',
    arn: 'ResourceARN',
    tags: 'Tags',
    skip: [['Lifecycle', /^DELETING/]],
    remove: { operation: 'DeleteFileSystem', input: { FileSystemId: '{id}' } },
    isSlow: true,
  },
  {
    type: 'AWS::DMS::ReplicationTask',
    service: 'dms',
    list: { operation: 'DescribeReplicationTasks', items: 'ReplicationTasks', next: MARKER },
    id: 'ReplicationTaskArn',
    arn: 'ReplicationTaskArn',
    prepare: [{ operation: 'StopReplicationTask', input: { ReplicationTaskArn: '{id}' } }],
    remove: { operation: 'DeleteReplicationTask', input: { ReplicationTaskArn: '{id}' } },
    isSlow: true,
  },
  {
    type: 'AWS::DMS::Endpoint',
    service: 'dms',
    list: { operation: 'DescribeEndpoints', items: 'Endpoints', next: MARKER },
    id: 'EndpointArn',
    arn: 'EndpointArn',
    remove: { operation: 'DeleteEndpoint', input: { EndpointArn: '{id}' } },
  },
  {
    type: 'AWS::DMS::ReplicationInstance',
    service: 'dms',
    list: { operation: 'DescribeReplicationInstances', items: 'ReplicationInstances', next: MARKER },
    id: 'ReplicationInstanceArn',
    arn: 'ReplicationInstanceArn',
    remove: { operation: 'DeleteReplicationInstance', input: { ReplicationInstanceArn: '{id}' } },
    isSlow: true,
  },
  {
    type: 'AWS::SageMaker::NotebookInstance',
    service: 'sagemaker',
    list: { operation: 'ListNotebookInstances', items: 'NotebookInstances', next: NEXT },
    id: 'NotebookInstanceName',
    arn: 'NotebookInstanceArn',
    prepare: [{ operation: 'StopNotebookInstance', input: { NotebookInstanceName: '{id}' } }],
    remove: { operation: 'DeleteNotebookInstance', input: { NotebookInstanceName: '{id}' } },
    isSlow: true,
  },
  {
    type: 'AWS::OpenSearchService::Domain',
    service: 'es',
    list: { operation: 'GET /2021-01-01/domain', items: 'DomainNames' },
    id: 'DomainName',
    remove: { operation: 'DELETE /2021-01-01/opensearch/domain/{id}' },
    isSlow: true,
  },
];

/** Code, data catalogues and budgets that Cloud Control does not know. */
const OTHERS: readonly TypeSpec[] = [
  {
    type: 'AWS::CodeBuild::Project',
    service: 'codebuild',
    list: { operation: 'ListProjects', items: 'projects', next: ['nextToken', 'nextToken'] },
    id: '',
    remove: { operation: 'DeleteProject', input: { name: '{id}' } },
  },
  {
    type: 'AWS::CodeCommit::Repository',
    service: 'codecommit',
    list: { operation: 'ListRepositories', items: 'repositories', next: ['nextToken', 'nextToken'] },
    id: 'repositoryName',
    remove: { operation: 'DeleteRepository', input: { repositoryName: '{id}' } },
  },
  {
    type: 'AWS::Glue::Table',
    service: 'glue',
    parent: 'AWS::Glue::Database',
    list: { operation: 'GetTables', input: { DatabaseName: '{parent}' }, items: 'TableList', next: NEXT },
    id: 'Name',
    remove: { operation: 'DeleteTable', input: { DatabaseName: '{parent}', Name: '{id}' } },
  },
  {
    type: 'AWS::Budgets::Budget',
    service: 'budgets',
    isGlobal: true,
    list: { operation: 'DescribeBudgets', input: { AccountId: '{account}' }, items: 'Budgets', next: NEXT },
    id: 'BudgetName',
    remove: { operation: 'DeleteBudget', input: { AccountId: '{account}', BudgetName: '{id}' } },
  },
];

export const COPIES_SERVERS_OTHERS: readonly TypeSpec[] = [...COPIES, ...SERVERS, ...OTHERS];
