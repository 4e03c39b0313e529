import type { TrailEvent } from './ports';

/** What a lease has used in a region. */
export interface RegionScope {
  readonly types: readonly string[];
  /** Whether all types must be listed, because the events of the lease are not all known. */
  readonly isAll: boolean;
}

/** What a lease has used, by region. A region that is missing was not used. */
export type Scope = Readonly<Record<string, RegionScope>>;

/** CloudTrail keeps events for 90 days; a day is left for the clean itself. */
const KNOWN_MILLISECONDS = 89 * 24 * 3600 * 1000;

/** Whether CloudTrail has all events of a lease. */
export function isKnownSince(leasedAt: number, now: number): boolean {
  return now - leasedAt < KNOWN_MILLISECONDS;
}

/** Events that create nothing. */
const CREATES_NOTHING = new RegExp([
  '^(Delete|Remove|Terminate|Deregister|Untag|Tag|AddTags|Detach|Disassociate|Cancel|Stop|Reject|Release|Revoke|',
  'AssumeRole|GetSessionToken|ConsoleLogin|SwitchRole|Decrypt|Encrypt|GenerateDataKey|Sign|Verify|RetireGrant)',
].join(''));

const VERB = new RegExp([
  '^(Create|Run|Put|Register|Allocate|Import|Copy|Restore|Start|Request|Publish|Add|Attach|Associate|Enable|Provision|',
  'Purchase|Update|Modify|Upload|Issue|Build|Deploy|Execute|Set|Batch|Initiate|Schedule|Subscribe|Transact|Invoke)',
].join(''));

/** Services whose types have another name than the source of their events. */
const NAMESPACES: Readonly<Record<string, readonly string[]>> = {
  'elasticloadbalancing': ['ElasticLoadBalancing', 'ElasticLoadBalancingV2'],
  'monitoring': ['CloudWatch'],
  'states': ['StepFunctions'],
  'es': ['Elasticsearch', 'OpenSearchService'],
  'aoss': ['OpenSearchServerless'],
  'rds': ['RDS', 'DocDB', 'Neptune'],
  'elasticfilesystem': ['EFS'],
  'elasticmapreduce': ['EMR'],
  'acm': ['CertificateManager'],
  'cognito-idp': ['Cognito'],
  'cognito-identity': ['Cognito'],
  'kafka': ['MSK'],
  'firehose': ['KinesisFirehose'],
  'apigateway': ['ApiGateway', 'ApiGatewayV2'],
  'application-autoscaling': ['ApplicationAutoScaling'],
  'autoscaling': ['AutoScaling', 'AutoScalingPlans'],
  'mq': ['AmazonMQ'],
  'airflow': ['MWAA'],
};

/** What the resources of a type create without an event of its own, or under the name of another service. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::Instance': ['AWS::EC2::Volume', 'AWS::EC2::NetworkInterface', 'AWS::EC2::SecurityGroup'],
  'AWS::EC2::Volume': ['AWS::EC2::Snapshot'],
  'AWS::EC2::Image': ['AWS::EC2::Snapshot'],
  'AWS::AutoScaling::AutoScalingGroup': ['AWS::EC2::Instance'],
  'AWS::Lambda::Function': ['AWS::Logs::LogGroup', 'AWS::EC2::NetworkInterface'],
  'AWS::CodeBuild::Project': ['AWS::Logs::LogGroup'],
  'AWS::ECS::Service': ['AWS::EC2::NetworkInterface', 'AWS::Logs::LogGroup'],
  'AWS::ECS::Cluster': ['AWS::ECS::Service', 'AWS::ECS::TaskDefinition'],
  'AWS::EKS::Cluster': [
    'AWS::EC2::SecurityGroup', 'AWS::EC2::NetworkInterface', 'AWS::EC2::Volume', 'AWS::Logs::LogGroup',
    'AWS::EKS::Nodegroup', 'AWS::ElasticLoadBalancingV2::LoadBalancer', 'AWS::ElasticLoadBalancing::LoadBalancer',
  ],
  'AWS::RDS::DBInstance': ['AWS::RDS::DBSnapshot', 'AWS::RDS::DBInstanceAutomatedBackup', 'AWS::Logs::LogGroup'],
  'AWS::RDS::DBCluster': ['AWS::RDS::DBClusterSnapshot', 'AWS::RDS::DBInstance', 'AWS::Logs::LogGroup'],
  'AWS::ElastiCache::ReplicationGroup': ['AWS::ElastiCache::Snapshot'],
  'AWS::ElastiCache::CacheCluster': ['AWS::ElastiCache::Snapshot'],
  'AWS::DynamoDB::Table': ['AWS::DynamoDB::Backup'],
  'AWS::DynamoDB::GlobalTable': ['AWS::DynamoDB::Table', 'AWS::DynamoDB::Backup'],
  'AWS::Backup::BackupPlan': ['AWS::Backup::RecoveryPoint'],
  'AWS::Backup::BackupVault': ['AWS::Backup::RecoveryPoint'],
  'AWS::ApiGateway::RestApi': ['AWS::Logs::LogGroup'],
  'AWS::Glue::Database': ['AWS::Glue::Table'],
  'AWS::Redshift::Cluster': ['AWS::Redshift::Snapshot'],
};

/** Returns the types that events may have created, of all types that can be listed. */
export function typesOfEvents(events: readonly TrailEvent[], known: ReadonlySet<string>): readonly string[] {
  const found = new Set<string>();
  for (const event of events) {
    if (CREATES_NOTHING.test(event.name)) continue;
    const named = [...event.types.filter(type => known.has(type)), ...matching(event, known)];
    // an event that names no known type may have created any resource of its service
    for (const type of named.length > 0 ? named : typesOfService(event, known)) found.add(type);
  }
  return [...found];
}

/** Adds what the resources of the types create without events. */
export function withCompanions(types: Iterable<string>): readonly string[] {
  const all = new Set<string>(types);
  // a set that grows is visited to its end
  for (const type of all) for (const companion of COMPANIONS[type] ?? []) all.add(companion);
  return [...all];
}

/** The types of the service whose name is in the name of the event. */
function matching(event: TrailEvent, known: ReadonlySet<string>): readonly string[] {
  const noun = event.name.replace(VERB, '').replace(/\d.*$/, '').replace(/(ies|s)$/, '').toLowerCase();
  if (noun === '' || noun === event.name.toLowerCase()) return [];
  return typesOfService(event, known).filter(type => {
    const name = (type.split('::')[2] ?? '').toLowerCase();
    return name.startsWith(noun) || noun.startsWith(name) || name.endsWith(noun);
  });
}

function typesOfService({ source }: TrailEvent, known: ReadonlySet<string>): readonly string[] {
  const service = source.replace(/\.amazonaws\.com(\.cn)?$/, '');
  const namespaces = (NAMESPACES[service] ?? [service]).map(simple);
  return [...known].filter(type => namespaces.includes(simple(type.split('::')[1] ?? '')));
}

function simple(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
