import type { OrganizationTree } from './tree';
import { everywhere, on, own, requestTags, textOf } from '../../core/permissions';
import type { Call, Permissions } from '../../core/service';

/** Returns the ARN of an account, unit, root or policy. The operation reports what does not exist. */
function arnOf(tree: OrganizationTree, id: string): string {
  if (id === tree.rootId) return tree.arn(`root/${tree.organizationId}/${id}`);
  if (id.startsWith('p-')) return tree.arn(`policy/${tree.organizationId}/service_control_policy/${id}`);
  const kind = id.startsWith('ou-') ? 'ou' : id.startsWith('r-') ? 'root' : 'account';
  return tree.account(id)?.arn ?? tree.unit(id)?.arn ?? tree.arn(`${kind}/${tree.organizationId}/${id}`);
}

const SERVICES = ['EnableAWSServiceAccess', 'DisableAWSServiceAccess', 'ListAWSServiceAccessForOrganization'];

export function permissions(tree: OrganizationTree): Record<string, Permissions> {
  const resource = (member: string) => (call: Call): string => arnOf(tree, textOf(call, member));
  const many =
    (...members: string[]): Permissions =>
      call =>
        members.map(member => own(call, arnOf(tree, textOf(call, member))));
  return {
    ...everywhere([
      'DescribeOrganization',
      'ListRoots',
      'ListAccounts',
      'ListCreateAccountStatus',
      'DescribeCreateAccountStatus',
    ]),
    ...everywhere([...SERVICES, 'ListDelegatedAdministrators']),
    ...on(['RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator'], resource('AccountId')),
    ...on(['DescribeAccount', 'CloseAccount'], resource('AccountId')),
    ...on(['ListParents'], resource('ChildId')),
    ...on(['ListAccountsForParent', 'ListOrganizationalUnitsForParent'], resource('ParentId')),
    ...on(
      ['DescribeOrganizationalUnit', 'UpdateOrganizationalUnit', 'DeleteOrganizationalUnit'],
      resource('OrganizationalUnitId'),
    ),
    ...on(['ListTagsForResource'], resource('ResourceId')),
    MoveAccount: many('AccountId', 'SourceParentId', 'DestinationParentId'),
    CreateAccount: call => tagged(call, '*'),
    CreateOrganizationalUnit: call => tagged(call, arnOf(tree, textOf(call, 'ParentId'))),
    TagResource: call => [own(call, arnOf(tree, textOf(call, 'ResourceId')), requestTags(tagsOf(call)))],
    UntagResource: call => [
      own(call, arnOf(tree, textOf(call, 'ResourceId')), { 'aws:TagKeys': keysOf(call.input.TagKeys) }),
    ],
  };
}

/** Creating a resource with tags also needs the tagging permission. */
function tagged(call: Call, resource: string): ReturnType<Permissions> {
  const tags = tagsOf(call);
  const context = requestTags(tags);
  const tagging = Object.keys(tags).length === 0 ? [] : [{ action: 'organizations:TagResource', resource, context }];
  return [own(call, resource, context), ...tagging];
}

function tagsOf(call: Call): Record<string, string> {
  const { Tags: tags } = call.input;
  return Array.isArray(tags) ? Object.fromEntries(tags.map(tag => [String(tag.Key), String(tag.Value)])) : {};
}

function keysOf(keys: unknown): string[] {
  return Array.isArray(keys) ? keys.map(String) : [];
}
