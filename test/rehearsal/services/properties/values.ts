import { document } from './resources';

const POLICY = document({ Principal: '*' });
const TEXT = JSON.stringify(POLICY);

/** Values of properties that have to be more than of the right type, in each of their forms. */
export const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  'AWS::CloudFront::KeyValueStore.ImportSource': [{ SourceType: 'S3', SourceArn: 'arn:aws:s3:::none/keys.json' }],
  'AWS::CloudWatch::Dashboard.DashboardBody': ['{"widgets":[],"start":"-PT1H"}'],
  'AWS::CodeBuild::Project.TimeoutInMinutes': [30, '30'],
  'AWS::CodePipeline::Pipeline.ExecutionMode': ['QUEUED'],
  'AWS::CodePipeline::Pipeline.Triggers': [[{
    ProviderType: 'CodeStarSourceConnection', GitConfiguration: { SourceActionName: 'Source' },
  }]],
  'AWS::DynamoDB::GlobalTable.TableName': ['everywhere'],
  'AWS::EC2::TransitGateway.AutoAcceptSharedAttachments': ['enable', 'disable'],
  'AWS::ECR::Repository.RepositoryPolicyText': [POLICY, TEXT],
  'AWS::Events::EventBus.Policy': [POLICY, TEXT],
  'AWS::Events::EventBusPolicy.Condition': [{ Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-1234567890' }],
  'AWS::Events::EventBusPolicy.Statement': [{ Effect: 'Allow', Principal: '*', Action: 'events:PutEvents' }],
  'AWS::IAM::InstanceProfile.Path': ['/shop/'],
  'AWS::IAM::ManagedPolicy.PolicyDocument': [document(), JSON.stringify(document())],
  'AWS::IAM::Policy.PolicyDocument': [document(), JSON.stringify(document())],
  'AWS::IAM::Role.ManagedPolicyArns': [['arn:aws:iam::aws:policy/ReadOnlyAccess']],
  'AWS::IAM::Role.PermissionsBoundary': ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
  'AWS::IAM::Role.Policies': [
    [{ PolicyName: 'own', PolicyDocument: document() }],
    [{ PolicyName: 'own', PolicyDocument: JSON.stringify(document()) }],
  ],
  'AWS::IAM::RolePolicy.PolicyDocument': [document(), JSON.stringify(document())],
  'AWS::KMS::Key.KeyPolicy': [POLICY, TEXT],
  'AWS::S3::Bucket.VersioningConfiguration': [{ Status: 'Enabled' }],
  'AWS::S3::BucketPolicy.PolicyDocument': [TEXT],
  'AWS::SNS::Subscription.FilterPolicy': [{ kind: ['sale'] }, '{"kind":["sale"]}'],
  'AWS::SNS::Subscription.FilterPolicyScope': ['MessageBody', 'MessageAttributes'],
  'AWS::SNS::TopicPolicy.PolicyDocument': [TEXT],
  'AWS::SSM::Parameter.Tier': ['Advanced', 'Intelligent-Tiering'],
  'AWS::SecretsManager::ResourcePolicy.ResourcePolicy': [TEXT],
};
