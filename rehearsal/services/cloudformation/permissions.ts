import { parseAddress } from './requests';
import type { Stacks } from './stacks';
import { everywhere, on, own, partitionOf, requestTags, textOf } from '../../core/permissions';
import type { Call, Permission, Permissions } from '../../core/service';

const READING = [
  'DescribeStacks',
  'DescribeStackEvents',
  'DescribeStackResources',
  'DescribeStackResource',
  'ListStackResources',
  'GetTemplate',
  'GetTemplateSummary',
];
const CHANGE_SETS = ['DescribeChangeSet', 'ExecuteChangeSet', 'DeleteChangeSet', 'ListChangeSets'];

/** Permissions of the CloudFormation API. Those of resources are checked when CloudFormation provisions them. */
export function permissions(stacks: Stacks): Record<string, Permissions> {
  const stackArn = (call: Call): string => {
    const { caller: { accountId }, region } = call;
    const name = textOf(call, 'StackName') || '*';
    const known = stacks.find(accountId, region, name)?.id;
    return (
      known
      ?? (name.startsWith('arn:')
        ? name
        : `arn:${partitionOf(call)}:cloudformation:${region}:${accountId}:stack/${name}/*`)
    );
  };
  const changing: Permissions = call => {
    const tags = tagsOf(call);
    const context = {
      ...requestTags(tags),
      'cloudformation:RoleArn': textOf(call, 'RoleARN') || undefined,
      'cloudformation:TemplateUrl': textOf(call, 'TemplateURL') || undefined,
    };
    return [own(call, stackArn(call), context), ...passedRole(call), ...readTemplate(call)];
  };
  return {
    ...on(
      [
        ...READING,
        ...CHANGE_SETS,
        'ContinueUpdateRollback',
        'RollbackStack',
        'CancelUpdateStack',
        'UpdateTerminationProtection',
      ],
      stackArn,
    ),
    ...everywhere(['ListStacks', 'ListExports', 'ListImports', 'ListTypes']),
    CreateStack: changing,
    UpdateStack: changing,
    CreateChangeSet: changing,
    DeleteStack: call => [own(call, stackArn(call)), ...passedRole(call)],
    ValidateTemplate: call => [own(call, '*'), ...readTemplate(call)],
  };
}

/** Passing a role to CloudFormation needs `iam:PassRole`. The operation rejects roles of other accounts. */
function passedRole(call: Call): Permission[] {
  const role = textOf(call, 'RoleARN');
  return role === '' || role.split(':')[4] !== call.caller.accountId
    ? []
    : [{ action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } }];
}

/** CloudFormation reads a template with the permissions of the caller; a presigned URL uses those of its signer. */
function readTemplate(call: Call): Permission[] {
  const address = textOf(call, 'TemplateURL');
  if (address === '' || !URL.canParse(address)) return [];
  const { bucket, key, signed } = parseAddress(address);
  return signed ? [] : [{ action: 's3:GetObject', resource: `arn:${partitionOf(call)}:s3:::${bucket}/${key}` }];
}

function tagsOf(call: Call): Record<string, string> {
  const { Tags: tags } = call.input;
  return Array.isArray(tags) ? Object.fromEntries(tags.map(tag => [String(tag.Key), String(tag.Value)])) : {};
}
