import type { Place } from '../service';

/** Formats of ARNs after the account, by type; `{}` stands for the id. */
const FORMATS: Readonly<Record<string, readonly [service: string, rest: string]>> = {
  'AWS::CodeCommit::Repository': ['codecommit', '{}'],
  'AWS::CodePipeline::Pipeline': ['codepipeline', '{}'],
  'AWS::EC2::EIP': ['ec2', 'elastic-ip/{}'],
  'AWS::EC2::Image': ['ec2', 'image/{}'],
  'AWS::EC2::InternetGateway': ['ec2', 'internet-gateway/{}'],
  'AWS::EC2::NatGateway': ['ec2', 'natgateway/{}'],
  'AWS::EC2::NetworkInterface': ['ec2', 'network-interface/{}'],
  'AWS::EC2::RouteTable': ['ec2', 'route-table/{}'],
  'AWS::EC2::SecurityGroup': ['ec2', 'security-group/{}'],
  'AWS::EC2::Snapshot': ['ec2', 'snapshot/{}'],
  'AWS::EC2::TransitGateway': ['ec2', 'transit-gateway/{}'],
  'AWS::EC2::TransitGatewayAttachment': ['ec2', 'transit-gateway-attachment/{}'],
  'AWS::EC2::TransitGatewayRouteTable': ['ec2', 'transit-gateway-route-table/{}'],
  'AWS::EC2::VPCEndpoint': ['ec2', 'vpc-endpoint/{}'],
  'AWS::EFS::FileSystem': ['elasticfilesystem', 'file-system/{}'],
  'AWS::Lambda::Function': ['lambda', 'function:{}'],
  'AWS::Logs::LogGroup': ['logs', 'log-group:{}'],
  'AWS::RDS::DBCluster': ['rds', 'cluster:{}'],
  'AWS::RDS::DBInstance': ['rds', 'db:{}'],
  'AWS::SQS::Queue': ['sqs', '{}'],
  'AWS::SSM::Parameter': ['ssm', 'parameter/{}'],
};

/** ARNs of resources without region and account. */
const BUCKET = 'AWS::S3::Bucket';

/** Types of global services: a resource belongs to its account, and not to one of its regions. */
const GLOBAL = /^AWS::(Budgets|CloudFront|GlobalAccelerator|IAM|Organizations|Route53)::/;

export function isGlobalType(type: string): boolean {
  return GLOBAL.test(type);
}

/** Returns the ARN of a resource: the one that its attributes or its id say, or one of the usual format. */
export function arnOf(
  { type, id, attributes }: { type: string; id: string; attributes?: Readonly<Record<string, unknown>> },
  { accountId, region }: Place,
  partition: string,
): string {
  // the attribute of a log group ends in `:*`, its ARN does not
  if (typeof attributes?.Arn === 'string') return attributes.Arn.replace(/:\*$/, '');
  if (id.startsWith('arn:')) return id;
  if (type === BUCKET) return `arn:${partition}:s3:::${id}`;
  const [, service = '', kind = ''] = type.toLowerCase().split('::');
  const [prefix, rest] = FORMATS[type] ?? [service, `${kind}/{}`];
  const path = rest.replace('{}', id).replace('//', '/');
  return `arn:${partition}:${prefix}:${isGlobalType(type) ? '' : region}:${accountId}:${path}`;
}
