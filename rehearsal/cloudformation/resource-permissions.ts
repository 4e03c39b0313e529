import type { Permission, ResourceContext } from '../service';
import { parseAddress } from './requests';
import { isFields, list, text, type Fields } from './values';

export type Operation = 'create' | 'update' | 'remove';

export interface Place {
  readonly properties: Fields;
  readonly context: ResourceContext;
  readonly partition: string;
  /** Of a resource that exists. */
  readonly id?: string;
}

type PermissionsOf = (operation: Operation, place: Place) => Permission[];

interface Actions {
  readonly create: readonly string[];
  readonly update?: readonly string[];
  readonly remove: readonly string[];
}

/** The role that a type of resource hands to a service, and what the service says when the role does not trust it. */
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
    refusal: role => `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role: ${role}`,
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
 * What CloudFormation needs for each type of resource: the calls that its handlers make.
 * Types that are not named here are kept as declared and ask for nothing.
 */
export const PERMISSIONS: Readonly<Record<string, PermissionsOf | undefined>> = {
  'AWS::IAM::Role': iamRole,
  'AWS::IAM::Policy': rolePolicies,
  'AWS::IAM::RolePolicy': rolePolicies,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::InstanceProfile': regionless('iam', 'instance-profile', 'InstanceProfileName', {
    create: ['iam:CreateInstanceProfile'], remove: ['iam:DeleteInstanceProfile'],
  }),
  'AWS::IAM::User': regionless('iam', 'user', 'UserName', { create: ['iam:CreateUser'], update: ['iam:UpdateUser'], remove: ['iam:DeleteUser'] }),
  'AWS::S3::Bucket': bucket('BucketName'),
  'AWS::S3::BucketPolicy': (operation, place) => [{
    action: operation === 'remove' ? 's3:DeleteBucketPolicy' : 's3:PutBucketPolicy', resource: `arn:${place.partition}:s3:::${text(place.properties.Bucket)}`,
  }],
  'AWS::SSM::Parameter': named('ssm', name => `parameter/${name.replace(/^\//, '')}`, 'Name', {
    create: ['ssm:PutParameter'], update: ['ssm:PutParameter'], remove: ['ssm:DeleteParameter'],
  }),
  'AWS::Lambda::Function': named('lambda', name => `function:${name}`, 'FunctionName', {
    create: ['lambda:CreateFunction'], update: ['lambda:UpdateFunctionCode', 'lambda:UpdateFunctionConfiguration'], remove: ['lambda:DeleteFunction'],
  }),
  'AWS::Lambda::Permission': functionPermission,
  'AWS::StepFunctions::StateMachine': named('states', name => `stateMachine:${name}`, 'StateMachineName', {
    create: ['states:CreateStateMachine'], update: ['states:UpdateStateMachine'], remove: ['states:DeleteStateMachine'],
  }),
  'AWS::CodePipeline::Pipeline': named('codepipeline', name => name, 'Name', {
    create: ['codepipeline:CreatePipeline'], update: ['codepipeline:UpdatePipeline'], remove: ['codepipeline:DeletePipeline'],
  }),
  'AWS::CodeBuild::Project': named('codebuild', name => `project/${name}`, 'Name', {
    create: ['codebuild:CreateProject'], update: ['codebuild:UpdateProject'], remove: ['codebuild:DeleteProject'],
  }),
  'AWS::CodeCommit::Repository': named('codecommit', name => name, 'RepositoryName', {
    create: ['codecommit:CreateRepository'], update: ['codecommit:UpdateRepositoryDescription'], remove: ['codecommit:DeleteRepository'],
  }),
  'AWS::DynamoDB::Table': table(),
  'AWS::DynamoDB::GlobalTable': table(),
  'AWS::Events::Rule': tagged('events:TagResource', named('events', name => `rule/${name}`, 'Name', {
    create: ['events:PutRule', 'events:PutTargets'], update: ['events:PutRule', 'events:PutTargets'], remove: ['events:RemoveTargets', 'events:DeleteRule'],
  })),
  'AWS::Logs::LogGroup': named('logs', name => `log-group:${name}`, 'LogGroupName', {
    create: ['logs:CreateLogGroup'], update: ['logs:PutRetentionPolicy'], remove: ['logs:DeleteLogGroup'],
  }),
  'AWS::ECR::Repository': named('ecr', name => `repository/${name}`, 'RepositoryName', {
    create: ['ecr:CreateRepository'], update: ['ecr:PutLifecyclePolicy'], remove: ['ecr:DeleteRepository'],
  }),
  'AWS::SNS::Topic': named('sns', name => name, 'TopicName', { create: ['sns:CreateTopic'], update: ['sns:SetTopicAttributes'], remove: ['sns:DeleteTopic'] }),
  'AWS::SQS::Queue': named('sqs', name => name, 'QueueName', { create: ['sqs:CreateQueue'], update: ['sqs:SetQueueAttributes'], remove: ['sqs:DeleteQueue'] }),
  // a key has no ARN before it is made
  'AWS::KMS::Key': (operation, place) => operation === 'create'
    ? [{ action: 'kms:CreateKey', resource: '*' }]
    : [{ action: operation === 'update' ? 'kms:PutKeyPolicy' : 'kms:ScheduleKeyDeletion', resource: arnIn('kms', `key/${place.id}`, place) }],
  'AWS::KMS::Alias': named('kms', name => name, 'AliasName', { create: ['kms:CreateAlias'], update: ['kms:UpdateAlias'], remove: ['kms:DeleteAlias'] }),
  'AWS::CloudFormation::Stack': nestedStack,
  'AWS::Organizations::Account': everywhere({
    create: ['organizations:CreateAccount'], update: ['organizations:MoveAccount'], remove: ['organizations:CloseAccount'],
  }),
  'AWS::Organizations::OrganizationalUnit': everywhere({
    create: ['organizations:CreateOrganizationalUnit'], update: ['organizations:UpdateOrganizationalUnit'], remove: ['organizations:DeleteOrganizationalUnit'],
  }),
  'AWS::Organizations::Policy': everywhere({
    create: ['organizations:CreatePolicy', 'organizations:AttachPolicy'], update: ['organizations:UpdatePolicy'], remove: ['organizations:DeletePolicy'],
  }),
};

