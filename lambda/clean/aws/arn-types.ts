/** Types by the beginning of their ARNs: service, and kind if the service has several. */
const TYPES: Readonly<Record<string, string>> = {
  'ec2 instance': 'AWS::EC2::Instance',
  'ec2 volume': 'AWS::EC2::Volume',
  'ec2 snapshot': 'AWS::EC2::Snapshot',
  'ec2 image': 'AWS::EC2::Image',
  'ec2 vpc': 'AWS::EC2::VPC',
  'ec2 subnet': 'AWS::EC2::Subnet',
  'ec2 security-group': 'AWS::EC2::SecurityGroup',
  'ec2 natgateway': 'AWS::EC2::NatGateway',
  'ec2 network-interface': 'AWS::EC2::NetworkInterface',
  'ec2 elastic-ip': 'AWS::EC2::EIP',
  'rds db': 'AWS::RDS::DBInstance',
  'rds cluster': 'AWS::RDS::DBCluster',
  'rds snapshot': 'AWS::RDS::DBSnapshot',
  'rds cluster-snapshot': 'AWS::RDS::DBClusterSnapshot',
  'dynamodb table': 'AWS::DynamoDB::Table',
  'lambda function': 'AWS::Lambda::Function',
  'logs log-group': 'AWS::Logs::LogGroup',
  'kms key': 'AWS::KMS::Key',
  'ecs cluster': 'AWS::ECS::Cluster',
  'eks cluster': 'AWS::EKS::Cluster',
  'codebuild project': 'AWS::CodeBuild::Project',
  'elasticfilesystem file-system': 'AWS::EFS::FileSystem',
  's3': 'AWS::S3::Bucket',
  'sqs': 'AWS::SQS::Queue',
  'sns': 'AWS::SNS::Topic',
};

/** The type and the id of what an ARN names; for other types, the service and the ARN. */
export function typeOfArn(arn: string): { readonly type: string; readonly id: string } {
  const [, , service = '', , , ...rest] = arn.split(':');
  const name = rest.join(':');
  const [, kind = '', id = name] = /^([\w-]+)[/:](.+)$/.exec(name) ?? [];
  // the name of a parameter in a path begins with a slash, which its ARN does not repeat
  if (service === 'ssm' && kind === 'parameter') {
    return { type: 'AWS::SSM::Parameter', id: id.includes('/') ? `/${id}` : id };
  }
  const type = TYPES[`${service} ${kind}`];
  if (type !== undefined) return { type, id };
  const whole = TYPES[service];
  return whole === undefined ? { type: `AWS::${service}`, id: arn } : { type: whole, id: name };
}
