import { on, own, partitionOf, textOf } from '../../core/permissions';
import type { Call, Permissions } from '../../core/service';

/** Public parameters belong to no account. A policy names no version. */
export function parameterArn(call: Call, name: string): string {
  const accountId = name.startsWith('/aws/service/') ? '' : call.caller.accountId;
  const path = name.replace(/^\//, '').replace(/:.*$/, '');
  return `arn:${partitionOf(call)}:ssm:${call.region}:${accountId}:parameter/${path}`;
}

const onEach: Permissions = call => {
  const { Names: names } = call.input;
  return Array.isArray(names) ? names.map(name => own(call, parameterArn(call, String(name)))) : [];
};

export const permissions = {
  ...on(['GetParameter', 'PutParameter', 'DeleteParameter'], call => parameterArn(call, textOf(call, 'Name'))),
  GetParameters: onEach,
  DeleteParameters: onEach,
  ...on(['ListTagsForResource', 'AddTagsToResource', 'RemoveTagsFromResource'], call =>
    parameterArn(call, textOf(call, 'ResourceId')),
  ),
  ...on(['GetParametersByPath'], call => parameterArn(call, textOf(call, 'Path'))),
};