function actionsOf({ create, update, remove }: Actions, operation: Operation): readonly string[] {
  return { create, update: update ?? create, remove }[operation];
}

/** The name of a resource that has none yet is CloudFormation's to choose; it begins with those of the stack and of the resource. */
function nameOf({ properties, context, id }: Place, property: string): string {
  const given = properties[property];
  return id ?? (given === undefined ? `${context.stackName}-${context.logicalId}-*` : text(given));
}

function arnIn(service: string, resource: string, { partition, context }: Place): string {
  return resource.startsWith('arn:') ? resource : `arn:${partition}:${service}:${context.region}:${context.accountId}:${resource}`;
}

function named(service: string, resourceOf: (name: string) => string, property: string, actions: Actions): PermissionsOf {
  return (operation, place) => {
    const name = nameOf(place, property);
    const resource = name.startsWith('arn:') ? name : arnIn(service, resourceOf(name), place);
    return actionsOf(actions, operation).map(action => ({ action, resource }));
  };
}

/** What is made with tags asks for one more right. */
function tagged(action: string, permissionsOf: PermissionsOf): PermissionsOf {
  return (operation, place) => {
    const permissions = permissionsOf(operation, place);
    const isTagged = operation === 'create' && list(place.properties.Tags ?? []).length > 0;
    return [...permissions, ...isTagged ? [{ action, resource: permissions[0].resource }] : []];
  };
}

function regionless(service: string, kind: string, property: string, actions: Actions): PermissionsOf {
  return (operation, place) => {
    const resource = `arn:${place.partition}:${service}::${place.context.accountId}:${kind}/${nameOf(place, property)}`;
    return actionsOf(actions, operation).map(action => ({ action, resource }));
  };
}

function everywhere(actions: Actions): PermissionsOf {
  return operation => actionsOf(actions, operation).map(action => ({ action, resource: '*' }));
}

function table(): PermissionsOf {
  return named('dynamodb', name => `table/${name}`, 'TableName', {
    create: ['dynamodb:CreateTable'], update: ['dynamodb:UpdateTable'], remove: ['dynamodb:DeleteTable'],
  });
}

