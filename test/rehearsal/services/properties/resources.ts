import { NETWORK, TRANSIT } from './network-resources';
import { arn, name, ref, type Resources } from './references';
import type { Resource } from '../cloudformation/schema-world';

export const document = (statement: object = {}): unknown => ({
  Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...statement }],
});
const trusting = (service: string): unknown => ({
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: `${service}.amazonaws.com` } }],
});
const PRINCIPAL = { Principal: { AWS: { Ref: 'AWS::AccountId' } } };
const role = (service: string): Resource =>
  ({ Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trusting(service) } });
const stage = (stageName: string, action: object, category: object): unknown => ({
  Name: stageName,
  Actions: [{ Name: stageName, ActionTypeId: { Owner: 'AWS', Version: '1', ...category }, ...action }],
});

const CODE: Resources = {
  Repository: { Type: 'AWS::CodeCommit::Repository', Properties: { RepositoryName: name('code') } },
  BuildRole: role('codebuild'),
  Project: {
    Type: 'AWS::CodeBuild::Project',
    Properties: {
      Source: { Type: 'NO_SOURCE', BuildSpec: 'version: 0.2' },
      Artifacts: { Type: 'NO_ARTIFACTS' },
      ServiceRole: arn('BuildRole'),
      Environment: { Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_SMALL', Image: 'standard:7.0' },
    },
  },
  PipelineRole: role('codepipeline'),
  Pipeline: {
    Type: 'AWS::CodePipeline::Pipeline',
    Properties: {
      RoleArn: arn('PipelineRole'),
      ArtifactStore: { Type: 'S3', Location: ref('Bucket') },
      Stages: [
        stage('Source', {
          Configuration: { RepositoryName: arn('Repository', 'Name'), BranchName: 'main' },
          OutputArtifacts: [{ Name: 'Source' }],
        }, { Category: 'Source', Provider: 'CodeCommit' }),
        stage('Approve', {}, { Category: 'Approval', Provider: 'Manual' }),
      ],
    },
  },
  Images: { Type: 'AWS::ECR::Repository' },
};

const FUNCTIONS: Resources = {
  FunctionRole: role('lambda'),
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { ZipFile: 'exports.handler = async () => 1;' },
      Role: arn('FunctionRole'),
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
    },
  },
  Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Function') } },
  Alias: {
    Type: 'AWS::Lambda::Alias',
    Properties: { FunctionName: ref('Function'), FunctionVersion: arn('Version', 'Version'), Name: 'live' },
  },
  Invocations: {
    Type: 'AWS::Lambda::EventInvokeConfig', Properties: { FunctionName: ref('Function'), Qualifier: '$LATEST' },
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      FunctionName: ref('Function'), Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com',
    },
  },
  MachineRole: role('states'),
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      RoleArn: arn('MachineRole'), DefinitionString: '{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}',
    },
  },
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: name('bus') } },
  BusPolicy: {
    Type: 'AWS::Events::EventBusPolicy',
    Properties: { StatementId: 'Own', Action: 'events:PutEvents', Principal: { Ref: 'AWS::AccountId' } },
  },
  Rule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: ['shop'] } } },
};

const DATA: Resources = {
  Bucket: { Type: 'AWS::S3::Bucket' },
  BucketPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: ref('Bucket'),
      PolicyDocument: document({ ...PRINCIPAL, Resource: { 'Fn::Sub': '${Bucket.Arn}/*' } }),
    },
  },
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
  },
  GlobalTable: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      Replicas: [{ Region: 'eu-west-1' }],
    },
  },
  DbSubnets: {
    Type: 'AWS::RDS::DBSubnetGroup',
    Properties: { DBSubnetGroupDescription: 'two', SubnetIds: [ref('Subnet'), ref('OtherSubnet')] },
  },
  Cluster: { Type: 'AWS::RDS::DBCluster', Properties: { Engine: 'aurora-postgresql', MasterUsername: 'shop' } },
  Instance: {
    Type: 'AWS::RDS::DBInstance',
    Properties: { Engine: 'postgres', DBInstanceClass: 'db.t4g.micro', AllocatedStorage: '20', MasterUsername: 'shop' },
  },
  Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'large' } },
  Secret: { Type: 'AWS::SecretsManager::Secret' },
  SecretPolicy: {
    Type: 'AWS::SecretsManager::ResourcePolicy',
    Properties: {
      SecretId: ref('Secret'), ResourcePolicy: document({ ...PRINCIPAL, Action: 'secretsmanager:GetSecretValue' }),
    },
  },
  Key: { Type: 'AWS::KMS::Key' },
  KeyAlias: {
    Type: 'AWS::KMS::Alias',
    Properties: { AliasName: { 'Fn::Sub': 'alias/${AWS::StackName}' }, TargetKeyId: ref('Key') },
  },
  Topic: { Type: 'AWS::SNS::Topic' },
  Subscription: {
    Type: 'AWS::SNS::Subscription',
    Properties: { TopicArn: ref('Topic'), Protocol: 'email', Endpoint: 'anna@example.com' },
  },
  TopicPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [ref('Topic')], PolicyDocument: document({ ...PRINCIPAL, Action: 'sns:Publish', Resource: ref('Topic') }),
    },
  },
};

