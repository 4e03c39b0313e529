import { FakeAccount } from './fake-account';
import type { Planted } from './fake-account';
import { CleanWorld, PROTECT, requestOf } from './world';

const REGIONS = ['us-east-1', 'eu-west-1', 'eu-central-1'];

type Kind = Omit<Planted, 'region' | 'id'> & {
  /** The parent that its list needs. */
  readonly parent?: string;
  /** The cleaner of its type; none: no cleaner knows it. */
  readonly by?: 'cloudcontrol' | 'own' | 'none';
};

/** Kinds of leftovers that are deleted. `after` names kinds. */
const DELETED: Readonly<Record<string, Kind>> = {
  'instance': { type: 'AWS::EC2::Instance', slow: 300 },
  'volume': { type: 'AWS::EC2::Volume', after: ['instance'] },
  'vpc': { type: 'AWS::EC2::VPC', after: ['subnet', 'endpoint', 'security-group', 'gateway'] },
  'subnet': { type: 'AWS::EC2::Subnet', after: ['interface', 'nat', 'database', 'load-balancer'] },
  'endpoint': { type: 'AWS::EC2::VPCEndpoint', slow: 120 },
  'security-group': { type: 'AWS::EC2::SecurityGroup', after: ['interface', 'database'] },
  'gateway': { type: 'AWS::EC2::InternetGateway', after: ['nat', 'address'] },
  'nat': { type: 'AWS::EC2::NatGateway', slow: 400 },
  'address': { type: 'AWS::EC2::EIP', after: ['nat'] },
  'snapshot': { type: 'AWS::EC2::Snapshot', by: 'own', after: ['image'] },
  'image': { type: 'AWS::EC2::Image', by: 'own' },
  'interface': { type: 'AWS::EC2::NetworkInterface', by: 'own', after: ['function'] },
  'function': { type: 'AWS::Lambda::Function', slow: 60 },
  'database': { type: 'AWS::RDS::DBInstance', lock: 'protection', slow: 900 },
  'database-snapshot': { type: 'AWS::RDS::DBSnapshot', by: 'own' },
  'automated-backup': { type: 'AWS::RDS::DBInstanceAutomatedBackup', by: 'own', after: ['database'] },
  'subnet-group': { type: 'AWS::RDS::DBSubnetGroup', after: ['database'] },
  'documents': { type: 'AWS::DocDB::DBCluster', by: 'own', slow: 600 },
  'cache': { type: 'AWS::DAX::Cluster', by: 'own', slow: 300 },
  'file-system': { type: 'AWS::FSx::FileSystem', by: 'own', slow: 500 },
  'replication': { type: 'AWS::DMS::ReplicationInstance', by: 'own', slow: 300 },
  'map-reduce': { type: 'AWS::EMR::Cluster', by: 'own', slow: 200 },
  'notebook': { type: 'AWS::SageMaker::NotebookInstance', by: 'own', slow: 90 },
  'build': { type: 'AWS::CodeBuild::Project', by: 'own' },
  'glue-table': { type: 'AWS::Glue::Table', by: 'own', parent: 'glue-database' },
  'glue-database': { type: 'AWS::Glue::Database', after: ['glue-table'] },
  'search': { type: 'AWS::OpenSearchService::Domain', by: 'own', slow: 800 },
  'budget': { type: 'AWS::Budgets::Budget', by: 'own' },
  'bucket': { type: 'AWS::S3::Bucket', by: 'own' },
  'nodes': { type: 'AWS::EKS::Nodegroup', parent: 'kubernetes', slow: 400 },
  'kubernetes': { type: 'AWS::EKS::Cluster', after: ['nodes'], slow: 500 },
  'service': { type: 'AWS::ECS::Service', parent: 'containers' },
  'containers': { type: 'AWS::ECS::Cluster', after: ['service'] },
  'load-balancer': { type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', lock: 'protection' },
  'table': { type: 'AWS::DynamoDB::Table', lock: 'protection' },
  'users': { type: 'AWS::Cognito::UserPool', lock: 'protection', after: ['user-domain'] },
  'user-domain': { type: 'AWS::Cognito::UserPoolDomain', parent: 'users' },
  'logs': { type: 'AWS::Logs::LogGroup' },
  'key': { type: 'AWS::KMS::Key', by: 'own' },
  'secret': { type: 'AWS::SecretsManager::Secret', by: 'own' },
  'scaling': { type: 'AWS::AutoScaling::AutoScalingGroup', slow: 60 },
  'backup': { type: 'AWS::Backup::RecoveryPoint', by: 'own', throttled: 3 },
};

/** Kinds that cannot be deleted, and how they are named. */
const NAMED: Readonly<Record<string, Kind & { readonly verdict: string }>> = {
  'object-lock': { type: 'AWS::S3::Bucket', by: 'own', until: '2027-05-01', verdict: 'waits' },
  'vault-lock': { type: 'AWS::Backup::BackupVault', until: '2027-02-01', verdict: 'waits' },
  'identity': { type: 'AWS::BedrockAgentCore::WorkloadIdentity', managedBy: 'bedrock', verdict: 'managed' },
  'denied': { type: 'AWS::Timestream::Database', lock: 'for good', verdict: 'locked' },
  'unknown': { type: 'AWS::Secret::Bill', by: 'none', verdict: 'unknown' },
};

function plantAll(account: FakeAccount, kinds: Readonly<Record<string, Kind>>): void {
  for (const { type, by = 'cloudcontrol', parent } of Object.values(kinds)) {
    if (by === 'none' || account.types.has(type)) continue;
    const parentType = parent === undefined ? undefined : kinds[parent]?.type;
    account.know({ type, cleaner: by, isGlobal: false, ...(parentType !== undefined && { parent: parentType }) });
  }
  for (const region of REGIONS) {
    for (const [name, { by: _, parent, after = [], ...kind }] of Object.entries(kinds)) {
      account.plant({
        ...kind,
        region,
        id: `${name}-${region}`,
        after: after.map(other => `${other}-${region}`),
        ...(parent !== undefined && { facts: { parent: `${parent}-${region}` } }),
      });
    }
  }
}

/** Things of others: the same types as those that are deleted, with the protecting tag. */
function plantForeign(account: FakeAccount): readonly string[] {
  const kinds = Object.entries(DELETED).filter(([, { parent, after }]) => parent === undefined && after === undefined);
  return kinds.flatMap(([name, { by: _, ...kind }]) => REGIONS.map(region => {
    const id = `foreign-${name}-${region}`;
    account.plant({ type: kind.type, region, id, tags: { [PROTECT]: 'security team' } });
    return id;
  }));
}

test('leftovers of more than 40 kinds in 3 regions are deleted or named, and foreign resources remain', async () => {
  const account = new FakeAccount();
  plantAll(account, { ...DELETED, ...NAMED });
  const foreign = plantForeign(account);
  account.deploy({
    stackName: 'data',
    region: 'eu-west-1',
    isProtected: true,
    resources: [{ id: 'table-eu-west-1', isRetained: true }, { id: 'bucket-eu-west-1', isRetained: true }],
  });
  const clean = new CleanWorld(account, requestOf({ secondLookSeconds: 86_400 }));
  expect(Object.keys(DELETED).length + Object.keys(NAMED).length).toBeGreaterThan(40);
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 3 * Object.keys(NAMED).length });
  const named = Object.entries(NAMED).flatMap(([name, { verdict }]) =>
    REGIONS.map(region => `${name}-${region}: ${verdict}`));
  expect(clean.left).toEqual(named.sort());
  const kept = Object.keys(NAMED).flatMap(name => REGIONS.map(region => `${name}-${region}`));
  expect(clean.present).toEqual([...kept, ...foreign].sort());
  expect(foreign.length).toBeGreaterThan(40);
  expect(clean.violations).toEqual([]);
});

test('the account is available when all kinds of leftovers are deleted', async () => {
  const account = new FakeAccount();
  plantAll(account, DELETED);
  const clean = new CleanWorld(account);
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.present).toEqual([]);
});
