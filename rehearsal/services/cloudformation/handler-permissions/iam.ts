import { nameOf, regionless, type Operation, type PermissionsOf, type Place } from './rules';
import type { Permission } from '../../../core/service';
import { list, text } from '../values';

/** Updates need no permission where the calls depend on the changed property. */
const update: readonly string[] = [];

/** Permissions for the resource types of IAM. */
export const IAM_PERMISSIONS: Readonly<Record<string, PermissionsOf | undefined>> = {
  'AWS::IAM::Role': iamRole,
  'AWS::IAM::Policy': inlinePolicy,
  'AWS::IAM::RolePolicy': inlinePolicy,
  'AWS::IAM::UserPolicy': inlinePolicy,
  'AWS::IAM::GroupPolicy': inlinePolicy,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::InstanceProfile': regionless('iam', 'instance-profile', 'InstanceProfileName', {
    create: ['iam:CreateInstanceProfile'],
    remove: ['iam:DeleteInstanceProfile'],
  }),
  'AWS::IAM::User': iamUser,
  'AWS::IAM::AccessKey': of('user', 'UserName', 'iam:CreateAccessKey', 'iam:DeleteAccessKey'),
  'AWS::IAM::Group': regionless('iam', 'group', 'GroupName', {
    create: ['iam:CreateGroup'],
    update,
    remove: ['iam:DeleteGroup'],
  }),
  'AWS::IAM::UserToGroupAddition': of('group', 'GroupName', 'iam:AddUserToGroup', 'iam:RemoveUserFromGroup'),
  'AWS::IAM::OIDCProvider': of(
    'oidc-provider',
    'Url',
    'iam:CreateOpenIDConnectProvider',
    'iam:DeleteOpenIDConnectProvider',
  ),
  'AWS::IAM::SAMLProvider': regionless('iam', 'saml-provider', 'Name', {
    create: ['iam:CreateSAMLProvider'],
    update,
    remove: ['iam:DeleteSAMLProvider'],
  }),
  'AWS::IAM::ServerCertificate': regionless('iam', 'server-certificate', 'ServerCertificateName', {
    create: ['iam:UploadServerCertificate'],
    update,
    remove: ['iam:DeleteServerCertificate'],
  }),
  // the service chooses the name, so the resource of the policy is unknown here
  'AWS::IAM::ServiceLinkedRole': () => [],
  'AWS::IAM::VirtualMFADevice': regionless('iam', 'mfa', 'VirtualMfaDeviceName', {
    create: ['iam:CreateVirtualMFADevice'],
    update,
    remove: ['iam:DeleteVirtualMFADevice'],
  }),
};

/** Permissions for children of a named resource: access keys of a user, members of a group. */
function of(kind: string, property: string, create: string, remove: string): PermissionsOf {
  return (operation, { properties, partition, context }) => {
    const name = text(properties[property] ?? '').replace(/^https:\/\//, '');
    const action = { create, update: undefined, remove }[operation];
    return action === undefined
      ? []
      : [{ action, resource: `arn:${partition}:iam::${context.accountId}:${kind}/${name}` }];
  };
}

/** Returns the roles, users and groups that a policy is attached to. */
function holders({ properties, partition, context }: Place): { readonly kind: string; readonly resource: string }[] {
  return ['Role', 'User', 'Group'].flatMap(kind => {
    const named = properties[`${kind}Name`];
    return [...list(properties[`${kind}s`] ?? []), ...(named === undefined ? [] : [named])].map(name => ({
      kind,
      resource: `arn:${partition}:iam::${context.accountId}:${kind.toLowerCase()}/${text(name)}`,
    }));
  });
}

const boundaryContext = ({ PermissionsBoundary: boundary }: Place['properties']) => ({
  'iam:PermissionsBoundary': boundary === undefined ? undefined : text(boundary),
});

/** Returns the action of an update that changes the boundary of a role. */
function boundaryChange({ properties, before }: Place): string[] {
  if (before === undefined) return [];
  const [known, wanted] = [before, properties].map(fields => boundaryContext(fields)['iam:PermissionsBoundary']);
  if (known === wanted) return [];
  return [wanted === undefined ? 'iam:DeleteRolePermissionsBoundary' : 'iam:PutRolePermissionsBoundary'];
}

function iamUser(operation: Operation, place: Place): Permission[] {
  const actions = { create: 'iam:CreateUser', update: 'iam:UpdateUser', remove: 'iam:DeleteUser' };
  const resource = `arn:${place.partition}:iam::${place.context.accountId}:user/${nameOf(place, 'UserName')}`;
  return [{ action: actions[operation], resource, context: boundaryContext(place.properties) }];
}

function iamRole(operation: Operation, place: Place): Permission[] {
  const { properties } = place;
  const resource = `arn:${place.partition}:iam::${place.context.accountId}:role/${nameOf(place, 'RoleName')}`;
  const context = boundaryContext(properties);
  const managed = list(properties.ManagedPolicyArns ?? []).map(text);
  const inline = list(properties.Policies ?? []).length > 0;
  const [put, attach, first] =
    operation === 'remove'
      ? ['iam:DeleteRolePolicy', 'iam:DetachRolePolicy', 'iam:DeleteRole']
      : [
        'iam:PutRolePolicy',
        'iam:AttachRolePolicy',
        operation === 'create' ? 'iam:CreateRole' : 'iam:UpdateAssumeRolePolicy',
      ];
  const tags = operation === 'create' && list(properties.Tags ?? []).length > 0;
  return [
    { action: first, resource, context },
    ...boundaryChange(place).map(action => ({ action, resource, context })),
    ...inline ? [{ action: put, resource, context }] : [],
    ...managed.map(policyArn => ({ action: attach, resource, context: { ...context, 'iam:PolicyARN': policyArn } })),
    ...tags ? [{ action: 'iam:TagRole', resource }] : [],
  ];
}

function inlinePolicy(operation: Operation, place: Place): Permission[] {
  return holders(place).map(({ kind, resource }) => ({
    action: `iam:${operation === 'remove' ? 'Delete' : 'Put'}${kind}Policy`,
    resource,
  }));
}

function managedPolicy(operation: Operation, place: Place): Permission[] {
  const { partition, context, id } = place;
  const resource = id ?? `arn:${partition}:iam::${context.accountId}:policy/${nameOf(place, 'ManagedPolicyName')}`;
  const first = { create: 'iam:CreatePolicy', update: 'iam:CreatePolicyVersion', remove: 'iam:DeletePolicy' }[
    operation
  ];
  const attachments = holders(place).map(holder => ({
    action: `iam:${operation === 'remove' ? 'Detach' : 'Attach'}${holder.kind}Policy`,
    resource: holder.resource,
    context: { 'iam:PolicyARN': resource },
  }));
  return [{ action: first, resource }, ...attachments];
}
