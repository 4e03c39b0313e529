import { IAM_PERMISSIONS } from './iam';
import { NETWORK_PERMISSIONS } from './network';
import { ORGANIZATION_PERMISSIONS } from './organizations';
import { arnIn, named, nameOf, tagged, type Operation, type PermissionsOf, type Place } from './rules';
import { TRAFFIC_PERMISSIONS } from './traffic';
import type { Permission } from '../../../core/service';
import { parseAddress } from '../requests';
import { isFields, list, text } from '../values';

/** The role that a resource type passes to a service, and the service's error if the role does not trust it. */
interface TakenRole {
  readonly property: string;
  readonly service: string;
  readonly code: string;
  readonly refusal: (roleArn: string) => string;
}

export const ROLES_TAKEN: Readonly<Record<string, TakenRole | undefined>> = {
  'AWS::Lambda::Function': {
    property: 'Role',
    service: 'lambda.amazonaws.com',
    code: 'InvalidParameterValueException',
    refusal: () => 'The role defined for the function cannot be assumed by Lambda.',
  },
  'AWS::StepFunctions::StateMachine': {
    property: 'RoleArn',
    service: 'states.amazonaws.com',
    code: 'AccessDeniedException',
    refusal: role =>
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized '
      + `to assume the provided role: ${role}`,
  },
  'AWS::CodePipeline::Pipeline': {
    property: 'RoleArn',
    service: 'codepipeline.amazonaws.com',
    code: 'InvalidStructureException',
    refusal: role => `CodePipeline is not authorized to perform AssumeRole on role ${role}`,
  },
  'AWS::CodeBuild::Project': {
    property: 'ServiceRole',
    service: 'codebuild.amazonaws.com',
    code: 'InvalidInputException',
    refusal: role => `CodeBuild is not authorized to perform: sts:AssumeRole on ${role}`,
  },
};

/**
 * The permissions that CloudFormation needs for each resource type: the calls of its handlers. Types that are missing
 * here are placeholders and need no permission: the actions cannot be derived from the name of a type.
 */
export const PERMISSIONS: Readonly<Record<string, PermissionsOf | undefined>> = {
  ...IAM_PERMISSIONS,
  ...ORGANIZATION_PERMISSIONS,
  ...TRAFFIC_PERMISSIONS,
  ...NETWORK_PERMISSIONS,
  'AWS::S3::Bucket': bucket('BucketName'),
  'AWS::S3::BucketPolicy': (operation, place) => [
    {
      action: operation === 'remove' ? 's3:DeleteBucketPolicy' : 's3:PutBucketPolicy',
      resource: `arn:${place.partition}:s3:::${text(place.properties.Bucket)}`,
    },
  ],
  'AWS::SSM::Parameter': named('ssm', name => `parameter/${name.replace(/^\//, '')}`, 'Name', {
    create: ['ssm:PutParameter'],
    update: ['ssm:PutParameter'],
    remove: ['ssm:DeleteParameter'],
  }),
  'AWS::Lambda::Function': named('lambda', name => `function:${name}`, 'FunctionName', {
    create: ['lambda:CreateFunction'],
    update: ['lambda:UpdateFunctionCode', 'lambda:UpdateFunctionConfiguration'],
    remove: ['lambda:DeleteFunction'],
  }),
  'AWS::Lambda::Permission': functionPermission,
  'AWS::Lambda::EventInvokeConfig': named('lambda', name => `function:${name}`, 'FunctionName', {
    create: ['lambda:PutFunctionEventInvokeConfig'],
    update: ['lambda:PutFunctionEventInvokeConfig'],
    remove: ['lambda:DeleteFunctionEventInvokeConfig'],
  }),
  'AWS::StepFunctions::StateMachine': named('states', name => `stateMachine:${name}`, 'StateMachineName', {
    create: ['states:CreateStateMachine'],
    update: ['states:UpdateStateMachine'],
    remove: ['states:DeleteStateMachine'],
  }),
  'AWS::CodePipeline::Pipeline': pipeline,
  'AWS::RAM::ResourceShare': (operation, { id = '*' }) => {
    const action = { create: 'Create', update: 'Update', remove: 'Delete' }[operation];
    return [{ action: `ram:${action}ResourceShare`, resource: id }];
  },
  'AWS::CodeBuild::Project': named('codebuild', name => `project/${name}`, 'Name', {
    create: ['codebuild:CreateProject'],
    update: ['codebuild:UpdateProject'],
    remove: ['codebuild:DeleteProject'],
  }),
  'AWS::CodeCommit::Repository': named('codecommit', name => name, 'RepositoryName', {
    create: ['codecommit:CreateRepository'],
    update: ['codecommit:UpdateRepositoryDescription'],
    remove: ['codecommit:DeleteRepository'],
  }),
  'AWS::DynamoDB::Table': table(),
  'AWS::DynamoDB::GlobalTable': table(),
  'AWS::Events::Rule': tagged(
    'events:TagResource',
    named('events', name => `rule/${name}`, 'Name', {
      create: ['events:PutRule', 'events:PutTargets'],
      update: ['events:PutRule', 'events:PutTargets'],
      remove: ['events:RemoveTargets', 'events:DeleteRule'],
    }),
  ),
  'AWS::Logs::LogGroup': named('logs', name => `log-group:${name}:log-stream:`, 'LogGroupName', {
    create: ['logs:CreateLogGroup'],
    update: ['logs:PutRetentionPolicy'],
    remove: ['logs:DeleteLogGroup'],
  }),
  'AWS::ECR::Repository': named('ecr', name => `repository/${name}`, 'RepositoryName', {
    create: ['ecr:CreateRepository'],
    update: ['ecr:PutLifecyclePolicy'],
    remove: ['ecr:DeleteRepository'],
  }),
  'AWS::SNS::Topic': named('sns', name => name, 'TopicName', {
    create: ['sns:CreateTopic'],
    update: ['sns:SetTopicAttributes'],
    remove: ['sns:DeleteTopic'],
  }),
  'AWS::SQS::Queue': named('sqs', name => name, 'QueueName', {
    create: ['sqs:CreateQueue'],
    update: ['sqs:SetQueueAttributes'],
    remove: ['sqs:DeleteQueue'],
  }),
  // a key has no ARN before it is created
  'AWS::KMS::Key': (operation, place) =>
    operation === 'create'
      ? [{ action: 'kms:CreateKey', resource: '*' }]
      : [
        {
          action: operation === 'update' ? 'kms:PutKeyPolicy' : 'kms:ScheduleKeyDeletion',
          resource: arnIn('kms', `key/${place.id}`, place),
        },
      ],
  'AWS::KMS::Alias': named('kms', name => name, 'AliasName', {
    create: ['kms:CreateAlias'],
    update: ['kms:UpdateAlias'],
    remove: ['kms:DeleteAlias'],
  }),
  'AWS::CloudFormation::Stack': nestedStack,
};