const OBSERVED: Resources = {
  LogGroup: { Type: 'AWS::Logs::LogGroup' },
  LogPolicy: {
    Type: 'AWS::Logs::ResourcePolicy',
    Properties: {
      PolicyName: name('logs'),
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{
          Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '*', Principal: { Service: 'es.amazonaws.com' },
        }],
      }),
    },
  },
  Alarm: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      Namespace: 'Shop',
      MetricName: 'Errors',
      Threshold: 1,
      EvaluationPeriods: 1,
      Period: 60,
      Statistic: 'Sum',
      ComparisonOperator: 'GreaterThanThreshold',
    },
  },
  Composite: {
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: { AlarmRule: { 'Fn::Sub': 'ALARM("${Alarm}")' } },
  },
  Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: '{"widgets":[]}' } },
};

const IDENTITIES: Resources = {
  Role: role('ec2'),
  Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [ref('Role')] } },
  ManagedPolicy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document() } },
  Policy: {
    Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'own', PolicyDocument: document(), Roles: [ref('Role')] },
  },
  RolePolicy: {
    Type: 'AWS::IAM::RolePolicy',
    Properties: { RoleName: ref('Role'), PolicyName: 'other', PolicyDocument: document() },
  },
  User: { Type: 'AWS::IAM::User' },
  Share: { Type: 'AWS::RAM::ResourceShare', Properties: { Name: 'share' } },
};

const TRAFFIC: Resources = {
  Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: { 'Fn::Sub': '${AWS::StackName}.example.com' } } },
  Record: {
    Type: 'AWS::Route53::RecordSet',
    Properties: {
      Name: { 'Fn::Sub': 'www.${AWS::StackName}.example.com' },
      Type: 'A',
      TTL: '60',
      ResourceRecords: ['192.0.2.1'],
      HostedZoneId: ref('Zone'),
    },
  },
  Records: {
    Type: 'AWS::Route53::RecordSetGroup',
    Properties: {
      HostedZoneId: ref('Zone'),
      RecordSets: [{
        Name: { 'Fn::Sub': 'api.${AWS::StackName}.example.com' }, Type: 'A', TTL: '60', ResourceRecords: ['192.0.2.1'],
      }],
    },
  },
  CachePolicy: {
    Type: 'AWS::CloudFront::CachePolicy',
    Properties: {
      CachePolicyConfig: {
        Name: name('cache'),
        DefaultTTL: 60,
        MinTTL: 0,
        MaxTTL: 600,
        ParametersInCacheKeyAndForwardedToOrigin: {
          EnableAcceptEncodingGzip: false,
          CookiesConfig: { CookieBehavior: 'none' },
          HeadersConfig: { HeaderBehavior: 'none' },
          QueryStringsConfig: { QueryStringBehavior: 'none' },
        },
      },
    },
  },
  Distribution: {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Enabled: true,
        Origins: [{
          Id: 'origin',
          DomainName: 'origin.example.com',
          CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
        }],
        DefaultCacheBehavior: {
          TargetOriginId: 'origin', ViewerProtocolPolicy: 'redirect-to-https', CachePolicyId: ref('CachePolicy'),
        },
      },
    },
  },
  EdgeFunction: {
    Type: 'AWS::CloudFront::Function',
    Properties: {
      Name: name('edge'),
      FunctionCode: 'function handler(event) { return event.request; }',
      FunctionConfig: { Comment: 'none', Runtime: 'cloudfront-js-2.0' },
    },
  },
  KeyValues: { Type: 'AWS::CloudFront::KeyValueStore', Properties: { Name: name('values') } },
  Accelerator: { Type: 'AWS::GlobalAccelerator::Accelerator', Properties: { Name: name('accelerator') } },
  Listener: {
    Type: 'AWS::GlobalAccelerator::Listener',
    Properties: {
      AcceleratorArn: ref('Accelerator'), Protocol: 'TCP', PortRanges: [{ FromPort: 443, ToPort: 443 }],
    },
  },
  EndpointGroup: {
    Type: 'AWS::GlobalAccelerator::EndpointGroup',
    Properties: { ListenerArn: ref('Listener'), EndpointGroupRegion: 'eu-west-1' },
  },
  CrossAccount: { Type: 'AWS::GlobalAccelerator::CrossAccountAttachment', Properties: { Name: name('shared') } },
};

/** Resources that only the management account has. */
export const organizationIn = (rootId: string): Resources => ({
  Unit: { Type: 'AWS::Organizations::OrganizationalUnit', Properties: { Name: name('unit'), ParentId: rootId } },
  Account: {
    Type: 'AWS::Organizations::Account',
    Properties: { AccountName: name('account'), Email: { 'Fn::Sub': '${AWS::StackName}@example.com' } },
  },
  ControlPolicy: {
    Type: 'AWS::Organizations::Policy',
    Properties: { Name: name('policy'), Type: 'SERVICE_CONTROL_POLICY', Content: document() },
  },
});

/** A resource of each simulated type, and those to which it refers. */
export const RESOURCES: Resources = {
  ...NETWORK, ...TRANSIT, ...CODE, ...FUNCTIONS, ...DATA, ...OBSERVED, ...IDENTITIES, ...TRAFFIC,
};
