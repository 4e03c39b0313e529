import type { ContentSpec, TypeSpec } from './spec';

const MARKER = ['Marker', 'Marker'] as const;
const NEXT = ['NextToken', 'NextToken'] as const;

type Principal = 'Role' | 'User';

/** A list of what a principal of IAM has, and the call that takes it away. */
function owned(
  principal: Principal, list: string, items: string, id: string, remove: string, key: string,
): ContentSpec {
  const name = { [`${principal}Name`]: '{id}' };
  return {
    list: { operation: list, input: name, items: `${items}.member`, next: MARKER },
    id,
    remove: { operation: remove, input: { ...name, [key]: '{item}' } },
  };
}

/** Types that Cloud Control can delete only if something else is done before. */
export const PREPARED: readonly TypeSpec[] = [
  {
    type: 'AWS::IAM::Role',
    service: 'iam',
    isGlobal: true,
    list: { operation: 'ListRoles', items: 'Roles.member', next: MARKER },
    id: 'RoleName',
    arn: 'Arn',
    // the list has no tags
    detail: { operation: 'ListRoleTags', input: { RoleName: '{id}' }, path: '' },
    tags: 'Tags.member',
    skip: [['Path', /^\/aws-service-role\//]],
    contents: [
      owned('Role', 'ListAttachedRolePolicies', 'AttachedPolicies', 'PolicyArn', 'DetachRolePolicy', 'PolicyArn'),
      owned('Role', 'ListRolePolicies', 'PolicyNames', '', 'DeleteRolePolicy', 'PolicyName'),
      owned(
        'Role', 'ListInstanceProfilesForRole', 'InstanceProfiles', 'InstanceProfileName',
        'RemoveRoleFromInstanceProfile', 'InstanceProfileName',
      ),
    ],
    remove: { operation: 'DeleteRole', input: { RoleName: '{id}' } },
  },
  {
    type: 'AWS::IAM::User',
    service: 'iam',
    isGlobal: true,
    list: { operation: 'ListUsers', items: 'Users.member', next: MARKER },
    id: 'UserName',
    arn: 'Arn',
    detail: { operation: 'ListUserTags', input: { UserName: '{id}' }, path: '' },
    tags: 'Tags.member',
    prepare: [{ operation: 'DeleteLoginProfile', input: { UserName: '{id}' } }],
    contents: [
      owned('User', 'ListAccessKeys', 'AccessKeyMetadata', 'AccessKeyId', 'DeleteAccessKey', 'AccessKeyId'),
      owned('User', 'ListAttachedUserPolicies', 'AttachedPolicies', 'PolicyArn', 'DetachUserPolicy', 'PolicyArn'),
      owned('User', 'ListUserPolicies', 'PolicyNames', '', 'DeleteUserPolicy', 'PolicyName'),
      owned('User', 'ListGroupsForUser', 'Groups', 'GroupName', 'RemoveUserFromGroup', 'GroupName'),
      owned('User', 'ListMFADevices', 'MFADevices', 'SerialNumber', 'DeactivateMFADevice', 'SerialNumber'),
      owned('User', 'ListSSHPublicKeys', 'SSHPublicKeys', 'SSHPublicKeyId', 'DeleteSSHPublicKey', 'SSHPublicKeyId'),
    ],
    remove: { operation: 'DeleteUser', input: { UserName: '{id}' } },
  },
  {
    type: 'AWS::EC2::NetworkInterface',
    service: 'ec2',
    list: {
      operation: 'DescribeNetworkInterfaces', items: 'networkInterfaceSet.item', next: ['NextToken', 'nextToken'],
    },
    id: 'networkInterfaceId',
    tags: 'tagSet.item',
    // those in use are deleted with what uses them
    skip: [['status', /^(?!available)/]],
    remove: { operation: 'DeleteNetworkInterface', input: { NetworkInterfaceId: '{id}' } },
  },
  {
    type: 'AWS::Lambda::Function',
    service: 'lambda',
    list: { operation: 'GET /2015-03-31/functions', items: 'Functions', next: ['Marker', 'NextMarker'] },
    id: 'FunctionName',
    arn: 'FunctionArn',
    // without a VPC, AWS releases the network interfaces of the function
    facts: { vpc: 'VpcConfig.VpcId' },
    prepare: [{
      operation: 'PUT /2015-03-31/functions/{id}/configuration',
      input: { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } },
      ifFact: 'vpc',
    }],
    remove: { operation: 'DELETE /2015-03-31/functions/{id}' },
  },
  {
    type: 'AWS::Events::Rule',
    service: 'events',
    list: { operation: 'ListRules', items: 'Rules', next: NEXT },
    id: 'Name',
    arn: 'Arn',
    facts: { managedBy: 'ManagedBy' },
    contents: [{
      list: { operation: 'ListTargetsByRule', input: { Rule: '{id}' }, items: 'Targets', next: NEXT },
      id: 'Id',
      remove: { operation: 'RemoveTargets', input: { Rule: '{id}', Ids: ['{item}'] } },
    }],
    remove: { operation: 'DeleteRule', input: { Name: '{id}' } },
  },
  {
    type: 'AWS::KMS::Key',
    service: 'kms',
    list: { operation: 'ListKeys', items: 'Keys', next: ['Marker', 'NextMarker'] },
    id: 'KeyId',
    arn: 'KeyArn',
    detail: { operation: 'DescribeKey', input: { KeyId: '{id}' }, path: 'KeyMetadata' },
    // a key with a date of deletion costs nothing
    skip: [['KeyManager', /^AWS$/], ['KeyState', /^Pending(Replica)?Deletion$/]],
    remove: { operation: 'ScheduleKeyDeletion', input: { KeyId: '{id}', PendingWindowInDays: 7 } },
  },
  {
    type: 'AWS::SecretsManager::Secret',
    service: 'secretsmanager',
    list: { operation: 'ListSecrets', items: 'SecretList', next: NEXT },
    id: 'ARN',
    arn: 'ARN',
    tags: 'Tags',
    facts: { managedBy: 'OwningService', name: 'Name' },
    remove: { operation: 'DeleteSecret', input: { SecretId: '{id}', ForceDeleteWithoutRecovery: true } },
  },
  {
    type: 'AWS::ECR::Repository',
    service: 'ecr',
    list: { operation: 'DescribeRepositories', items: 'repositories', next: ['nextToken', 'nextToken'] },
    id: 'repositoryName',
    arn: 'repositoryArn',
    remove: { operation: 'DeleteRepository', input: { repositoryName: '{id}', force: true } },
  },
  {
    type: 'AWS::Athena::WorkGroup',
    service: 'athena',
    list: { operation: 'ListWorkGroups', items: 'WorkGroups', next: NEXT },
    id: 'Name',
    remove: { operation: 'DeleteWorkGroup', input: { WorkGroup: '{id}', RecursiveDeleteOption: true } },
  },
];