/** The principal that creates a pipeline passes its connections. */
function pipeline(operation: Operation, place: Place): Permission[] {
  const permissions = named('codepipeline', name => name, 'Name', {
    create: ['codepipeline:CreatePipeline'],
    update: ['codepipeline:UpdatePipeline'],
    remove: ['codepipeline:DeletePipeline'],
  })(operation, place);
  if (operation === 'remove') return permissions;
  const stages = list(place.properties.Stages ?? []);
  const actions = stages.flatMap(stage => (isFields(stage) ? list(stage.Actions ?? []) : []));
  const connections = actions.flatMap(action => {
    const { ConnectionArn: arn } = isFields(action) && isFields(action.Configuration) ? action.Configuration : {};
    return arn === undefined ? [] : [text(arn)];
  });
  return [...permissions, ...connections.map(resource => ({
    action: 'codeconnections:PassConnection',
    resource,
    context: { 'codeconnections:PassedToService': 'codepipeline.amazonaws.com' },
  }))];
}

function table(): PermissionsOf {
  const basic = named('dynamodb', name => `table/${name}`, 'TableName', {
    create: ['dynamodb:CreateTable'], update: ['dynamodb:UpdateTable'], remove: ['dynamodb:DeleteTable'],
  });
  return (operation, place) => {
    const needed = basic(operation, place);
    if (operation === 'remove' || !('ResourcePolicy' in place.properties)) return needed;
    return [...needed, ...needed.map(({ resource }) => ({ action: 'dynamodb:PutResourcePolicy', resource }))];
  };
}

/** Permissions for bucket settings that are separate calls. */
const BUCKET_SETTINGS: Readonly<Record<string, string>> = {
  BucketEncryption: 's3:PutEncryptionConfiguration',
  LifecycleConfiguration: 's3:PutLifecycleConfiguration',
  OwnershipControls: 's3:PutBucketOwnershipControls',
  PublicAccessBlockConfiguration: 's3:PutBucketPublicAccessBlock',
  Tags: 's3:PutBucketTagging',
  VersioningConfiguration: 's3:PutBucketVersioning',
};

function bucket(property: string): PermissionsOf {
  return (operation, place) => {
    const resource = `arn:${place.partition}:s3:::${nameOf(place, property)}`;
    if (operation === 'remove') return [{ action: 's3:DeleteBucket', resource }];
    const settings = Object.entries(BUCKET_SETTINGS)
      .filter(([name]) => name in place.properties)
      .map(([, action]) => action);
    return [...operation === 'create' ? ['s3:CreateBucket'] : [], ...settings].map(action => ({ action, resource }));
  };
}

function functionPermission(operation: Operation, place: Place): Permission[] {
  const name = isFields(place.properties.FunctionName) ? '*' : text(place.properties.FunctionName);
  const resource = name.startsWith('arn:') ? name : arnIn('lambda', `function:${name}`, place);
  return [{ action: operation === 'remove' ? 'lambda:RemovePermission' : 'lambda:AddPermission', resource }];
}

function nestedStack(operation: Operation, place: Place): Permission[] {
  const stacks = named('cloudformation', name => `stack/${name}/*`, 'StackName', {
    create: ['cloudformation:CreateStack'],
    update: ['cloudformation:UpdateStack'],
    remove: ['cloudformation:DeleteStack'],
  });
  const address = text(place.properties.TemplateURL);
  if (operation === 'remove' || !URL.canParse(address)) return stacks(operation, place);
  const { bucket: name, key } = parseAddress(address);
  return [
    ...stacks(operation, place),
    { action: 's3:GetObject', resource: `arn:${place.partition}:s3:::${name}/${key}` },
  ];
}
