/** Simulated seconds that AWS takes to create or update a resource, for slow types. */
const SECONDS: Readonly<Record<string, number>> = {
  'AWS::CloudFront::Distribution': 240,
  'AWS::CloudFront::KeyValueStore': 30,
  'AWS::CodePipeline::Pipeline': 5,
  'AWS::DynamoDB::GlobalTable': 10,
  'AWS::DynamoDB::Table': 10,
  'AWS::GlobalAccelerator::Accelerator': 30,
  'AWS::GlobalAccelerator::EndpointGroup': 30,
  'AWS::IAM::ManagedPolicy': 10,
  'AWS::IAM::Policy': 8,
  'AWS::IAM::Role': 10,
  'AWS::KMS::Key': 5,
  'AWS::Lambda::Function': 5,
  'AWS::Route53::HostedZone': 40,
  'AWS::S3::Bucket': 10,
};

export function secondsOf(type: string): number {
  return (
    SECONDS[type]
    ?? (type.startsWith('Custom::') || type.startsWith('AWS::CloudFormation::') || type.startsWith('AWS::CDK::')
      ? 0
      : 2)
  );
}