/** The settings of a bucket that are calls of their own. */
const BUCKET_SETTINGS: Readonly<Record<string, string>> = {
  BucketEncryption: 's3:PutEncryptionConfiguration',
  LifecycleConfiguration: 's3:PutLifecycleConfiguration',
  OwnershipControls: 's3:PutBucketOwnershipControls',
  PublicAccessBlockConfiguration: 's3:PutBucketPublicAccessBlock',
  VersioningConfiguration: 's3:PutBucketVersioning',
};

function bucket(property: string): PermissionsOf {
  return (operation, place) => {
    const resource = `arn:${place.partition}:s3:::${nameOf(place, property)}`;
    if (operation === 'remove') return [{ action: 's3:DeleteBucket', resource }];
    const settings = Object.entries(BUCKET_SETTINGS).filter(([name]) => name in place.properties).map(([, action]) => action);
    return [...operation === 'create' ? ['s3:CreateBucket'] : [], ...settings].map(action => ({ action, resource }));
  };
}

function iamRole(operation: Operation, place: Place): Permission[] {
  const { properties } = place;
  const resource = `arn:${place.partition}:iam::${place.context.accountId}:role/${nameOf(place, 'RoleName')}`;
  const boundary = properties.PermissionsBoundary === undefined ? undefined : text(properties.PermissionsBoundary);
  const context = { 'iam:PermissionsBoundary': boundary };
  const managed = list(properties.ManagedPolicyArns ?? []).map(text);
  const inline = list(properties.Policies ?? []).length > 0;
  const [put, attach, first] = operation === 'remove'
    ? ['iam:DeleteRolePolicy', 'iam:DetachRolePolicy', 'iam:DeleteRole']
    : ['iam:PutRolePolicy', 'iam:AttachRolePolicy', operation === 'create' ? 'iam:CreateRole' : 'iam:UpdateAssumeRolePolicy'];
  const tags = operation === 'create' && list(properties.Tags ?? []).length > 0;
  return [
    { action: first, resource, context },
    ...inline ? [{ action: put, resource, context }] : [],
    ...managed.map(policyArn => ({ action: attach, resource, context: { ...context, 'iam:PolicyARN': policyArn } })),
    ...tags ? [{ action: 'iam:TagRole', resource }] : [],
  ];
}

function rolePolicies(operation: Operation, { properties, partition, context }: Place): Permission[] {
  const roles = [...list(properties.Roles ?? []), ...properties.RoleName === undefined ? [] : [properties.RoleName]].map(text);
  const action = operation === 'remove' ? 'iam:DeleteRolePolicy' : 'iam:PutRolePolicy';
  return roles.map(role => ({ action, resource: `arn:${partition}:iam::${context.accountId}:role/${role}` }));
}

function managedPolicy(operation: Operation, place: Place): Permission[] {
  const { properties, partition, context, id } = place;
  const resource = id ?? `arn:${partition}:iam::${context.accountId}:policy/${nameOf(place, 'ManagedPolicyName')}`;
  const first = { create: 'iam:CreatePolicy', update: 'iam:CreatePolicyVersion', remove: 'iam:DeletePolicy' }[operation];
  const attach = operation === 'remove' ? 'iam:DetachRolePolicy' : 'iam:AttachRolePolicy';
  const roles = list(properties.Roles ?? []).map(text);
  return [
    { action: first, resource },
    ...roles.map(role => ({ action: attach, resource: `arn:${partition}:iam::${context.accountId}:role/${role}`, context: { 'iam:PolicyARN': resource } })),
  ];
}

function functionPermission(operation: Operation, place: Place): Permission[] {
  const name = isFields(place.properties.FunctionName) ? '*' : text(place.properties.FunctionName);
  const resource = name.startsWith('arn:') ? name : arnIn('lambda', `function:${name}`, place);
  return [{ action: operation === 'remove' ? 'lambda:RemovePermission' : 'lambda:AddPermission', resource }];
}

function nestedStack(operation: Operation, place: Place): Permission[] {
  const stacks = named('cloudformation', name => `stack/${name}/*`, 'StackName', {
    create: ['cloudformation:CreateStack'], update: ['cloudformation:UpdateStack'], remove: ['cloudformation:DeleteStack'],
  });
  const address = text(place.properties.TemplateURL);
  if (operation === 'remove' || !URL.canParse(address)) return stacks(operation, place);
  const { bucket: name, key } = parseAddress(address);
  return [...stacks(operation, place), { action: 's3:GetObject', resource: `arn:${place.partition}:s3:::${name}/${key}` }];
}
